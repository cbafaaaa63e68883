// What is shown stands in the address, so that a link shows the same: #part~f=filter&s=sort&p=picked&v.figure=view.
"use strict";
const views = new Map();  // of figures, by name
const redrawn = new Map();  // what draws a figure's view anew

function viewText(figure, view) {
  const fresh = viewOf(figure), zoomed = view.zoom.map((z) => (z && (z.x || z.y) ? z : null));
  const kept = {};
  if (view.logX !== fresh.logX) kept.logX = view.logX;
  if (view.logY !== fresh.logY) kept.logY = view.logY;
  if (view.hidden.size) kept.hidden = [...view.hidden];
  if (zoomed.some(Boolean)) kept.zoom = zoomed;
  return Object.keys(kept).length ? JSON.stringify(kept) : "";
}

function stateText() {
  const kept = new URLSearchParams();
  if (state.filter) kept.set("f", state.filter);
  if (state.sort) kept.set("s", `${state.sort.up ? "" : "-"}${state.sort.name}`);
  if (state.picked) kept.set("p", JSON.stringify([state.picked.name, runsOfPlaces(state.picked.places)]));
  if (state.axes) kept.set("a", state.axes.map((a) => (a.flipped ? "-" : "") + a.name).join(","));
  if (state.columns) kept.set("c", state.columns.join(","));
  if (state.scatter) kept.set("xy", JSON.stringify(state.scatter));
  if (state.grouped) kept.set("g", "1");
  if (state.opened.length) kept.set("t", state.opened.map(idOf).join(","));
  for (const figure of data.figures) {
    const text = views.has(figure.name) ? viewText(figure, views.get(figure.name)) : "";
    if (text) kept.set(`v.${figure.name}`, text);
  }
  return String(kept);
}

function runsOfPlaces(places) {
  const runs = [];
  for (const place of places) {
    if (runs.length && place === runs.at(-2) + runs.at(-1)) ++runs[runs.length - 1];
    else runs.push(place, 1);
  }
  return runs;
}

let writing = 0, part = "";
function noteState() {
  clearTimeout(writing);
  writing = setTimeout(() => {
    const text = stateText();
    history.replaceState(null, "", `#${part}${text ? `~${text}` : ""}`);
  }, 150);
}

// Whatever is wrong in an address, the page is shown without it.
function readState(text) {
  const kept = new URLSearchParams(text);
  const parsed = (value) => { try { return JSON.parse(value); } catch { return null; } };
  const picked = parsed(kept.get("p"));
  state.picked = Array.isArray(picked) && Array.isArray(picked[1]) ? {name: String(picked[0]), places: placesOf(picked[1])} : null;
  const sort = kept.get("s");
  const name = sort?.replace(/^-/, "");
  state.sort = columnOf.has(name) ? {name, up: !sort.startsWith("-")} : null;
  state.grouped = kept.get("g") === "1";
  const axes = (kept.get("a") ?? "").split(",").map((a) => ({name: a.replace(/^-/, ""), flipped: a.startsWith("-")})).filter((a) => columnOf.has(a.name));
  state.axes = axes.length >= 2 ? axes : null;
  const shown = (kept.get("c") ?? "").split(",").filter((name) => columnOf.has(name));
  state.columns = shown.length ? shown : null;
  const scatter = parsed(kept.get("xy"));
  state.scatter = scatter && ["x", "y", "color"].every((k) => columnOf.has(scatter[k])) ? scatter : null;
  const opened = new Set((kept.get("t") ?? "").split(",").filter(Boolean));
  state.opened = [];
  for (let i = 0; opened.size && i < trials.count; ++i) if (opened.has(idOf(i))) state.opened.push(i);
  for (const figure of data.figures) {
    const view = parsed(kept.get(`v.${figure.name}`)), fresh = viewOf(figure);
    if (!views.has(figure.name)) views.set(figure.name, fresh);
    Object.assign(views.get(figure.name), {logX: view?.logX ?? fresh.logX, logY: view?.logY ?? fresh.logY,
      hidden: new Set(view?.hidden ?? []), zoom: (view?.zoom ?? []).map((z) => z && {x: z.x ?? null, y: z.y ?? null})});
    redrawn.get(figure.name)?.();
  }
  setFilter(kept.get("f") ?? "");
}

// The part of the page that a link names, unfolded.
function goTo(name) {
  const target = document.getElementById(name);
  if (!target) return;
  for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
  target.querySelector(":scope > details")?.setAttribute("open", "");
  target.scrollIntoView({block: "start"});
}

function readAddress() {
  const hash = location.hash.slice(1), tilde = hash.indexOf("~");
  part = decodeURIComponent(tilde < 0 ? hash : hash.slice(0, tilde));
  return tilde < 0 ? null : hash.slice(tilde + 1);
}
window.addEventListener("hashchange", () => {
  const text = readAddress();
  if (text !== null) readState(text);  // somebody has opened another link here
  goTo(part);
  noteState();
});
