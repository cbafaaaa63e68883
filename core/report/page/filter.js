// One filter for the whole page: "variance >= 0.1 mean = 0.5 softmax". All conditions must hold; a word that is
// no condition must occur in the trial's id, its status or one of its texts.
"use strict";
const trials = data.trials;
const columns = [
  {name: "trial", text: true, at: (i) => trials.ids.slice(16 * i, 16 * i + 16)},
  {name: "status", text: true, at: (i) => data.statuses[trials.status[i]]},
  ...trials.parameters.map((p) => ({name: p.name, doc: p.doc, unit: p.unit, text: p.text, parameter: true,
    varies: p.values.length > 1, at: p.codes ? (i) => p.values[p.codes[i]] : () => p.values[0]})),
  ...trials.scalars.map((s) => ({name: s.name, doc: s.doc, unit: s.unit, text: false, metric: true, varies: true,
    at: (i) => s.values[i]})),
];
const columnOf = new Map(columns.map((c) => [c.name, c]));

const compare = {
  "=": (a, b) => a === b, "!=": (a, b) => a !== b, "<": (a, b) => a < b, "<=": (a, b) => a <= b,
  ">": (a, b) => a > b, ">=": (a, b) => a >= b,
};

// The text as a test of a trial, and what of it is wrong.
function parseFilter(text) {
  const tests = [], wrong = [];
  const pattern = /([A-Za-z_][\w.]*)\s*(<=|>=|!=|==|=|<|>)\s*("[^"]*"|[^\s,]+)|"([^"]*)"|([^\s,]+)/g;
  for (const [, name, sign, value, quoted, word] of text.matchAll(pattern)) {
    if (name === undefined) {
      const part = (quoted ?? word).toLowerCase();
      if (part === "and") continue;
      const texts = columns.filter((c) => c.text);
      tests.push((i) => texts.some((c) => String(c.at(i)).toLowerCase().includes(part)));
      continue;
    }
    const column = columnOf.get(name);
    const test = compare[sign === "==" ? "=" : sign];
    const bare = value.replace(/^"|"$/g, "");
    if (!column) wrong.push(`no column '${name}'`);
    else if (column.text) tests.push((i) => test(String(column.at(i)), bare));
    else if (Number.isNaN(Number(bare))) wrong.push(`'${bare}' is no number`);
    else tests.push((i) => { const v = column.at(i); return v !== null && test(v, Number(bare)); });
  }
  return {holds: (i) => tests.every((test) => test(i)), wrong};
}

const state = {filter: "", chosen: [], wrong: []};  // chosen: places of the trials that pass
const listeners = [];
function setFilter(text) {
  const parsed = parseFilter(text);
  state.filter = text;
  state.wrong = parsed.wrong;
  state.chosen = [];
  for (let i = 0; i < trials.count; ++i) if (parsed.holds(i)) state.chosen.push(i);
  listeners.forEach((listener) => listener());
}

// `text` with all conditions on `name` replaced.
function withCondition(name, conditions) {
  const escaped = name.replace(/[.]/g, "\\.");
  const kept = state.filter.replace(new RegExp(`(^|\\s)${escaped}\\s*(<=|>=|!=|==|=|<|>)\\s*("[^"]*"|[^\\s,]+)`, "g"), " ");
  return `${kept} ${conditions.join(" ")}`.replace(/\s+/g, " ").trim();
}
const quotedValue = (value) => typeof value === "number" ? String(value) : `"${value}"`;

// Keeps in the table the trials behind a point. `pairs`: [name, value].
function showTrialsOf(pairs) {
  let text = "";
  for (const [name, value] of pairs) if (columnOf.has(name)) text += ` ${name} = ${quotedValue(value)}`;
  setFilter(text.trim());
}
