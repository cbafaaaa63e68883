// Round numbers along an axis, for the report and for the page of `qklab serve`.
"use strict";

// Multiples of 1, 2 or 5 times a power of ten, three to six of them.
function linearTicks(low, high) {
  if (!(high > low)) return [low];
  const step = [1, 2, 5, 10].map((f) => f * Math.pow(10, Math.floor(Math.log10((high - low) / 5))))
    .find((s) => (high - low) / s <= 5.5);
  const ticks = [];
  for (let k = Math.ceil(low / step); k * step <= high; ++k) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

// At some of the values that were swept, at most `most`: evenly picked where they are evenly spaced, else as many as
// leave room between them.
function sweptTicks(values, low, high, log, most) {
  const to = log ? Math.log : (v) => v;
  const inside = values.filter((v) => v >= low && v <= high);
  if (inside.length < 2) return inside;
  const places = inside.map((v) => (to(v) - to(low)) / (to(high) - to(low)));
  const gap = (places.at(-1) - places[0]) / (places.length - 1);
  if (places.every((p, k) => k === 0 || Math.abs(p - places[k - 1] - gap) < 0.05 * gap)) {
    const least = Math.ceil(1 / (gap * most) - 1e-9);
    if (least <= 1) return inside;
    let best = null;
    for (let stride = least; stride <= 2 * least; ++stride) {
      const ticks = inside.filter((_, k) => k % stride === 0);
      if (best && ticks.length < 3) break;
      const length = numbers(ticks).join("").length / ticks.length;
      if (!best || length < best.length) best = {ticks, length};
    }
    return best.ticks;
  }
  const ticks = [], room = 1 / most;
  let last = -Infinity;
  inside.forEach((v, k) => {
    if (k + 1 < inside.length && (places[k] - last < room || places.at(-1) - places[k] < room)) return;
    ticks.push(v);
    last = places[k];
  });
  return ticks;
}

// Where a log axis has ticks: powers of ten; 2 and 5 times these as well where few are in sight; round numbers
// where not even those are. uPlot's own ticks presume a range that begins at a power of ten, and do not end on any other.
function logTicks(low, high) {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  const within = (factors, stride) => {
    const ticks = [];
    for (let k = first; k <= last; k += stride) ticks.push(...factors.map((f) => Number(`${f}e${k}`)));
    return ticks.filter((t) => t >= low && t <= high);
  };
  const decades = within([1], 1);
  if (decades.length > 7) return within([1], Math.ceil(decades.length / 7));
  if (decades.length > 2) return decades;
  const finer = within([1, 2, 5], 1);
  if (finer.length > 2) return finer;
  return linearTicks(low, high);
}

// Between the powers of ten: 2 to 9 times these, where that leaves room between them.
function minorLogTicks(low, high) {
  const first = Math.floor(Math.log10(low)), last = Math.floor(Math.log10(high));
  const ticks = [];
  for (let k = first; k <= last && Math.log10(high / low) <= 7; ++k)
    for (let f = 2; f < 10; ++f) ticks.push(Number(`${f}e${k}`));
  return ticks.filter((t) => t >= low && t <= high);
}
// As short marks outside the panel, along the axis `key` of a uPlot.
function paintMinorTicks(u, key) {
  const {min, max} = u.scales[key], {left, top, height} = u.bbox, ratio = window.devicePixelRatio || 1, length = 4 * ratio;
  u.ctx.save();
  u.ctx.strokeStyle = lineColor();
  u.ctx.lineWidth = ratio;
  u.ctx.setLineDash([]);
  u.ctx.beginPath();
  for (const tick of minorLogTicks(min, max)) {
    const at = u.valToPos(tick, key, true);
    u.ctx.moveTo(...(key === "x" ? [at, top + height] : [left, at]));
    u.ctx.lineTo(...(key === "x" ? [at, top + height + length] : [left - length, at]));
  }
  u.ctx.stroke();
  u.ctx.restore();
}
