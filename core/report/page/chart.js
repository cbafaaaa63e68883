// One panel: axes, zoom, and what is read off under the cursor. A thin layer over uPlot.
"use strict";

// The range of the numbers that an axis can show, with some room on either side.
function rangeOf(values, log) {
  let low = Infinity, high = -Infinity;
  for (const v of values) {
    if (v === null || v === undefined || !Number.isFinite(v) || (log && v <= 0)) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  if (low > high) return log ? [0.1, 10] : [0, 1];
  // Short of the ends of double, where a range has no length or no end.
  const largest = Number.MAX_VALUE / 4, least = Number.MIN_VALUE;
  if (log) {
    const room = low === high ? 2 : Math.exp(0.04 * (Math.log(high) - Math.log(low)));
    return [Math.max(least, low / room), Math.max(4 * least, Math.min(largest, high * room))];
  }
  const room = low === high ? Math.abs(low) * 0.1 || 0.5 : 0.04 * (high - low);
  return [Math.max(-largest, low - room), Math.min(largest, high + room)];
}
const canBeLog = (values) => {
  const numbers = values.filter((v) => v !== null && v !== undefined && Number.isFinite(v));
  return numbers.length > 0 && numbers.every((v) => v > 0);
};

// The range of a y axis: of what is measured, and of intervals within `bounds`, which reach beyond that by half of its
// length at most, since an interval of two seeds may be many times as long.
function valueRange(measured, intervals, bounds, log) {
  const ends = (values) => {
    const shown = values.filter((v) => v !== null && v !== undefined && Number.isFinite(v) && !(log && v <= 0));
    return shown.length ? [shown.reduce((a, b) => Math.min(a, b)), shown.reduce((a, b) => Math.max(a, b))] : null;
  };
  const inner = ends(measured);
  const outer = ends(bounds ? intervals.map((v) => (v === null ? v : Math.min(bounds[1], Math.max(bounds[0], v)))) : intervals);
  if (!inner || !outer) return rangeOf(measured, log);
  const to = log ? Math.log : (v) => v, back = log ? Math.exp : (v) => v;
  const room = 0.5 * (to(inner[1]) - to(inner[0]));
  const reach = room > 0 && Number.isFinite(room) ? [back(to(inner[0]) - room), back(to(inner[1]) + room)] : outer;
  return rangeOf([Math.min(inner[0], Math.max(outer[0], reach[0])), Math.max(inner[1], Math.min(outer[1], reach[1]))], log);
}

const axisFont = "11px system-ui, sans-serif", labelFont = "12px system-ui, sans-serif";
const measuring = document.createElement("canvas").getContext("2d");
function textWidth(text) {
  measuring.font = axisFont;
  return measuring.measureText(text).width;
}
// Names of at most `width` pixels; of longer ones the middle is left out, so that their ends still tell them apart.
function shortNames(names, width) {
  return names.map((name) => {
    if (textWidth(name) <= width) return name;
    let kept = name.length - 2;
    const cut = () => `${name.slice(0, Math.ceil(kept / 2))}…${name.slice(name.length - Math.floor(kept / 2))}`;
    while (kept > 2 && textWidth(cut()) > width) --kept;
    return cut();
  });
}

// Below an axis names stand upright if they would meet: how many degrees they are turned, and the room that they take.
const longestName = 120;
function namesBelow(u, names) {
  const widest = Math.max(...shortNames(names, longestName).map(textWidth));
  const turned = widest + 6 > (u.bbox.width || u.width * (window.devicePixelRatio || 1)) / (window.devicePixelRatio || 1) / names.length;
  return {turned, size: turned ? widest + 16 : 34};
}

// Thresholds, and what claims demand of the metric: lines across the panel, each with its name.
function paintLimits(u, limits) {
  const ratio = window.devicePixelRatio || 1, {left, top, width, height} = u.bbox, {ctx: context} = u;
  context.save();
  context.strokeStyle = context.fillStyle = ink();
  context.lineWidth = ratio;
  context.setLineDash([8 * ratio, 3 * ratio, 2 * ratio, 3 * ratio]);
  context.font = `${10 * ratio}px system-ui, sans-serif`;
  context.textAlign = "right";
  context.textBaseline = "bottom";
  const labels = new Map();
  for (const {value, label} of limits) labels.set(value, [...(labels.get(value) ?? []), label]);
  for (const [value, names] of labels) {
    const y = u.valToPos(value, "y", true);
    if (!(y >= top && y <= top + height)) continue;
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(left + width, y);
    context.stroke();
    context.fillText([...new Set(names)].join(", "), left + width - 3 * ratio, y - ratio);
  }
  context.restore();
}

function namedAxis(names, side) {
  if (side === 3) {
    const shown = shortNames(names, longestName);
    return {splits: () => names.map((_, i) => i), values: () => shown, size: Math.max(54, Math.max(...shown.map(textWidth)) + 18)};
  }
  return {
    splits: () => names.map((_, i) => i), values: () => shortNames(names, longestName),
    rotate: (u) => (namesBelow(u, names).turned ? -90 : 0), size: (u) => namesBelow(u, names).size,
  };
}

// `chart`: {x: axis, y: axis, series, data, bands, paint(context, u), read(x, y, u) -> text, pick(x, y, u), brush(from, to),
// height, zoom}; brush is called with the corners of a box that is drawn with Shift held.
// An axis: {label, range, log, names, values}; names stand at 0, 1, 2, ..., and ticks at some of `values`. `zoom`:
// {x, y}, the ranges in sight, or null; `moved` is called when they change. Returns what destroys it.
function panel(holder, title, chart) {
  const zoom = chart.zoom ?? {x: null, y: null};
  const changed = () => { refresh(); chart.moved?.(); };
  const output = el("output", {"aria-live": "polite"});
  const place = el("div", {tabindex: 0, role: "img", "aria-label":
    `${title || "panel"}: ${chart.y.label} over ${chart.x.label}. Arrow keys read values, + and - zoom, 0 resets.`});
  holder.append(title ? el("div", {class: "title"}, title) : "", place, output);

  const axis = (scale, side, label) => ({
    scale, side, label, labelSize: 18, labelFont, font: axisFont,
    size: side === 3 ? 54 : 34, stroke: ink(), grid: {stroke: chart.paint && chart.filled ? "#0000" : lineColor(), width: 1},
    ticks: {stroke: lineColor(), width: 1},
    ...(chart[scale].names ? namedAxis(chart[scale].names, side)
                           : {values: (u, splits) => { const texts = numbers(splits.filter((v) => v !== null));
                                                     return splits.map((v) => (v === null ? "" : texts.shift())); }}),
    ...(!chart[scale].names && chart[scale].log ? {splits: (u, axis, low, high) => logTicks(low, high), filter: (u, splits) => splits} : {}),
    ...(chart[scale].values ? {splits: (u, axis, low, high) => sweptTicks(chart[scale].values, low, high, chart[scale].log,
      side === 3 ? (u.height - 50) / 26 : (u.width - 60) / 52), filter: (u, splits) => splits} : {}),
  });
  const scale = (key) => ({time: false, distr: chart[key].log ? 3 : 1, range: () => zoom[key] ?? chart[key].range});
  let u = null, clicked = 0, shifted = false;
  const refresh = () => u.setData(u.data, true);
  const inverse = (key, at) => u.posToVal(at, key);

  const options = {
    width: 300, height: chart.height ?? 250, legend: {show: false}, focus: {alpha: 1},
    scales: {x: scale("x"), y: scale("y")},
    axes: [axis("x", 2, chart.x.label), axis("y", 3, chart.y.label)],
    series: [{}, ...chart.series.map((s) => ({points: {show: false}, ...s}))], bands: chart.bands ?? [],
    cursor: {points: {show: chart.series.length > 0}, drag: {x: true, y: true, uni: 15, setScale: false},
             bind: {dblclick: () => () => { clearTimeout(clicked); zoom.x = zoom.y = null; changed(); return null; }}},
    hooks: {
      drawClear: [() => paint("under")], draw: [() => {
        paint("over");
        paintLimits(u, chart.limits ?? []);
        for (const key of ["x", "y"]) if (chart[key].log && !chart[key].names && !chart[key].values) paintMinorTicks(u, key);
      }],
      setCursor: [() => {
        const {left, top} = u.cursor;
        output.textContent = left < 0 || left === undefined ? "" : chart.read(inverse("x", left), inverse("y", top), u);
      }],
      setSelect: [() => {
        const {left, top, width, height} = u.select;
        if (width < 4 && height < 4) return;
        if (shifted && chart.brush) {
          u.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
          const whole = height < 4 || height >= u.over.clientHeight;  // a drag along x alone
          const side = width < 4 || width >= u.over.clientWidth;
          const from = [side ? -Infinity : inverse("x", left), whole ? -Infinity : inverse("y", top + height)];
          const to = [side ? Infinity : inverse("x", left + width), whole ? Infinity : inverse("y", top)];
          chart.brush(from, to);
          return;
        }
        if (width >= 4) zoom.x = [inverse("x", left), inverse("x", left + width)];
        if (height >= 4 && height < u.over.clientHeight) zoom.y = [inverse("y", top + height), inverse("y", top)];
        u.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
        changed();
      }],
    },
  };
  function paint(layer) {
    if (!chart.paint || (layer === "under") !== Boolean(chart.filled)) return;
    const {left, top, width, height} = u.bbox;
    u.ctx.save();
    u.ctx.beginPath();
    u.ctx.rect(left, top, width, height);
    u.ctx.clip();
    chart.paint(u.ctx, u);
    u.ctx.restore();
  }

  const fit = () => Math.max(180, place.clientWidth);
  options.width = fit();
  // The constructor draws later, so hooks find `u` set.
  u = new uPlot(options, chart.data, place);
  place.plot = u;  // for whoever scripts the page
  u.root.addEventListener("mousedown", (event) => { shifted = event.shiftKey; }, true);
  const observer = new ResizeObserver(() => { if (fit() !== u.width) u.setSize({width: fit(), height: u.height}); });
  observer.observe(place);

  const moved = (key, factor) => {
    const [low, high] = zoom[key] ?? chart[key].range;
    const to = chart[key].log ? Math.log : (v) => v, back = chart[key].log ? Math.exp : (v) => v;
    const middle = (to(low) + to(high)) / 2, half = factor * (to(high) - to(low)) / 2;
    zoom[key] = [back(middle - half), back(middle + half)];
  };
  place.addEventListener("keydown", (event) => {
    const {clientWidth: width, clientHeight: height} = u.over;
    let {left, top} = u.cursor;
    if (left < 0 || left === undefined) { left = width / 2; top = height / 2; }
    const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (step) {
      u.setCursor({left: Math.min(width - 1, Math.max(0, left + step[0] * width / 40)),
                   top: Math.min(height - 1, Math.max(0, top + step[1] * height / 20))});
    } else if (event.key === "+" || event.key === "-") {
      moved("x", event.key === "+" ? 0.7 : 1 / 0.7);
      moved("y", event.key === "+" ? 0.7 : 1 / 0.7);
      changed();
    } else if (event.key === "0" || event.key === "Escape") {
      zoom.x = zoom.y = null;
      changed();
    } else if (event.key === "Enter" && chart.pick) {
      chart.pick(inverse("x", left), inverse("y", top), u);
    } else {
      return;
    }
    event.preventDefault();
  });
  if (chart.pick) {
    let down = null;
    u.over.addEventListener("mousedown", (event) => { down = [event.offsetX, event.offsetY]; });
    u.over.addEventListener("click", (event) => {
      if (!down || Math.hypot(event.offsetX - down[0], event.offsetY - down[1]) >= 4) return;
      const x = inverse("x", event.offsetX), y = inverse("y", event.offsetY);
      clearTimeout(clicked);
      // A second click would make it a double click, which is for the zoom.
      if (event.detail < 2) clicked = setTimeout(() => chart.pick(x, y, u), 250);
    });
  }
  return () => { clearTimeout(clicked); observer.disconnect(); u.destroy(); holder.replaceChildren(); };
}
