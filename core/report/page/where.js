// The language of `where` in configs and of `qklab query`, over all columns of the table: comparisons (which chain),
// and, or, not, + - * / % **, parentheses, numbers, 'texts', true and false. As core/sweep/where_parse.cpp reads it.
"use strict";

// What cannot be read: from where to where in the text, and why.
class Unreadable extends Error {
  constructor(from, to, message) {
    super(message);
    this.from = from;
    this.to = to;
  }
}

const comparisons = {
  "==": (a, b) => a === b, "!=": (a, b) => a < b || a > b, "<=": (a, b) => a <= b, ">=": (a, b) => a >= b,
  "<": (a, b) => a < b, ">": (a, b) => a > b,
};
const kindNames = {number: "a number", text: "text", truth: "a condition"};

// `columnOf`: name -> {kind, value(i)}. Returns {holds(i), parts}: the conditions that `and` joins outermost, each with
// its place in the text and the names in it. Throws Unreadable.
function parseWhere(text, columnOf) {
  let at = 0, depth = 0;
  const skip = () => { while (at < text.length && /\s/.test(text[at])) ++at; };
  const word = () => /^[A-Za-z_][\w.]*/.exec(text.slice(at))?.[0] ?? "";
  const take = (symbol) => {
    if (!text.startsWith(symbol, at)) return false;
    at += symbol.length;
    skip();
    return true;
  };
  const takeWord = (name) => word() === name && take(name);
  const fail = (from, message, to = at) => { throw new Unreadable(from, Math.max(to, from + 1), message); };
  const unexpected = () => {
    if (at === text.length) fail(Math.max(0, text.trimEnd().length - 1), "ends too early: a value is missing", text.length);
    const advice = {"=": "write == to compare", "&": "write 'and'", "|": "write 'or'", "!": "write 'not'"}[text[at]];
    fail(at, advice ?? `unexpected '${word() || text[at]}'`, at + (word().length || 1));
  };
  const demand = (operand, kind) => {
    if (operand.kind !== kind) fail(operand.from, `expected ${kindNames[kind]}, got ${kindNames[operand.kind]}`, operand.to);
  };
  const made = (from, kind, value, names) => ({from, to: text.slice(0, at).trimEnd().length, kind, value, names: new Set(names)});
  const joined = (a, b, kind, f) => {
    demand(a, kind);
    demand(b, kind);
    const x = a.value, y = b.value;
    return made(a.from, kind, (i) => f(x, y, i), [...a.names, ...b.names]);
  };
  const nested = (rule) => {
    if (++depth > 200) fail(at, "the expression is too long or too deeply nested");
    const operand = rule();
    --depth;
    return operand;
  };

  function disjunction() {
    let left = nested(conjunction);
    while (takeWord("or")) left = joined(left, conjunction(), "truth", (x, y, i) => x(i) || y(i));
    return left;
  }
  function conjunction() {
    let left = negation();
    const parts = [left];
    while (takeWord("and")) {
      parts.push(negation());
      left = joined(left, parts.at(-1), "truth", (x, y, i) => x(i) && y(i));
    }
    left.parts = parts;
    return left;
  }
  function negation() {
    const from = at;
    if (!takeWord("not")) return comparison();
    const operand = nested(negation);
    demand(operand, "truth");
    return made(from, "truth", (i) => !operand.value(i), operand.names);
  }
  function comparison() {  // 0 < mean < 1 means 0 < mean and mean < 1
    let left = sum(), all = null;
    for (;;) {
      const from = at, sign = Object.keys(comparisons).find((s) => text.startsWith(s, at));
      if (!sign) return all ?? left;
      take(sign);
      const right = sum(), first = left, equality = sign === "==" || sign === "!=";
      if (first.kind !== right.kind) fail(from, `${kindNames[first.kind]} cannot be compared with ${kindNames[right.kind]}`);
      if (first.kind !== "number" && !equality) fail(from, `${kindNames[first.kind]} has no order: use == or !=`);
      const f = first.kind === "number" || sign === "==" ? comparisons[sign] : (a, b) => a !== b;
      const link = made(first.from, "truth", (i) => f(first.value(i), right.value(i)), [...first.names, ...right.names]);
      all = all ? joined(all, link, "truth", (x, y, i) => x(i) && y(i)) : link;
      left = right;
    }
  }
  const remainder = (a, b) => { const r = a % b; return r !== 0 && (r < 0) !== (b < 0) ? r + b : r; };
  function sum() {
    let left = product();
    for (;;) {
      if (take("+")) left = joined(left, product(), "number", (x, y, i) => x(i) + y(i));
      else if (take("-")) left = joined(left, product(), "number", (x, y, i) => x(i) - y(i));
      else return left;
    }
  }
  function product() {
    let left = sign();
    for (;;) {
      if (text.startsWith("**", at)) return left;
      if (take("*")) left = joined(left, sign(), "number", (x, y, i) => x(i) * y(i));
      else if (take("/")) left = joined(left, sign(), "number", (x, y, i) => x(i) / y(i));
      else if (take("%")) left = joined(left, sign(), "number", (x, y, i) => remainder(x(i), y(i)));
      else return left;
    }
  }
  function sign() {
    const from = at;
    if (!take("-")) return power();
    const operand = nested(sign);
    demand(operand, "number");
    return made(from, "number", (i) => -operand.value(i), operand.names);
  }
  function power() {
    const base = primary();
    return take("**") ? joined(base, nested(sign), "number", (x, y, i) => x(i) ** y(i)) : base;
  }
  function primary() {
    if (at === text.length) unexpected();
    const from = at, c = text[at];
    if (take("(")) {
      const inner = disjunction();
      if (!take(")")) fail(from, "this '(' is not closed", from + 1);
      return made(from, inner.kind, inner.value, inner.names);
    }
    if (/[\d.]/.test(c)) {
      const written = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(text.slice(at))?.[0] ?? "";
      at += written.length;
      if (!written || /[\w.]/.test(text[at] ?? "")) fail(from, "this is no number", at + 1);
      if (/^\d+$/.test(written) && Number(written) > 2 ** 53) fail(from, "whole numbers above 2^53 cannot be told apart here");
      skip();
      return made(from, "number", () => Number(written), []);
    }
    if (c === "'" || c === '"') {
      const end = text.indexOf(c, at + 1);
      if (end < 0) fail(from, "this quote is not closed", text.length);
      const quoted = text.slice(at + 1, end);
      at = end + 1;
      skip();
      return made(from, "text", () => quoted, []);
    }
    const name = word();
    if (!name || ["and", "or", "not"].includes(name)) unexpected();
    at += name.length;
    const end = at;
    skip();
    if (text[at] === "(") fail(from, `'${name}(...)': nothing can be called here`, end);
    if (name === "true" || name === "false") return made(from, "truth", () => name === "true", []);
    const column = columnOf.get(name);
    if (!column) fail(from, `no column '${name}'${nearest(name, [...columnOf.keys()])}`, end);
    return made(from, column.kind, column.value, [name]);
  }

  skip();
  if (at === text.length) return {holds: () => true, parts: []};
  const all = disjunction();
  if (at < text.length) unexpected();
  demand(all, "truth");
  return {holds: all.value, parts: all.parts ?? [all]};
}

// "; did you mean 'variance'?", or that texts are quoted, or nothing.
function nearest(name, names) {
  const distance = (a, b) => {
    let row = Array.from({length: b.length + 1}, (_, k) => k);
    for (let i = 1; i <= a.length; ++i) {
      const next = [i];
      for (let k = 1; k <= b.length; ++k) next[k] = Math.min(next[k - 1] + 1, row[k] + 1, row[k - 1] + (a[i - 1] !== b[k - 1]));
      row = next;
    }
    return row[b.length];
  };
  const best = names.map((n) => [distance(name, n), n]).sort((a, b) => a[0] - b[0])[0];
  return best && best[0] <= Math.max(1, name.length / 3) ? `; did you mean '${best[1]}'?` : " (texts are written in quotes)";
}
