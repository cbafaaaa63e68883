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

// `chart`: {x: axis, y: axis, series, data, bands, paint(context, u), read(x, y, u) -> text, pick(x, y, u), height}
// An axis: {label, range, log, names}; names stand at 0, 1, 2, ... Returns what destroys it.
function panel(holder, title, chart) {
  const zoom = {x: null, y: null};
  const output = el("output", {"aria-live": "polite"});
  const place = el("div", {tabindex: 0, role: "img", "aria-label":
    `${title || "panel"}: ${chart.y.label} over ${chart.x.label}. Arrow keys read values, + and - zoom, 0 resets.`});
  holder.append(title ? el("div", {class: "title"}, title) : "", place, output);

  const axis = (scale, side, label) => ({
    scale, side, label, labelSize: 18, labelFont: "12px system-ui, sans-serif", font: "11px system-ui, sans-serif",
    size: side === 3 ? 54 : 34, stroke: ink(), grid: {stroke: chart.paint && chart.filled ? "#0000" : lineColor(), width: 1},
    ticks: {stroke: lineColor(), width: 1},
    ...(chart[scale].names ? {splits: () => chart[scale].names.map((_, i) => i), values: () => chart[scale].names}
                           : {values: (u, splits) => { const texts = numbers(splits.filter((v) => v !== null));
                                                     return splits.map((v) => (v === null ? "" : texts.shift())); }}),
    ...(chart[scale].log ? {splits: (u, axis, low, high) => logTicks(low, high), filter: (u, splits) => splits} : {}),
  });
  const scale = (key) => ({time: false, distr: chart[key].log ? 3 : 1, range: () => zoom[key] ?? chart[key].range});
  let u = null;
  const refresh = () => u.setData(u.data, true);
  const inverse = (key, at) => u.posToVal(at, key);

  const options = {
    width: 300, height: chart.height ?? 250, legend: {show: false}, focus: {alpha: 1},
    scales: {x: scale("x"), y: scale("y")},
    axes: [axis("x", 2, chart.x.label), axis("y", 3, chart.y.label)],
    series: [{}, ...chart.series.map((s) => ({points: {show: false}, ...s}))], bands: chart.bands ?? [],
    cursor: {points: {show: !chart.paint}, drag: {x: true, y: true, uni: 15, setScale: false},
             bind: {dblclick: () => () => { zoom.x = zoom.y = null; refresh(); return null; }}},
    hooks: {
      drawClear: [() => paint("under")], draw: [() => paint("over")],
      setCursor: [() => {
        const {left, top} = u.cursor;
        output.textContent = left < 0 || left === undefined ? "" : chart.read(inverse("x", left), inverse("y", top), u);
      }],
      setSelect: [() => {
        const {left, top, width, height} = u.select;
        if (width < 4 && height < 4) return;
        if (width >= 4) zoom.x = [inverse("x", left), inverse("x", left + width)];
        if (height >= 4 && height < u.over.clientHeight) zoom.y = [inverse("y", top + height), inverse("y", top)];
        u.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
        refresh();
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
      refresh();
    } else if (event.key === "0" || event.key === "Escape") {
      zoom.x = zoom.y = null;
      refresh();
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
      if (down && Math.hypot(event.offsetX - down[0], event.offsetY - down[1]) < 4) {
        chart.pick(inverse("x", event.offsetX), inverse("y", event.offsetY), u);
      }
    });
  }
  return () => { observer.disconnect(); u.destroy(); holder.replaceChildren(); };
}
