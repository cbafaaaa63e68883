// Which trials the page shows: those that the filter's condition keeps, and of these, where somebody clicked a point,
// those behind it.
"use strict";
const trials = data.trials;
// What trial i has in a column {values, codes}: see put_values in trials_json.cpp.
function valueAt({values, codes}) {
  if (codes) return (i) => values[codes[i]];
  return values.length === 1 ? () => values[0] : (i) => values[i];
}
const statusAt = valueAt(trials.status), statusOf = (i) => data.statuses[statusAt(i)];
const idOf = (i) => trials.ids.slice(16 * i, 16 * i + 16);

// `at(i)` is shown, `value(i)` is compared: a number (NaN where there is none), a text or a truth.
function parameterColumn(p) {
  const compared = p.values.map((v) => (p.kind === "number" ? Number(v ?? NaN) : p.kind === "truth" ? v === "true" : v));
  return {name: p.name, doc: p.doc, unit: p.unit, kind: p.kind, parameter: true, varies: p.values.length > 1, values: p.values,
    at: valueAt(p), value: valueAt({values: compared, codes: p.codes})};
}
const columns = [
  {name: "trial", kind: "text", at: idOf, value: idOf},
  {name: "status", kind: "text", at: statusOf, value: statusOf},
  ...trials.parameters.map(parameterColumn),
  ...trials.scalars.map((s) => {
    const at = valueAt(s);
    return {name: s.name, doc: s.doc, unit: s.unit, kind: "number", metric: true,
      varies: trials.count < 2 || s.values.length > 1, at, value: (i) => at(i) ?? NaN};
  }),
];
// How long each trial took, where the page's data know it.
if (trials.seconds) {
  columns.splice(2, 0, {name: "seconds", doc: "how long the trial took", unit: "s", kind: "number", duration: true, varies: true,
    at: (i) => trials.seconds[i], value: (i) => trials.seconds[i] ?? NaN});
}
const columnOf = new Map(columns.map((c) => [c.name, c]));

// The places of trials in runs [first, count, first, count, ...], as the report's data list them. Places behind those
// that the page has belong to trials that it leaves out.
function placesOf(runs) {
  const places = [];
  for (let k = 0; k < (runs?.length ?? 0); k += 2) {
    for (let i = runs[k]; i < Math.min(trials.count, runs[k] + runs[k + 1]); ++i) places.push(i);
  }
  return places;
}

// chosen: places of the trials that pass; wrong: what cannot be read, {from, to, message} (then the trials stay that
// passed before); picked: {name, places} of a point; sort: {name, up}; opened: places of trials that are shown in detail; grouped:
// whether the table has a row for all seeds of a point; axes: of the parallel coordinates, columns: of the table, scatter: {x, y,
// color, logX, logY}, each where chosen.
const state = {filter: "", holds: () => true, chosen: [], wrong: null, picked: null, sort: null, opened: [], grouped: false, axes: null,
  columns: null, scatter: null};
const listeners = [];
function choose() {
  const among = state.picked?.places;
  state.chosen = [];
  for (let k = 0; k < (among ? among.length : trials.count); ++k) {
    const i = among ? among[k] : k;
    if (state.holds(i)) state.chosen.push(i);
  }
  listeners.forEach((listener) => listener());
}
function setFilter(text) {
  state.filter = text;
  try {
    state.holds = parseWhere(text, columnOf).holds;
    state.wrong = null;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    state.wrong = error;
  }
  choose();
}

// The filter with all conditions on `name` alone replaced.
function withCondition(name, conditions) {
  let kept = [];
  try {
    kept = parseWhere(state.filter, columnOf).parts.filter((p) => p.names.size !== 1 || !p.names.has(name))
      .map((p) => state.filter.slice(p.from, p.to));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
  }
  if (kept.length === 1 && /\bor\b/.test(kept[0]) && conditions.length) kept[0] = `(${kept[0]})`;
  return [...kept, ...conditions].join(" and ");
}
const quoted = (text) => (text.includes("'") ? `"${text}"` : `'${text}'`);

// Keeps in the table exactly these trials, and goes there. `name`: of the point that they are behind.
function pickTrials(name, places) {
  state.picked = {name, places};
  setFilter("");
  document.getElementById("trials").scrollIntoView({block: "start"});
}
// The same without going there, for a choice that somebody is still making.
function brushTrials(name, places) {
  state.picked = {name, places};
  choose();
}
// Which trials are chosen is said wherever the reader is.
function tellChosen() {
  const bar = document.getElementById("chosen");
  const all = state.chosen.length === trials.count;
  bar.hidden = all;
  if (all) return;
  const what = [state.picked?.name, state.filter].filter(Boolean).join("; ");
  bar.replaceChildren(el("span", {}, `${plural(state.chosen.length, "trial")} of ${trials.count.toLocaleString("en")}: ${what}`), " ",
    el("button", {type: "button", onclick: clearAll}, "Show all"));
}
listeners.push(tellChosen);

// Whether any of the trials in runs is chosen; null where all are.
let litCounts = null, litVersion = 0;
listeners.push(() => {
  litCounts = null;
  ++litVersion;
});
function countLit() {
  litCounts = new Uint32Array(trials.count + 1);
  for (const i of state.chosen) litCounts[i + 1] = 1;
  for (let i = 0; i < trials.count; ++i) litCounts[i + 1] += litCounts[i];
}
const lit = {
  active: () => state.chosen.length < trials.count,
  version: () => litVersion,
  holds: (runs) => {
    if (!litCounts) countLit();
    for (let k = 0; k < (runs?.length ?? 0); k += 2) {
      const from = Math.min(trials.count, runs[k]), to = Math.min(trials.count, runs[k] + runs[k + 1]);
      if (litCounts[to] > litCounts[from]) return true;
    }
    return false;
  },
};

function clearAll() {
  state.picked = null;
  setFilter("");
}
