// The page of `qklab serve`: asks for the state every few seconds and shows it. Everything that comes from a run is set
// as text, never as markup. Figures are drawn as in report.html, by figures.js and what stands before it.
"use strict";
const token = new URLSearchParams(location.search).get("token");

function duration(s) {
  if (!Number.isFinite(s)) return "?";
  return s < 60 ? `${Math.ceil(s)} s` : s < 3600 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;
}

// A figure is drawn anew where its numbers have changed, and keeps what was hidden of it.
const drawn = new Map();  // by name: {text, block, view, end}
function showFigures(figures) {
  for (const figure of figures) {
    const text = JSON.stringify(figure), before = drawn.get(figure.name);
    if (before?.text === text) continue;
    before?.end();
    drawn.set(figure.name, {text, ...figureBlock(figure, {heading: "h2", view: before?.view})});
  }
  const blocks = figures.map((figure) => drawn.get(figure.name).block), holder = document.getElementById("plots");
  if (blocks.some((block, k) => holder.children[k] !== block)) holder.replaceChildren(...blocks);
}

// What a trial has told about a metric, as a line from its first to its last value; a gap where it is not finite.
function toldCurve(metric) {
  const width = 120, height = 22, finite = metric.value.filter((y) => y !== null);
  const low = Math.min(...finite), high = Math.max(...finite);
  const first = metric.step[0], last = metric.step[metric.step.length - 1];
  let path = "", pen = "M";
  metric.value.forEach((y, k) => {
    const at = last > first ? (metric.step[k] - first) / (last - first) : 0.5;
    const up = high > low ? (y - low) / (high - low) : 0.5;
    if (y !== null) path += `${pen}${(1 + at * (width - 2)).toFixed(1)} ${(height - 2 - up * (height - 4)).toFixed(1)}`;
    pen = y === null ? "M" : "L";
  });
  const drawing = svg("svg", {viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
                              "aria-label": `${metric.name} from step ${first} to ${last}`});
  drawing.append(svg("path", {d: path}));
  return drawing;
}

function toldCell(told) {
  return el("td", {}, ...told.map((metric) =>
    el("span", {class: "told"}, `${metric.name} ${metric.last}`, ...(metric.value.length > 1 ? [toldCurve(metric)] : []))));
}

function showTrials(trials) {
  const section = document.getElementById("trials");
  section.hidden = trials.length === 0;
  section.querySelector("tbody").replaceChildren(...trials.map((t) => el("tr", {},
    el("td", {title: t.trial}, t.about || t.trial),
    el("td", {}, `${t.step} of ${t.of}`, el("progress", {max: t.of, value: t.step, "aria-label": "share of steps"})),
    el("td", {}, duration(t.left)), toldCell(t.told))));
}

function statusText(state, complete) {
  let text = `${state.finished} of ${state.total} trials, ` +
    (complete ? "complete" : state.writer ? `running (pid ${state.writer})` : "not running") +
    `; ${state.failed} failed, ${state.diverged} diverged`;
  if (state.running) text += `; ${state.running}`;
  if (!complete && state.rate > 0) text += `; ${number(state.rate)} trials/s`;
  if (!complete && state.writer && state.eta !== null) text += `; ${duration(state.eta)} left`;
  return text;
}

// Messages that differ in their numbers alone are one reason; of each the parameters of the last trials.
function reasonsOf(failures) {
  const groups = new Map();
  for (const f of failures) {
    const key = `${f.status} ${f.message.replace(/-?\d+(\.\d+)?([eE][+-]?\d+)?/g, "#")}`;
    const group = groups.get(key) ?? {status: f.status, message: f.message, count: 0, params: []};
    group.count += 1;
    group.message = f.message;
    group.params = [...group.params, f.params].slice(-3);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

function show(state) {
  palette = state.palette;
  document.title = `${state.finished}/${state.total} ${state.name}`;
  document.getElementById("name").textContent = state.name;
  const complete = state.finished === state.total;
  document.getElementById("status").textContent = statusText(state, complete);
  document.getElementById("bar").value = state.total ? state.finished / state.total : 0;
  showTrials(state.trials);
  showFigures(state.plots);
  const failures = document.getElementById("failures");
  failures.hidden = state.failures.length === 0;
  failures.querySelector("tbody").replaceChildren(...reasonsOf(state.failures).map((r) =>
    el("tr", {}, [r.count, r.status, r.message, r.params.reverse().join("; ")].map((cell) => el("td", {}, cell)))));
  const report = document.getElementById("report");
  report.hidden = !state.report;
  report.querySelector("a").href = `/report?token=${encodeURIComponent(token)}`;
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
look();
