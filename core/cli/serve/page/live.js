// The page of `qklab serve`: asks for the state every few seconds and draws it. Everything that comes from a run is
// set as text, never as markup. ticks.js stands before this file.
"use strict";
const token = new URLSearchParams(location.search).get("token");
const viridis = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
const darkQuery = matchMedia("screen and (prefers-color-scheme: dark)");
const frame = {left: 46, right: 292, top: 20, bottom: 165};

// On white viridis lacks its brightest end, on black its darkest.
function color(i, n) {
  const t = n > 1 ? i / (n - 1) : 0.33;
  const at = (darkQuery.matches ? 0.3 + 0.7 * t : 0.88 * t) * (viridis.length - 1);
  const k = Math.min(Math.floor(at), viridis.length - 2);
  return `rgb(${viridis[k].map((c, j) => Math.round(c + (at - k) * (viridis[k + 1][j] - c))).join(",")})`;
}
function node(name, attributes, text) {
  const out = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) out.setAttribute(key, attributes[key]);
  if (text !== undefined) out.textContent = text;
  return out;
}
function html(name, text, className) {
  const out = document.createElement(name);
  if (text !== undefined) out.textContent = text;
  if (className) out.className = className;
  return out;
}
// Four significant digits.
function short(x) {
  if (typeof x !== "number") return String(x);
  const size = Math.abs(x);
  return size === 0 || (size >= 1e-3 && size < 1e6) ? String(Number(x.toPrecision(4))) : x.toExponential(2).replace("e+", "e");
}

// Values along an axis to pixels, and where its ticks stand; texts stand at equal distances.
function scale(values, log, from, to) {
  const numbers = values.filter((v) => typeof v === "number" && (!log || v > 0));
  if (numbers.length === 0) {
    const names = [...new Set(values.filter((v) => v !== null).map(String))];
    const at = (v) => from + (to - from) * (names.length > 1 ? names.indexOf(String(v)) / (names.length - 1) : .5);
    return {at, ticks: names.map((n) => [at(n), n])};
  }
  const f = log ? Math.log10 : (v) => v, back = log ? (v) => 10 ** v : (v) => v;
  let low = f(Math.min(...numbers)), high = f(Math.max(...numbers));
  if (!(high > low)) {
    const room = log ? .5 : Math.abs(low) / 10 || .5;
    low -= room;
    high += room;
  }
  const at = (v) => typeof v === "number" && (!log || v > 0) ? from + (to - from) * (f(v) - low) / (high - low) : NaN;
  // A hair beyond the ends, which a power does not hit exactly.
  const hair = 1e-9 * (high - low);
  const ticks = log ? logTicks(back(low - hair), back(high + hair)) : linearTicks(low - hair, high + hair);
  return {at, ticks: ticks.map((v) => [at(v), short(v)])};
}
function path(points, x, y, k) {
  let d = "", pen = "M";
  for (const p of points) {
    const a = x.at(p[0]), b = y.at(p[k]);
    if (!Number.isFinite(a) || !Number.isFinite(b)) { pen = "M"; continue; }
    d += pen + a.toFixed(1) + " " + b.toFixed(1);
    pen = "L";
  }
  return d;
}
const valuesOf = (panels) => panels.flatMap((p) => p.curves.flatMap((c) => c.points.flatMap((v) => [v[1], v[4]])))
  .filter((v) => v !== null);

