// The figures of the config: lines and bands with theory dashed, trajectories; heat maps are in maps.js.
"use strict";

const allPoints = (figure, ...keys) =>
  figure.panels.flatMap((p) => p.curves.flatMap((c) => keys.flatMap((key) => c[key] ?? [])));

// --- Lines and bands

// Where a line would show nothing: values that have no other one beside them to be joined with. An undefined one is
// passed over, a null ends a line.
function lonely(column) {
  const places = column.map((v, i) => i).filter((i) => column[i] !== undefined);
  const known = (k) => k >= 0 && k < places.length && column[places[k]] !== null;
  return places.filter((_, k) => known(k) && !known(k - 1) && !known(k + 1));
}

// All curves of a panel on one grid of x: a curve without a point there is undefined (no gap), a NaN is null.
function linePanel(figure, panelData, view) {
  const xs = [...new Set(panelData.curves.flatMap((c) => c.x))].sort((a, b) => a - b);
  const place = new Map(xs.map((x, i) => [x, i]));
  const series = [], columnsOfData = [xs], bands = [], readings = [];
  const add = (curve, key, style) => {
    const column = new Array(xs.length).fill(undefined);
    curve.x.forEach((x, i) => { column[place.get(x)] = curve[key][i]; });
    const shown = view.logY ? column.map((v) => (v !== null && v <= 0 ? null : v)) : column;
    columnsOfData.push(shown);
    const dots = style.width > 0 ? lonely(shown) : [];
    series.push({label: curve.label, spanGaps: false, points: {show: false, size: 7, fill: style.stroke, filter: () => (dots.length ? dots : null)}, ...style});
    return series.length;
  };
  panelData.curves.forEach((curve) => {
    if (view.hidden.has(curve.label)) return;
    const color = lineShade(curve.shade);
    if (figure.plot === "band") {
      const high = add(curve, "high", {stroke: "#0000", width: 0});
      const low = add(curve, "low", {stroke: "#0000", width: 0});
      bands.push({series: [high, low], fill: faded(color, 0.22)});
    }
    const mean = add(curve, "mean", {stroke: figure.theory && figure.plot === "line" ? faded(color, 0.5) : color,
                                     width: figure.theory && figure.plot === "line" ? 3 : 1.6});
    if (figure.theory) add(curve, "theory", {stroke: color, width: 1.3, dash: [6, 4]});
    readings.push({curve, mean});
  });
  // The point next to the cursor: the x, then the curve that is nearest there.
  const nearest = (x, y, u) => {
    let best = null;
    const at = u.valToPos(x, "x"), height = u.valToPos(y, "y");
    for (const {curve} of readings) {
      curve.x.forEach((cx, i) => {
        if (curve.mean[i] === null || (view.logY && curve.mean[i] <= 0)) return;
        const far = Math.abs(u.valToPos(cx, "x") - at) * 1000 + Math.abs(u.valToPos(curve.mean[i], "y") - height);
        if (!best || far < best.far) best = {far, curve, i};
      });
    }
    return best;
  };
  return {
    data: columnsOfData, series, bands,
    read: (x, y, u) => {
      const best = nearest(x, y, u);
      if (!best) return "";
      const {curve, i} = best;
      const at = figure.xnames ? figure.xnames[curve.x[i]] : number(curve.x[i]);
      const interval = curve.low[i] === null ? "" : ` [${number(curve.low[i])}, ${number(curve.high[i])}]`;
      const theory = figure.theory ? `, theory ${number(curve.theory[i])}` : "";
      return `${curve.name ? `${curve.name} ${curve.label}, ` : ""}${figure.xlabel} ${at}: ` +
             `${number(curve.mean[i])}${interval}${theory}, ${plural(curve.seeds[i], "seed")}`;
    },
    pick: (x, y, u) => {
      const best = nearest(x, y, u);
      if (!best) return;
      const pairs = [];
      if (panelData.facet) pairs.push([panelData.facet.name, panelData.facet.value]);
      if (best.curve.name) pairs.push([best.curve.name, best.curve.value]);
      if (figure.xparameter) {
        const cx = best.curve.x[best.i];
        pairs.push([figure.xparameter, figure.xnames ? figure.xnames[cx] : cx]);
      }
      showTrialsOf(pairs);
    },
  };
}

// --- Trajectories: one series over another

