// The figures of a config, on report.html and on the page of `qklab serve`: legend, controls, panels. How the panels of
// each form are drawn is in curves.js, paths.js and cells.js; core/figures/figure_json.hpp says what a figure consists of.
"use strict";

const allPoints = (figure, ...keys) =>
  figure.panels.flatMap((p) => p.curves.flatMap((c) => keys.flatMap((key) => c[key] ?? [])));

function legend(figure, view, redraw) {
  const seen = new Map();
  figure.panels.forEach((p) => p.curves.forEach((c) => { if (c.name) seen.set(c.label, c); }));
  if (seen.size < 2) return [];
  return [el("span", {class: "quiet"}, `${figure.colorlabel}:`), ...[...seen.values()].map((curve) => {
    const button = el("button", {class: "curve", type: "button", "aria-pressed": String(!view.hidden.has(curve.label)), onclick: () => {
      if (!view.hidden.delete(curve.label)) view.hidden.add(curve.label);
      button.setAttribute("aria-pressed", String(!view.hidden.has(curve.label)));
      redraw();
    }}, el("span", {class: "swatch", style: `color: ${lineShade(curve.shade)}`}), marks[markOf(curve.shade)], curve.label);
    return button;
  })];
}

function logToggle(label, able, pressed, change) {
  const button = el("button", {class: "toggle", type: "button", "aria-pressed": String(pressed), onclick: () => {
    const now = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(now));
    change(now);
  }}, label);
  button.disabled = !able;
  if (!able) button.title = "some values are not positive";
  return button;
}

// How a panel of each form is drawn.
const forms = {curves: curvesPanel, paths: pathsPanel, cells: cellsPanel};

// What of a figure is shown: log axes, hidden curves, and of each panel the zoom.
const viewOf = (figure) => ({logX: figure.log?.x, logY: figure.log?.y, hidden: new Set(), zoom: []});

// The axes of a panel of a figure: {x, y} with range, log, and the values that ticks stand at. All panels have the same,
// but where the figure has free ones.
function axesOf(figure, limits) {
  if (!figure.free?.x && !figure.free?.y) {
    const shared = sharedAxes(figure, limits);
    return (view) => shared(view);
  }
  const shared = sharedAxes(figure, limits), own = figure.panels.map((p) => sharedAxes({...figure, panels: [p]}, limits));
  return (view, k) => ({x: (figure.free.x ? own[k] : shared)(view).x, y: (figure.free.y ? own[k] : shared)(view).y});
}
function sharedAxes(figure, limits) {
  const swept = (values) => (figure.refined || values.some((v) => typeof v !== "number") ? null : values);
  if (figure.form === "cells") {
    return () => ({x: {range: [figure.xedges[0], figure.xedges.at(-1)], log: figure.log.x, values: swept(figure.xvalues)},
                   y: {range: [figure.yedges[0], figure.yedges.at(-1)], log: figure.log.y, values: swept(figure.yvalues)}});
  }
  const {beneath} = figure, named = Boolean(figure.xnames);
  const xs = [...allPoints(figure, "x"), ...figure.panels.flatMap((p) => (p.lost ?? []).map((l) => l.x)), ...(beneath?.xedges ?? [])];
  // What the config asks for is in sight; what a claim demands, where that is not far away.
  const asked = (wanted) => limits.filter((l) => Boolean(l.asked) === wanted).map((l) => l.value);
  const ys = [...allPoints(figure, "mean", "theory", "baseline"), ...(beneath?.yedges ?? []), ...asked(true)];
  const intervals = [...(figure.band || named ? allPoints(figure, "low", "high") : []), ...asked(false)];
  return (view) => ({x: {range: named ? [-0.5, figure.xnames.length - 0.5] : rangeOf(xs, view.logX), log: view.logX},
                     y: {range: valueRange(ys, intervals, figure.bounds, view.logY), log: view.logY}});
}

// The places of the trials behind what lies in a box of a panel.
function trialsWithin(figure, panelData, view, from, to) {
  const inside = (x, y) => x >= from[0] && x <= to[0] && y >= from[1] && y <= to[1];
  const found = new Set();
  const add = (runs) => placesOf(runs).forEach((i) => found.add(i));
  if (figure.form === "cells") {
    const middle = (edges, k) => (edges[k] > 0 && edges[k + 1] > 0 ? Math.sqrt(edges[k] * edges[k + 1]) : (edges[k] + edges[k + 1]) / 2);
    const across = figure.xvalues.length;
    panelData.trials.forEach((runs, k) => { if (inside(middle(figure.xedges, k % across), middle(figure.yedges, Math.floor(k / across)))) add(runs); });
  } else {
    panelData.curves.filter((c) => !view.hidden.has(c.label)).forEach((curve) => curve.x.forEach((x, i) => {
      if (x !== null && curve.mean[i] !== null && inside(x, curve.mean[i])) add(runsOf(curve, i));
    }));
  }
  return [...found].sort((a, b) => a - b);
}

