// Parallel coordinates: an axis for each parameter that varies and each scalar, a line for each trial. Dragging
// along an axis writes conditions into the page's filter, so that table and lines always agree.
"use strict";
const mostLines = 1000;  // drawn; more could not be told apart
const mostAxes = 12;

// At most `most` of the list, each as likely as the others: every tenth of trials in the sweep's order might all have the
// same value of a parameter. The same list gives the same sample.
function sample(list, most) {
  if (list.length <= most) return list;
  const places = list.slice();
  let seed = 12345;
  for (let k = 0; k < most; ++k) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;  // Numerical Recipes' generator
    const other = k + Math.floor((seed / 2 ** 32) * (places.length - k));
    [places[k], places[other]] = [places[other], places[k]];
  }
  return places.slice(0, most).sort((a, b) => a - b);
}

// A column of which all values are the same is no axis.
const axisColumns = () => {
  const parameters = columns.filter((c) => c.parameter && c.varies && c.name !== "seed"), metrics = columns.filter((c) => c.metric && c.varies);
  // Before the metrics, which trials that were lost lack: their lines end there.
  return [...parameters, ...(data.lost.length ? [columnOf.get("status")] : []), ...metrics];
};

const statusColor = (status) => {
  const place = {done: 0, failed: 1, diverged: 3, pruned: 4}[status] ?? 6;
  return lineShade({category: place});
};

// Which axes are shown, from left to right, and which of them stand upside down.
const shownAxes = () => state.axes ?? axisColumns().slice(0, mostAxes).map((c) => ({name: c.name, flipped: false}));

function parallelAxes() {
  return shownAxes().map(({name, flipped}) => {
    const axis = axisOf(columnOf.get(name));
    if (!axis || !flipped) return axis;
    const {to, from} = axis;
    return {...axis, ticks: axis.ticks.map(([text, t]) => [text, 1 - t]), to: (v) => { const t = to(v); return t === undefined ? t : 1 - t; },
            from: from && ((t) => from(1 - t))};
  }).filter((axis) => axis);
}

function axesControls(changed) {
  return chooser("Axes", {least: 2, flip: true, shown: shownAxes, set: (axes) => { state.axes = axes; changed(); },
    others: () => axisColumns().map((c) => c.name).filter((name) => !shownAxes().some((a) => a.name === name))});
}

// Of a pure function, so that it is computed once for each argument.
function remembered(f) {
  const known = new Map();
  return (x) => { if (!known.has(x)) known.set(x, f(x)); return known.get(x); };
}

const axisOf = remembered((column) => {
  if (column.kind !== "number") {
    const names = [...new Set(Array.from({length: trials.count}, (_, i) => String(column.at(i))))].sort();
    const place = new Map(names.map((name, k) => [name, names.length === 1 ? 0.5 : k / (names.length - 1)]));
    return {column, ticks: [...place], to: (v) => place.get(String(v))};
  }
  let low = Infinity, high = -Infinity, smallest = Infinity;
  for (let i = 0; i < trials.count; ++i) {
    const v = column.at(i);
    if (typeof v !== "number" || !Number.isFinite(v)) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
    if (v > 0) smallest = Math.min(smallest, v);
  }
  if (low > high) return null;
  const log = low > 0 && high / low >= 50;
  const f = log ? Math.log : (v) => v;
  const span = f(high) - f(low);
  return {column, log, low, high, ticks: [[number(low), 0], [number(high), 1]],
          to: (v) => (typeof v !== "number" || !Number.isFinite(v) ? undefined : span === 0 ? 0.5 : (f(v) - f(low)) / span),
          from: (t) => { const v = f(low) + t * span; return log ? Math.exp(v) : v; }};
});