function panel(plot, one, labels, x, y) {
  const {left, right, top, bottom} = frame, middle = (left + right) / 2;
  const what = `${plot.value || one.title} along ${plot.x}${plot.value && one.title ? `, ${one.title}` : ""}`;
  const drawing = node("svg", {viewBox: "0 0 300 205", role: "img", "aria-label": what});
  drawing.append(node("rect", {class: "frame", x: left, y: top, width: right - left, height: bottom - top}));
  for (const [a, name] of x.ticks) drawing.append(node("text", {x: a, y: bottom + 13, "text-anchor": "middle"}, name));
  for (const [b, name] of y.ticks) {
    drawing.append(node("line", {class: "grid", x1: left, x2: right, y1: b, y2: b}),
      node("text", {x: left - 4, y: b + 4, "text-anchor": "end"}, name));
  }
  drawing.append(node("text", {x: middle, y: 14, "text-anchor": "middle"}, one.title),
    node("text", {x: middle, y: 197, "text-anchor": "middle"}, plot.x));
  for (const curve of one.curves) {
    const stroke = color(labels.indexOf(curve.label), labels.length);
    if (plot.theory) {
      drawing.append(node("path", {d: path(curve.points, x, y, 4), fill: "none", stroke, "stroke-dasharray": "4 3"}));
    }
    drawing.append(node("path", {d: path(curve.points, x, y, 1), fill: "none", stroke, "stroke-width": plot.theory ? 3 : 1.6,
                                 "stroke-opacity": plot.theory ? .45 : 1}));
    for (const p of curve.points) {
      const a = x.at(p[0]), b = y.at(p[1]);
      if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
      const dot = node("circle", {cx: a, cy: b, r: plot.theory ? 1.5 : 2, fill: stroke});
      const interval = p[2] === null ? "" : ` [${short(p[2])}, ${short(p[3])}]`;
      dot.append(node("title", {}, `${curve.label ? `${plot.legend} ${curve.label}, ` : ""}${plot.x} ${short(p[0])}: ` +
                                   `${short(p[1])}${interval}`));
      drawing.append(dot);
    }
  }
  const holder = html("div", undefined, "panel");
  holder.append(drawing);
  return holder;
}
function legend(plot, labels) {
  const out = html("div", undefined, "legend");
  if (labels.length > 1) out.append(html("span", `${plot.legend}:`));
  if (labels.length > 1) labels.forEach((name, i) => {
    const item = html("span"), line = html("i");
    line.style.color = color(i, labels.length);
    item.append(line, name);
    out.append(item);
  });
  if (plot.theory) out.append(html("span", "thick: measured, dashed: theory"));
  return out;
}
function draw(plot) {
  const section = html("section");
  section.append(html("h2", plot.value ? `${plot.name}: ${plot.value}` : plot.name));
  const labels = [...new Set(plot.panels.flatMap((p) => p.curves.map((c) => c.label)))];
  const x = scale(plot.panels.flatMap((p) => p.curves.flatMap((c) => c.points.map((v) => v[0]))), plot.log_x,
    frame.left + 8, frame.right - 8);
  const yOf = (panels) => scale(valuesOf(panels), plot.log_value, frame.bottom - 5, frame.top + 6);
  const shared = yOf(plot.panels), grid = html("div", undefined, "panels");
  // Panels of different metrics share no axis.
  for (const one of plot.panels) grid.append(panel(plot, one, labels, x, plot.value ? shared : yOf([one])));
  section.append(legend(plot, labels), grid);
  return section;
}
function duration(s) {
  if (!Number.isFinite(s)) return "?";
  return s < 60 ? `${Math.ceil(s)} s` : s < 3600 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;
}
let latest = null;
const drawPlots = () => { if (latest) document.getElementById("plots").replaceChildren(...latest.plots.map(draw)); };
function show(state) {
  latest = state;
  document.title = `${state.finished}/${state.total} ${state.name}`;
  document.getElementById("name").textContent = state.name;
  const complete = state.finished === state.total;
  let text = `${state.finished} of ${state.total} trials, ` +
    (complete ? "complete" : state.writer ? `running (pid ${state.writer})` : "not running") +
    `; ${state.failed} failed, ${state.diverged} diverged`;
  if (state.running) text += `; ${state.running}`;
  if (!complete && state.rate > 0) text += `; ${short(state.rate)} trials/s, ${duration(state.eta)} left`;
  document.getElementById("status").textContent = text;
  document.getElementById("bar").value = state.total ? state.finished / state.total : 0;
  drawPlots();
  const failures = document.getElementById("failures");
  failures.hidden = state.failures.length === 0;
  failures.querySelector("tbody").replaceChildren(...state.failures.slice().reverse().map((f) => {
    const row = html("tr");
    for (const cell of [f.trial, f.status, f.message, f.params]) row.append(html("td", cell));
    return row;
  }));
  return complete;
}
async function look() {
  let pause = 2000;
  try {
    const answer = await fetch(`/state?token=${encodeURIComponent(token)}`);
    if (!answer.ok) throw new Error(await answer.text());
    if (show(await answer.json())) pause = 10000;
  } catch (error) {
    document.getElementById("status").textContent = `no answer: ${error.message}`;
  }
  setTimeout(look, pause);
}
darkQuery.addEventListener("change", drawPlots);
look();
