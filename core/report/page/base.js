// What report.html and the page of `qklab serve` share: elements built from text only, numbers, colours, the theme.
"use strict";

// el("td", {class: "quiet"}, "text", child): text is never read as markup.
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") element.style.cssText = value;  // which a page may forbid as an attribute
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of children.flat()) element.append(child instanceof Node ? child : String(child));
  return element;
}

function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// Calls `show`. Where it fails, `holder` says so, and the rest of the page is there all the same.
function guarded(holder, what, show) {
  try {
    return show();
  } catch (error) {
    console.error(error);
    holder.append(el("p", {class: "broken", role: "alert"}, `${what} cannot be shown (${error.message}).`));
    return null;
  }
}

// Four significant digits, or as many as are asked for; what is no number is a dash, a name stays as it is. `powers`:
// whether as 2.5e-1; unless it is given, by its size.
const isExtreme = (x) => !(Math.abs(x) >= 1e-3 && Math.abs(x) < 1e6);
function number(x, digits = 4, powers = isExtreme(x)) {
  if (typeof x === "string" || typeof x === "boolean") return String(x);
  if (x === null || x === undefined || Number.isNaN(x)) return "–";
  if (x === 0) return "0";
  const [mantissa, exponent] = x.toExponential(Math.max(0, digits - (powers ? 2 : 1))).split("e");
  if (powers) return `${Number(mantissa)}e${Number(exponent)}`;
  // Without powers of ten JavaScript itself would write those of small numbers.
  const places = Math.max(0, digits - 1 - Number(exponent));
  return places > 6 ? x.toFixed(places).replace(/0+$/, "") : String(Number(x.toPrecision(digits)));
}
// Numbers of one axis, list or interval: to as many digits as it takes that different ones look different, and in one
// notation.
function numbers(list) {
  const sized = list.filter((x) => typeof x === "number" && Number.isFinite(x) && x !== 0).map(Math.abs);
  const mixed = sized.some(isExtreme) && !sized.every(isExtreme);
  const powers = !mixed ? undefined : !sized.every((x) => x >= 1e-4 && x < 1e6);
  const different = new Set(list).size;
  for (let digits = 4; digits < 15; ++digits) {
    const texts = list.map((x) => number(x, digits, powers));
    if (new Set(texts).size === different) return texts;
  }
  return list.map(String);
}
// All digits, where a number says which trial it is.
const inFull = (x) => (x === null || x === undefined ? "–" : String(x).replace("e+", "e"));
const plural = (n, what) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;

const darkQuery = window.matchMedia("(prefers-color-scheme: dark)");
let printing = false;
const dark = () => darkQuery.matches && !printing;
let themed = [];  // redrawn when the theme changes
const redrawAll = () => themed.forEach((draw) => draw());
darkQuery.addEventListener("change", redrawAll);
// On paper the page is as wide as the paper, in light colours, and everything is drawn and unfolded.
let unfolded = [];  // for print alone
function setPrinting(now) {
  printing = now;
  document.documentElement.classList.toggle("printing", now);
  if (now) {
    [...waiting.keys()].forEach(drawNow);
    unfolded = [...document.querySelectorAll(".claim > details:not([open])")];
  }
  unfolded.forEach((details) => { details.open = now; });
  redrawAll();
}
window.addEventListener("beforeprint", () => setPrinting(true));
window.addEventListener("afterprint", () => setPrinting(false));