// A figure with its controls. `options`: heading (the tag of its title); pick(name, places), called with a point's trials
// where there is such a thing; view, what of it was shown before; changed, called when that changes; tools, more controls;
// lit, {active(), version(), holds(runs)}: which trials are chosen, so that the others fade; brush(name, places), called with the trials in a box.
// Returns {block, view, end}.
function figureBlock(figure, {heading = "h3", pick = null, view = null, changed = () => {}, tools = [], lit = null, brush = null} = {}) {
  const block = el("div", {class: "figure", id: `figure-${figure.name}`}, el(heading, {}, figure.title || figure.name));
  if (figure.error) {
    block.append(el("p", {}, figure.error));
    return {block, view, end: () => {}, redraw: () => {}, relight: () => {}};
  }
  const cells = figure.form === "cells", {beneath} = figure;
  view ??= viewOf(figure);
  const limits = [...(figure.thresholds ?? []).map(({value, label}) => ({value, label, asked: true})), ...(figure.limits ?? [])];
  const axes = axesOf(figure, limits);
  const controls = el("div", {class: "row controls"});
  const keys = el("div", {class: "row keys"});
  const columnCount = figure.columns || (figure.panels.length <= 1 ? 1 : figure.panels.length <= 4 ? 2 : 3);
  const panels = el("div", {class: "panels", style: `grid-template-columns: repeat(${columnCount}, minmax(0, 1fr))`});
  block.append(keys, controls, panels);
  if (figure.left_out) {
    const {text, trials} = figure.left_out, mark = cells ? "╱ ╳" : "✕";
    controls.before(el("p", {class: "left-out"}, `${mark} ${text}`,
      pick ? [" ", el("button", {type: "button", class: "controls", onclick: () => pick(`left out of ${figure.name}`, placesOf(trials))}, "list them")] : []));
  }
  if (figure.unshown) controls.before(el("p", {class: "left-out"}, `▲ ${figure.unshown}`));
  const height = columnCount === 1 ? 340 : 260;
  panels.style.minHeight = `${Math.ceil(figure.panels.length / columnCount) * (height + 50)}px`;  // until drawn
  let destroy = [], seen = false;
  const toggles = [];
  const quiet = (text) => el("span", {class: "quiet"}, text);
  const draw = () => {
    keys.replaceChildren(...legend(figure, view, () => { drawPanels(); changed(); }), ...(cells && !figure.several ? [ramp(figure.panels[0].color)] : []),
      ...(figure.form === "paths" && figure.color ? [ramp(figure.color)] : []), ...figure.keys.map(quiet), ...(beneath ? [ramp(beneath.panels[0].color, greys), ...beneath.keys.map(quiet)] : []));
    drawPanels();
  };
  const clear = () => { destroy.forEach((end) => end()); destroy = []; };
  function drawPanels() {
    clear();
    panels.replaceChildren();
    panels.style.minHeight = "";
    destroy = figure.panels.map((p, k) => {
      const holder = el("div", {class: "panel"});
      panels.append(holder);
      const {x, y} = axes(view, k);
      if (figure.several) holder.append(ramp(p.color));
      const inner = el("div");
      holder.append(inner);
      return panel(inner, figure.several ? "" : p.title, {
        x: {...x, label: figure.xlabel, names: figure.xnames}, y: {...y, label: figure.ylabel, names: figure.ynames},
        height, zoom: (view.zoom[k] ??= {x: null, y: null}), moved: changed, ...forms[figure.form](figure, p, view, pick, lit),
        ...(brush ? {brush: (from, to) => brush(figure.name, trialsWithin(figure, p, view, from, to))} : {}), ...(limits.length ? {limits} : {})});
    });
  }
  if (!cells) {
    const relog = (key) => (on) => { view[key] = on; view.zoom = []; drawPanels(); changed(); };
    toggles.push(logToggle("log x", !figure.xnames && canBeLog([...allPoints(figure, "x"), ...(beneath?.xedges ?? [])]), view.logX, relog("logX")),
      logToggle("log y", canBeLog([...allPoints(figure, "mean", "theory", "baseline"), ...(beneath?.yedges ?? [])]), view.logY, relog("logY")));
    controls.append(...toggles);
  }
  controls.append(...tools, quiet(`Drag to zoom, double click to reset${pick ? `; click a ${cells ? "cell" : "point"} to list its trials` : ""}${brush ? "; drag with Shift to choose the trials in a box" : ""}.`));
  if (figure.caption) block.append(el("p", {class: "caption"}, figure.caption));
  const forget = whenSeen(block, () => { seen = true; draw(); });
  // After somebody else has changed the view.
  const redraw = () => {
    ["logX", "logY"].forEach((key, k) => toggles[k]?.setAttribute("aria-pressed", String(view[key])));
    if (seen) draw();
  };
  // Once the chosen trials are others: when the figure is in sight.
  const relight = () => {
    if (seen) whenInSight(block, () => panels.querySelectorAll("[role=img]").forEach((place) => place.plot?.redraw(false, false)));
  };
  return {block, view, end: () => { forget(); clear(); }, redraw, relight};
}
