// Trials that differ in the seed alone as one row: their number, and of each scalar the mean with its 95% interval.
"use strict";

// Student's quantile for a two-sided interval of 95%: Hill's expansion (Abramowitz and Stegun 26.7.5) beyond the first.
const firstQuantiles = [NaN, 12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.30600, 2.26216, 2.22814];
function studentQuantile(df) {
  if (df < firstQuantiles.length) return firstQuantiles[df];
  const z = 1.959964, z3 = z ** 3, z5 = z ** 5, z7 = z ** 7;
  return z + (z3 + z) / (4 * df) + (5 * z5 + 16 * z3 + 3 * z) / (96 * df ** 2) + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * df ** 3);
}

function meanOf(values) {
  const n = values.length;
  if (!n || values.some(Number.isNaN)) return {mean: NaN, half: NaN};
  const mean = values.reduce((a, b) => a + b, 0) / n;
  if (n < 2) return {mean, half: NaN};
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1);
  return {mean, half: studentQuantile(n - 1) * Math.sqrt(variance / n)};
}

// {rows: the first trial of each group, members(i), value(column, i), text(column, i)}. A mean is over the trials that are
// done, as in figures.
function groupedBySeed(chosen) {
  const keys = columns.filter((c) => c.parameter && c.varies && c.name !== "seed");
  const groups = new Map(), first = new Map();
  for (const i of chosen) {
    const key = keys.map((c) => c.at(i)).join("\0");
    if (!first.has(key)) { first.set(key, i); groups.set(i, []); }
    groups.get(first.get(key)).push(i);
  }
  const done = (i) => groups.get(i).filter((k) => statusOf(k) === "done");
  const means = new Map();
  const meanAt = (column, i) => {
    if (!means.has(column)) means.set(column, new Map());
    const known = means.get(column);
    if (!known.has(i)) known.set(i, meanOf(done(i).map((k) => column.value(k))));
    return known.get(i);
  };
  const statuses = (i) => data.statuses.map((status) => [groups.get(i).filter((k) => statusOf(k) === status).length, status])
    .filter(([n]) => n).map(([n, status]) => `${n} ${status}`).join(", ");
  const text = (column, i) => {
    if (column.name === "trial") return plural(groups.get(i).length, "trial");
    if (column.name === "status") return statuses(i);
    if (column.name === "seed") return plural(new Set(groups.get(i).map((k) => column.at(k))).size, "seed");
    if (!column.metric) return cellText(column, i);
    const {mean, half} = meanAt(column, i);
    if (Number.isNaN(half)) return number(mean);
    const [middle, low, high] = numbers([mean, mean - half, mean + half]);
    return `${middle} [${low}, ${high}]`;
  };
  const value = (column, i) => (column.metric ? meanAt(column, i).mean
    : column.name === "trial" || column.name === "seed" ? groups.get(i).length : column.name === "status" ? statuses(i) : column.value(i));
  return {rows: [...groups.keys()], members: (i) => groups.get(i), text, value};
}
