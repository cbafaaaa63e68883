// Which trials the page shows: those that the filter's condition keeps, and of these, where somebody clicked a point,
// those behind it.
"use strict";
const trials = data.trials;
const statusOf = (i) => data.statuses[trials.status[i]];
const idOf = (i) => trials.ids.slice(16 * i, 16 * i + 16);

// `at(i)` is shown, `value(i)` is compared: a number (NaN where there is none), a text or a truth.
function parameterColumn(p) {
  const at = p.codes ? (i) => p.values[p.codes[i]] : () => p.values[0];
  const compared = p.values.map((v) => (p.kind === "number" ? Number(v ?? NaN) : p.kind === "truth" ? v === "true" : v));
  return {name: p.name, doc: p.doc, unit: p.unit, kind: p.kind, parameter: true, varies: p.values.length > 1, values: p.values,
    at, value: p.codes ? (i) => compared[p.codes[i]] : () => compared[0]};
}
const columns = [
  {name: "trial", kind: "text", at: idOf, value: idOf},
  {name: "status", kind: "text", at: statusOf, value: statusOf},
  ...trials.parameters.map(parameterColumn),
  ...trials.scalars.map((s) => ({name: s.name, doc: s.doc, unit: s.unit, kind: "number", metric: true,
    varies: trials.count < 2 || s.values.some((v) => v !== s.values[0]),
    at: (i) => s.values[i], value: (i) => s.values[i] ?? NaN})),
];
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
// whether the table has a row for all seeds of a point; axes: of the parallel coordinates, where chosen.
const state = {filter: "", holds: () => true, chosen: [], wrong: null, picked: null, sort: null, opened: [], grouped: false, axes: null};
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
function clearAll() {
  state.picked = null;
  setFilter("");
}
