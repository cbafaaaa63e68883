// Figures of form `cells`, on their own and beneath paths.
"use strict";

const cellShade = ({low, high, log}, v) => {
  if (v === null || (log && v <= 0)) return NaN;
  const t = log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low);
  return Math.min(1, Math.max(0, t));
};

// White beneath, so that a line is seen on dark cells as on bright ones. `lines`: [[x, y, x, y, ...], ...]
function strokeLines(context, u, lines, width, dashes) {
  for (const [style, extra, pattern] of [["#ffffff", 2 * width, []], ["#000000", 0, dashes]]) {
    context.strokeStyle = style;
    context.lineWidth = width + extra;
    context.setLineDash(pattern);
    for (const line of lines) {
      context.beginPath();
      for (let i = 0; i < line.length; i += 2) context.lineTo(u.valToPos(line[i], "x", true), u.valToPos(line[i + 1], "y", true));
      context.stroke();
    }
  }
}

// Cells in colours of `shade`, with contours and outline.
function paintMap(context, u, {xedges, yedges}, panelData, shade) {
  // Whole pixels, or seams would show between the cells.
  const px = xedges.map((x) => Math.round(u.valToPos(x, "x", true)));
  const py = yedges.map((y) => Math.round(u.valToPos(y, "y", true)));
  panelData.cells.forEach((row, j) => row.forEach((v, i) => {
    context.fillStyle = shade(cellShade(panelData.color, v));
    context.fillRect(px[i], py[j + 1], px[i + 1] - px[i], py[j] - py[j + 1]);
  }));
  const ratio = window.devicePixelRatio || 1;
  // Struck through: trials of the cell were left out; twice where none is done.
  context.strokeStyle = dark() ? "#ff9a66" : "#d91a1a";
  context.lineWidth = 1.2 * ratio;
  context.setLineDash([]);
  for (const {column, row, whole} of panelData.lost ?? []) {
    context.beginPath();
    context.moveTo(px[column], py[row]);
    context.lineTo(px[column + 1], py[row + 1]);
    if (whole) {
      context.moveTo(px[column], py[row + 1]);
      context.lineTo(px[column + 1], py[row]);
    }
    context.stroke();
  }
  context.fillStyle = dark() ? "#ffffff" : "#000000";
  for (const {column, row, up} of panelData.infinite ?? []) {
    const x = (px[column] + px[column + 1]) / 2, y = (py[row] + py[row + 1]) / 2, size = 4 * ratio, turn = up ? 1 : -1;
    context.beginPath();
    [[0, -1], [1, 1], [-1, 1]].forEach(([dx, dy]) => context.lineTo(x + dx * size, y + turn * dy * size));
    context.fill();
  }
  for (const lines of panelData.contours) strokeLines(context, u, lines, ratio, [6 * ratio, 4 * ratio]);
  strokeLines(context, u, panelData.outline, 2 * ratio, []);
}

// Over cells of which no trial is chosen.
function veil(context, u, figure, panelData, isLit) {
  const px = figure.xedges.map((x) => Math.round(u.valToPos(x, "x", true)));
  const py = figure.yedges.map((y) => Math.round(u.valToPos(y, "y", true)));
  context.fillStyle = dark() ? "#000000c0" : "#ffffffc8";
  panelData.trials.forEach((runs, k) => {
    const shown = panelData.shown?.[k] ?? k;
    if (isLit(panelData.trials[shown] ?? [])) return;
    const i = k % figure.xvalues.length, j = Math.floor(k / figure.xvalues.length);
    context.fillRect(px[i], py[j + 1], px[i + 1] - px[i], py[j] - py[j + 1]);
  });
}

function cellsPanel(figure, panelData, view, pick, lit = null) {
  const {xedges, yedges} = figure;
  const find = (edges, v) => edges.findIndex((e, i) => i + 1 < edges.length && v >= e && v < edges[i + 1]);
  const cell = (x, y) => {
    const column = find(xedges, x), row = find(yedges, y);
    if (column < 0 || row < 0) return null;
    // In a refined sweep a cell may show the point of another one.
    const own = row * figure.xvalues.length + column, shown = panelData.shown ? panelData.shown[own] ?? own : own;
    const [r, c] = [Math.floor(shown / figure.xvalues.length), shown % figure.xvalues.length];
    const lost = (panelData.lost ?? []).find((l) => l.column === column && l.row === row);
    return {shown, lost, value: panelData.cells[row][column],
            name: `${panelData.title ? `${panelData.title}, ` : ""}${figure.xlabel} ${number(figure.xvalues[c], 6)}, ${figure.ylabel} ${number(figure.yvalues[r], 6)}`};
  };
  return {
    data: [[xedges[0], xedges[xedges.length - 1]]], series: [], filled: true,
    paint: (context, u) => {
      paintMap(context, u, figure, panelData, shadeOf(panelData.color));
      if (lit?.active() && panelData.trials) veil(context, u, figure, panelData, lit.holds);
    },
    read: (x, y) => {
      const at = cell(x, y);
      if (!at) return "";
      const lost = at.lost ? `; ${plural(at.lost.count, "trial")} left out` : "";
      return `${at.name}: ${panelData.color.label} ${number(at.value, 6)}${lost}`;
    },
    pick: pick && ((x, y) => {
      const at = cell(x, y);
      if (!at) return;
      const runs = at.lost?.whole ? at.lost.trials : panelData.trials[at.shown];
      if (runs) pick(at.name, placesOf(runs));
    }),
  };
}

const shadeOf = (color) => (color.diverging ? diverging : viridis);

// The colours from the least to the largest value.
function ramp(color, shade = shadeOf(color)) {
  const canvas = el("canvas", {width: 144, height: 8, "aria-hidden": "true"});
  const context = canvas.getContext("2d");
  for (let i = 0; i < 144; ++i) {
    context.fillStyle = shade(i / 144);
    context.fillRect(i, 0, 1, 8);
  }
  const [low, high] = numbers([color.low, color.high]);
  return el("span", {class: "ramp"}, el("span", {}, low), canvas, el("span", {}, high), el("span", {}, color.label));
}