function trajectoryPanel(figure, panelData, view) {
  const curves = panelData.curves.filter((c) => !view.hidden.has(c.label));
  const known = (curve, i) => curve.x[i] !== null && curve.mean[i] !== null;
  const nearest = (x, y, u) => {
    let best = null;
    const left = u.valToPos(x, "x"), top = u.valToPos(y, "y");
    for (const curve of curves) {
      curve.x.forEach((cx, i) => {
        if (!known(curve, i)) return;
        const far = Math.hypot(u.valToPos(cx, "x") - left, u.valToPos(curve.mean[i], "y") - top);
        if (!best || far < best.far) best = {far, curve, i};
      });
    }
    return best;
  };
  return {
    data: [[0, 1]], series: [], filled: Boolean(figure.beneath),
    paint: (context, u) => {
      const ratio = window.devicePixelRatio || 1;
      if (figure.beneath) paintMap(context, u, figure.beneath, figure.beneath.panels[0], greys);
      context.setLineDash([]);
      for (const curve of curves) {
        const points = curve.x.map((cx, i) => known(curve, i) && [u.valToPos(cx, "x", true), u.valToPos(curve.mean[i], "y", true)])
          .filter(Boolean);
        if (!points.length) continue;
        context.fillStyle = lineShade(curve.shade);
        // Over a map the ground's colour on either side sets the line off.
        for (const [style, width] of [[figure.beneath && (dark() ? "#000000" : "#ffffff"), 3.2], [context.fillStyle, 1.6]]) {
          if (!style) continue;
          context.strokeStyle = style;
          context.lineWidth = width * ratio;
          context.beginPath();
          points.forEach(([px, py]) => context.lineTo(px, py));
          context.stroke();
        }
        for (const [place, draw] of [[points[0], "stroke"], [points.at(-1), "fill"]]) {
          context.beginPath();
          context.arc(place[0], place[1], 4 * ratio, 0, 2 * Math.PI);
          context[draw]();
        }
      }
    },
    read: (x, y, u) => {
      const best = nearest(x, y, u);
      if (!best) return "";
      const {curve, i} = best;
      return `${curve.name ? `${curve.name} ${curve.label}, ` : ""}${figure.index} ${number(curve.index[i])}: ` +
             `${figure.xlabel} ${number(curve.x[i])}, ${figure.ylabel} ${number(curve.mean[i])}, ${plural(curve.seeds[i], "seed")}`;
    },
    pick: (x, y, u) => {
      const best = nearest(x, y, u);
      if (!best) return;
      const pairs = panelData.facet ? [[panelData.facet.name, panelData.facet.value]] : [];
      if (best.curve.name) pairs.push([best.curve.name, best.curve.value]);
      showTrialsOf(pairs);
    },
  };
}

// --- One figure

function legend(figure, view, redraw) {
  const seen = new Map();
  figure.panels.forEach((p) => p.curves.forEach((c) => { if (c.name) seen.set(c.label, c); }));
  if (seen.size < 2) return [];
  return [el("span", {class: "quiet"}, `${figure.colorlabel}:`), ...[...seen.values()].map((curve) => {
    const button = el("button", {class: "curve", type: "button", "aria-pressed": "true", onclick: () => {
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

function figureBlock(figure) {
  const block = el("div", {class: "figure"}, el("h3", {}, figure.title || figure.name));
  if (figure.error) {
    block.append(el("p", {}, figure.error));
    return block;
  }
  const heat = figure.plot === "heatmap";
  const view = {logX: figure.log.x, logY: figure.log.y, hidden: new Set()};
  const {beneath} = figure;
  const xs = heat ? [] : [...allPoints(figure, "x"), ...(beneath?.xedges ?? [])];
  const ys = heat ? [] : [...allPoints(figure, "mean", "low", "high", "theory"), ...(beneath?.yedges ?? [])];
  const controls = el("div", {class: "row controls"});
  const keys = el("div", {class: "row keys"});
  const columnCount = figure.columns || (figure.panels.length <= 1 ? 1 : figure.panels.length <= 4 ? 2 : 3);
  const panels = el("div", {class: "panels", style: `grid-template-columns: repeat(${columnCount}, minmax(0, 1fr))`});
  block.append(keys, controls, panels);
  const height = columnCount === 1 ? 340 : 260;
  panels.style.minHeight = `${Math.ceil(figure.panels.length / columnCount) * (height + 50)}px`;  // until drawn
  let destroy = [];
  const draw = () => {
    keys.replaceChildren(...(heat ? [...(figure.several ? [] : [ramp(figure.panels[0].color)]),
                                     ...figure.keys.map((key) => el("span", {class: "quiet"}, key))]
                                  : legend(figure, view, drawPanels)));
    if (figure.theory) {
      keys.append(el("span", {class: "quiet"}, figure.plot === "line" ? "thick: measured, dashed: theory" : "dashed: theory"));
    }
    if (figure.plot === "trajectory") keys.append(el("span", {class: "quiet"}, "○ start  ● end"));
    if (beneath) keys.append(ramp(beneath.panels[0].color, greys), ...beneath.keys.map((key) => el("span", {class: "quiet"}, key)));
    drawPanels();
  };
  function drawPanels() {
    destroy.forEach((end) => end());
    panels.replaceChildren();
    panels.style.minHeight = "";
    destroy = figure.panels.map((p) => {
      const holder = el("div", {class: "panel"});
      panels.append(holder);
      const x = heat ? {range: [figure.xedges[0], figure.xedges.at(-1)], log: figure.log.x}
                     : {range: rangeOf(xs, view.logX), log: view.logX};
      const y = heat ? {range: [figure.yedges[0], figure.yedges.at(-1)], log: figure.log.y}
                     : {range: rangeOf(ys, view.logY), log: view.logY};
      const kind = heat ? heatPanel(figure, p) : figure.plot === "trajectory" ? trajectoryPanel(figure, p, view)
                                                                               : linePanel(figure, p, view);
      if (figure.several) holder.append(ramp(p.color));
      const inner = el("div");
      holder.append(inner);
      return panel(inner, figure.several ? "" : p.title, {
        x: {...x, label: figure.xlabel, names: figure.xnames}, y: {...y, label: figure.ylabel, names: figure.ynames},
        height, ...kind});
    });
  }
  if (!heat) {
    controls.append(logToggle("log x", !figure.xnames && canBeLog(xs), view.logX, (on) => { view.logX = on; drawPanels(); }),
      logToggle("log y", canBeLog(ys), view.logY, (on) => { view.logY = on; drawPanels(); }));
  }
  controls.append(el("span", {class: "quiet"}, "Drag to zoom, double click to reset; click a point to list its trials."));
  whenSeen(block, draw);
  return block;
}

function showFigures() {
  if (!data.figures.length) return body("figures").append(el("p", {}, "This config draws no figures."));
  for (const figure of data.figures) {
    guarded(body("figures"), `The figure ${figure.name}`, () => body("figures").append(figureBlock(figure)));
  }
}
