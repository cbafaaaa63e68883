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
    }}, el("span", {class: "swatch", style: `color: ${lineShade(curve.shade)}`}), curve.label);
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

// A figure with its controls. `options`: heading (the tag of its title); pick(pairs), called for a point's trials where
// there is such a thing; view, what of it was hidden before. Returns {block, view, end}.
function figureBlock(figure, {heading = "h3", pick = null, view = null} = {}) {
  const block = el("div", {class: "figure"}, el(heading, {}, figure.title || figure.name));
  if (figure.error) {
    block.append(el("p", {}, figure.error));
    return {block, view, end: () => {}};
  }
  const cells = figure.form === "cells", {beneath} = figure;
  view ??= {logX: figure.log.x, logY: figure.log.y, hidden: new Set()};
  const xs = cells ? [] : [...allPoints(figure, "x"), ...(beneath?.xedges ?? [])];
  const ys = cells ? [] : [...allPoints(figure, "mean", "low", "high", "theory", "baseline"), ...(beneath?.yedges ?? [])];
  const axes = () => cells
    ? {x: {range: [figure.xedges[0], figure.xedges.at(-1)], log: figure.log.x},
       y: {range: [figure.yedges[0], figure.yedges.at(-1)], log: figure.log.y}}
    : {x: {range: rangeOf(xs, view.logX), log: view.logX}, y: {range: rangeOf(ys, view.logY), log: view.logY}};
  const controls = el("div", {class: "row controls"});
  const keys = el("div", {class: "row keys"});
  const columnCount = figure.columns || (figure.panels.length <= 1 ? 1 : figure.panels.length <= 4 ? 2 : 3);
  const panels = el("div", {class: "panels", style: `grid-template-columns: repeat(${columnCount}, minmax(0, 1fr))`});
  block.append(keys, controls, panels);
  const height = columnCount === 1 ? 340 : 260;
  panels.style.minHeight = `${Math.ceil(figure.panels.length / columnCount) * (height + 50)}px`;  // until drawn
  let destroy = [];
  const quiet = (text) => el("span", {class: "quiet"}, text);
  const draw = () => {
    keys.replaceChildren(...legend(figure, view, drawPanels), ...(cells && !figure.several ? [ramp(figure.panels[0].color)] : []),
      ...figure.keys.map(quiet), ...(beneath ? [ramp(beneath.panels[0].color, greys), ...beneath.keys.map(quiet)] : []));
    drawPanels();
  };
  const clear = () => { destroy.forEach((end) => end()); destroy = []; };
  function drawPanels() {
    clear();
    panels.replaceChildren();
    panels.style.minHeight = "";
    destroy = figure.panels.map((p) => {
      const holder = el("div", {class: "panel"});
      panels.append(holder);
      const {x, y} = axes();
      if (figure.several) holder.append(ramp(p.color));
      const inner = el("div");
      holder.append(inner);
      return panel(inner, figure.several ? "" : p.title, {
        x: {...x, label: figure.xlabel, names: figure.xnames}, y: {...y, label: figure.ylabel, names: figure.ynames},
        height, ...forms[figure.form](figure, p, view, pick)});
    });
  }
  if (!cells) {
    controls.append(logToggle("log x", !figure.xnames && canBeLog(xs), view.logX, (on) => { view.logX = on; drawPanels(); }),
      logToggle("log y", canBeLog(ys), view.logY, (on) => { view.logY = on; drawPanels(); }));
  }
  controls.append(quiet(`Drag to zoom, double click to reset${pick ? "; click a point to list its trials" : ""}.`));
  const forget = whenSeen(block, draw);
  return {block, view, end: () => { forget(); clear(); }};
}