function showParallel(holder) {
  let axes = parallelAxes();
  if (axes.length < 2 || !trials.count) return;
  const canvas = el("canvas", {id: "parallel", role: "img",
    "aria-label": "Parallel coordinates of all trials. The filter below selects lines; dragging along an axis writes it."});
  const note = el("p", {class: "quiet"});
  const colored = (c) => (c.name === "status" ? 0 : c.metric ? 1 : 2);
  const colorChoice = el("select", {onchange: () => draw()},
    axisColumns().filter(axisOf).sort((a, b) => colored(a) - colored(b)).map((c) => el("option", {}, c.name)));
  const fit = () => { canvas.style.minWidth = `${92 * axes.length}px`; };  // below that, names and numbers run into one another
  fit();
  holder.append(el("div", {class: "row controls"}, el("label", {}, "Colour by ", colorChoice)),
    el("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "Parallel coordinates"}, canvas), note,
    axesControls(() => { again(); noteState(); }));
  let known = JSON.stringify(state.axes);
  function again() {
    known = JSON.stringify(state.axes);
    axes = parallelAxes();
    fit();
    draw();
  }
  const margin = {top: 44, bottom: 22, side: 58};
  const geometry = () => ({width: canvas.clientWidth, height: canvas.clientHeight});
  const axisX = (k, width) => margin.side + k * (width - 2 * margin.side) / (axes.length - 1);

  const leftOut = () => axisColumns().length - axes.length;
  const background = sample(Array.from({length: trials.count}, (_, i) => i), 500);
  function lineColorOf(axis, i) {
    if (axis.column.name === "status") return statusColor(statusOf(i));
    const t = axis.to(axis.column.at(i));
    return t === undefined ? lineColor() : lineShade({t});
  }

  function line(context, i, width, height) {
    let pen = false;
    context.beginPath();
    axes.forEach((axis, k) => {
      const t = axis.to(axis.column.at(i));
      if (t === undefined) { pen = false; return; }
      const x = axisX(k, width), y = height - margin.bottom - t * (height - margin.top - margin.bottom);
      if (pen) context.lineTo(x, y); else context.moveTo(x, y);
      pen = true;
    });
    context.stroke();
  }

  let dragged = null;  // {k, from, to}
  let seen = false;
  function draw() {
    if (!seen) return;
    const {width, height} = geometry();
    const ratio = window.devicePixelRatio || 1;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const drawn = sample(state.chosen, mostLines);
    context.lineWidth = 1;
    context.strokeStyle = lineColor();
    context.globalAlpha = 0.5;
    for (const i of background) line(context, i, width, height);
    const color = axisOf(columnOf.get(colorChoice.value));
    context.globalAlpha = Math.min(0.9, Math.max(0.12, 60 / Math.sqrt(1 + drawn.length * 20)));
    for (const i of drawn) {
      context.strokeStyle = lineColorOf(color, i);
      line(context, i, width, height);
    }
    context.globalAlpha = 1;
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "center";
    const nameOf = (axis) => axis.column.name + (axis.log ? " (log)" : "");
    const room = (width - 2 * margin.side) / (axes.length - 1) - 6;
    const crowded = axes.some((axis) => context.measureText(nameOf(axis)).width > room);  // names in two lines
    axes.forEach((axis, k) => {
      const x = axisX(k, width);
      context.strokeStyle = context.fillStyle = ink();
      context.beginPath();
      context.moveTo(x, margin.top);
      context.lineTo(x, height - margin.bottom);
      context.stroke();
      context.fillText(nameOf(axis), x, crowded && k % 2 ? 25 : 12, (crowded ? 2 : 1) * room);
      for (const [text, t] of axis.ticks.length > 12 ? [axis.ticks[0], axis.ticks.at(-1)] : axis.ticks) {
        const y = height - margin.bottom - t * (height - margin.top - margin.bottom);
        context.fillText(shortNames([text], 80)[0], x, t === 0 ? y + 13 : t === 1 ? y - 4 : y + 4);
      }
      if (dragged && dragged.k === k) {
        context.globalAlpha = 0.3;
        context.fillRect(x - 8, Math.min(dragged.from, dragged.to), 16, Math.abs(dragged.to - dragged.from));
        context.globalAlpha = 1;
      }
    });
    note.textContent = `${plural(drawn.length, "line")} of ${plural(state.chosen.length, "trial")} that pass the filter` +
      `${drawn.length < state.chosen.length ? ", a random sample" : ""}. ${leftOut() ? `${plural(leftOut(), "column")} not shown: see Axes. ` : ""}Drag along an axis to filter, click it to clear.`;
  }

  const placeOf = (event) => {
    const {width} = geometry();
    const distances = axes.map((_, k) => Math.abs(axisX(k, width) - event.offsetX));
    return distances.indexOf(Math.min(...distances));
  };
  canvas.addEventListener("pointerdown", (event) => {
    dragged = {k: placeOf(event), from: event.offsetY, to: event.offsetY};
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => { if (dragged) { dragged.to = event.offsetY; draw(); } });
  canvas.addEventListener("pointercancel", () => { dragged = null; draw(); });
  canvas.addEventListener("pointerup", () => {
    if (!dragged) return;
    const {k, from, to} = dragged;
    dragged = null;
    const axis = axes[k], {height} = geometry();
    const t = (y) => Math.min(1, Math.max(0, (height - margin.bottom - y) / (height - margin.top - margin.bottom)));
    const low = t(Math.max(from, to)), high = t(Math.min(from, to));
    const name = axis.column.name;
    if (Math.abs(from - to) < 4) return setFilter(withCondition(name, []));
    if (axis.from) {
      // To four digits, outwards: the ends themselves are within.
      const outwards = (x, up) => {
        const unit = 10 ** (Math.floor(Math.log10(Math.abs(x) || 1)) - 3);
        return Number(((up ? Math.ceil(x / unit - 1e-9) : Math.floor(x / unit + 1e-9)) * unit).toPrecision(4));
      };
      const [least, most] = [axis.from(low), axis.from(high)].sort((a, b) => a - b);
      return setFilter(withCondition(name, [`${name} >= ${outwards(least, false)}`, `${name} <= ${outwards(most, true)}`]));
    }
    const inside = axis.ticks.filter(([, at]) => at >= low && at <= high).map(([text]) => text);
    const value = axis.column.kind === "truth" ? (text) => text : quoted;
    const conditions = inside.map((text) => `${name} == ${value(text)}`);
    setFilter(withCondition(name, conditions.length > 1 ? [`(${conditions.join(" or ")})`] : conditions));
  });
  listeners.push(() => (known === JSON.stringify(state.axes) ? draw() : again()));
  new ResizeObserver(draw).observe(canvas);
  whenSeen(canvas, () => { seen = true; draw(); });
}