// Calls `draw` when `element` comes within a screen's height of what is seen, or is printed; again when the theme
// changes. So a page of many figures opens as fast as one of few. Returns what ends it.
const waiting = new Map();
function drawNow(element) {
  const draw = waiting.get(element);
  waiting.delete(element);
  observer.unobserve(element);
  themed.push(draw);
  draw();
}
const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting && waiting.has(entry.target)) drawNow(entry.target);
}, {rootMargin: "100% 0px"});
function whenSeen(element, draw) {
  const shown = () => guarded(element.parentNode, "This drawing", draw);
  waiting.set(element, shown);
  observer.observe(element);
  return () => {
    waiting.delete(element);
    observer.unobserve(element);
    themed = themed.filter((each) => each !== shown);
  };
}
// Calls `act` once when `element` is in sight: now, or when it comes there. A later call replaces an earlier one.
const awaited = new Map();
const sight = new IntersectionObserver((entries) => {
  for (const {isIntersecting, target} of entries) {
    if (!isIntersecting || !awaited.has(target)) continue;
    const act = awaited.get(target);
    awaited.delete(target);
    sight.unobserve(target);
    act();
  }
});
function whenInSight(element, act) {
  awaited.set(element, act);
  sight.observe(element);
}
const ink = () => getComputedStyle(document.documentElement).getPropertyValue("--text").trim();
const lineColor = () => getComputedStyle(document.documentElement).getPropertyValue("--line").trim();

let palette = null;  // {viridis, diverging, categories}, as the page's data have it

// Viridis at t in [0, 1]; grey where there is no number.
function viridis(t) {
  if (!(t >= 0 && t <= 1)) return dark() ? "#555555" : "#cccccc";
  return palette.viridis[Math.min(palette.viridis.length - 1, Math.floor(t * palette.viridis.length))];
}
// Blue over white to red, for a scale with a middle.
function diverging(t) {
  if (!(t >= 0 && t <= 1)) return dark() ? "#555555" : "#cccccc";
  return palette.diverging[Math.min(palette.diverging.length - 1, Math.floor(t * palette.diverging.length))];
}
// Of a map that lies beneath curves: greys that leave the colours to these.
function greys(t) {
  if (!(t >= 0 && t <= 1)) return dark() ? "#000000" : "#ffffff";
  const grey = Math.round(dark() ? 30 + 70 * t : 148 + 99 * t);
  return `rgb(${grey}, ${grey}, ${grey})`;
}
// Of a line: on white viridis lacks its brightest end, on black its darkest.
function lineShade(shade) {
  if (shade === null) return dark() ? "#6cbcf0" : "#0072b2";
  if (shade.category !== undefined) {
    const color = palette.categories[shade.category % palette.categories.length];
    return dark() && color === "#000000" ? "#ffffff" : dark() && color === "#0072b2" ? "#4aa8e0" : color;
  }
  return viridis(dark() ? 0.25 + 0.75 * shade.t : 0.9 * shade.t);
}
// Of more curves than there are colours: which mark tells a colour's second and third use apart; 0: none.
const marks = ["", "■", "▲", "◆"];
function markOf(shade) {
  const turn = shade?.category === undefined ? 0 : Math.floor(shade.category / palette.categories.length);
  return turn === 0 ? 0 : 1 + (turn - 1) % (marks.length - 1);
}
// A mark of that kind, filled.
function paintMark(context, kind, x, y, half) {
  context.beginPath();
  if (kind === 1) context.rect(x - half, y - half, 2 * half, 2 * half);
  else if (kind === 2) [[0, -1.2], [1.2, 0.9], [-1.2, 0.9]].forEach(([dx, dy]) => context.lineTo(x + dx * half, y + dy * half));
  else if (kind === 3) [[0, -1.4], [1.1, 0], [0, 1.4], [-1.1, 0]].forEach(([dx, dy]) => context.lineTo(x + dx * half, y + dy * half));
  else context.arc(x, y, half, 0, 2 * Math.PI);
  context.fill();
}
// Which points of a curve have chosen trials, [true, false, ...]; null where all trials are chosen, or nobody asks. `lit`:
// {active(), version(), holds(runs)}.
const litPoints = new WeakMap();  // of each curve, as long as the choice is the same
function chosenPoints(lit, curve) {
  if (!lit?.active() || !curve.trials) return null;
  const known = litPoints.get(curve);
  if (known?.version === lit.version()) return known.points;
  const points = curve.x.map((_, i) => lit.holds(runsOf(curve, i)));
  litPoints.set(curve, {version: lit.version(), points});
  return points;
}
function faded(color, alpha) {
  return color + Math.round(255 * alpha).toString(16).padStart(2, "0");
}
