// Figures of form `curves`: heights over x, with bands, theory and baselines.
"use strict";

// Where a line would show nothing: values that have no other one beside them to be joined with. An undefined one is
// passed over, a null ends a line.
function lonely(column) {
  const places = column.map((v, i) => i).filter((i) => column[i] !== undefined);
  const known = (k) => k >= 0 && k < places.length && column[places[k]] !== null;
  return places.filter((_, k) => known(k) && !known(k - 1) && !known(k + 1));
}

// The trials behind a point: its own, or, where they are the same, those of the point before.
function runsOf(curve, i) {
  let k = i;
  while (k > 0 && curve.trials[k] === null) --k;
  return curve.trials[k];
}

// How far beside its name a curve's dots stand, in widths of a name.
function asideOf(figure, curve) {
  if (!figure.xnames) return 0;
  const labels = [...new Set(figure.panels.flatMap((p) => p.curves.map((c) => c.label)))];
  return Math.min(0.2, 0.7 / labels.length) * (labels.indexOf(curve.label) - (labels.length - 1) / 2);
}

// Names have no order that a line could follow: each point is a dot with its interval, and curves stand side by side.
function paintNamed(context, u, figure, readings) {
  const ratio = window.devicePixelRatio || 1, slot = u.valToPos(1, "x", true) - u.valToPos(0, "x", true);
  const y = (v) => (v === null || (u.scales.y.distr === 3 && v <= 0) ? null : u.valToPos(v, "y", true));
  context.setLineDash([]);
  for (const {curve, some} of readings) {
    const aside = asideOf(figure, curve), color = lineShade(curve.shade);
    curve.x.forEach((cx, i) => {
      context.strokeStyle = context.fillStyle = some && !some[i] ? faded(color, 0.18) : color;
      const x = u.valToPos(cx + aside, "x", true), mean = y(curve.mean[i]);
      const stroke = (...spots) => {
        context.beginPath();
        spots.forEach(([px, py]) => context.lineTo(px, py));
        context.stroke();
      };
      if (mean !== null) {
        context.lineWidth = 1.6 * ratio;
        if (curve.low[i] !== null) stroke([x, y(curve.low[i]) ?? u.bbox.top + u.bbox.height], [x, y(curve.high[i])]);
        paintMark(context, markOf(curve.shade), x, mean, 3.5 * ratio);
      }
      const theory = figure.theory ? y(curve.theory[i]) : null, baseline = figure.baseline ? y(curve.baseline[i]) : null;
      context.lineWidth = 1.2 * ratio;
      if (theory !== null) {
        context.beginPath();
        context.arc(x, theory, 5.5 * ratio, 0, 2 * Math.PI);
        context.stroke();
      }
      if (baseline !== null) {
        context.setLineDash([2 * ratio, 3 * ratio]);
        stroke([x - 0.3 * slot, baseline], [x + 0.3 * slot, baseline]);
        context.setLineDash([]);
      }
    });
  }
}

// Crosses above the axis where trials were left out.
function paintLost(context, u, lost) {
  const ratio = window.devicePixelRatio || 1, half = 3.5 * ratio;
  context.setLineDash([]);
  context.lineWidth = 1.5 * ratio;
  for (const {x, shade} of lost) {
    const px = u.valToPos(x, "x", true), py = u.bbox.top + u.bbox.height - 2 * half;
    context.strokeStyle = lineShade(shade);
    for (const turn of [-1, 1]) {
      context.beginPath();
      context.moveTo(px - half, py - turn * half);
      context.lineTo(px + half, py + turn * half);
      context.stroke();
    }
  }
}

// Triangles at the edge where means are infinite.
function paintInfinite(context, u, infinite) {
  const size = 4 * (window.devicePixelRatio || 1), {top, height} = u.bbox;
  for (const {x, shade, up} of infinite) {
    const px = u.valToPos(x, "x", true), py = up ? top + size : top + height - size, turn = up ? 1 : -1;
    context.fillStyle = lineShade(shade);
    context.beginPath();
    [[0, -1], [1, 1], [-1, 1]].forEach(([dx, dy]) => context.lineTo(px + dx * size, py + turn * dy * size));
    context.fill();
  }
}

// Marks along lines, at some of their points.
function paintMarks(context, u, curves) {
  for (const curve of curves) {
    const kind = markOf(curve.shade), step = Math.ceil(curve.x.length / 8);
    if (!kind) continue;
    context.fillStyle = lineShade(curve.shade);
    for (let i = Math.floor(step / 2); i < curve.x.length; i += step) {
      const y = curve.mean[i];
      if (y === null || (u.scales.y.distr === 3 && y <= 0)) continue;
      paintMark(context, kind, u.valToPos(curve.x[i], "x", true), u.valToPos(y, "y", true), 3.5 * (window.devicePixelRatio || 1));
    }
  }
}

// Points of chosen trials on curves that have others as well.
function paintLit(context, u, readings) {
  for (const {curve, some} of readings) {
    if (!some || some.every(Boolean)) continue;
    context.fillStyle = lineShade(curve.shade);
    curve.x.forEach((x, i) => {
      const y = curve.mean[i];
      if (!some[i] || y === null || (u.scales.y.distr === 3 && y <= 0)) return;
      paintMark(context, 0, u.valToPos(x, "x", true), u.valToPos(y, "y", true), 3 * (window.devicePixelRatio || 1));
    });
  }
}

// All curves of a panel on one grid of x: a curve without a point there is undefined (no gap), a NaN is null.
function curvesPanel(figure, panelData, view, pick, lit = null) {
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
  const named = Boolean(figure.xnames);
  panelData.curves.forEach((curve) => {
    if (view.hidden.has(curve.label)) return;
    if (named) return readings.push({curve});
    const plain = lineShade(curve.shade), isFaded = () => chosenPoints(lit, curve)?.some((point) => !point) ?? false;
    const color = () => (isFaded() ? faded(plain, 0.18) : plain);
    if (figure.band) {
      const high = add(curve, "high", {stroke: "#0000", width: 0});
      const low = add(curve, "low", {stroke: "#0000", width: 0});
      bands.push({series: [high, low], fill: () => faded(plain, isFaded() ? 0.05 : 0.22)});
    }
    const beneath = figure.theory && !figure.band;  // theory lies upon what was measured
    const mean = add(curve, "mean", {stroke: beneath ? () => faded(plain, isFaded() ? 0.12 : 0.5) : color, width: beneath ? 3 : 1.6});
    if (figure.theory) add(curve, "theory", {stroke: color, width: 1.3, dash: [6, 4]});
    if (figure.baseline) add(curve, "baseline", {stroke: color, width: 1.6, dash: [2, 4]});
    readings.push({curve, mean});
  });
  const nameOf = (curve, i) => {
    const at = figure.xnames ? figure.xnames[curve.x[i]] : number(curve.x[i], 6);
    return `${panelData.title ? `${panelData.title}, ` : ""}${curve.name ? `${curve.name} ${curve.label}, ` : ""}${figure.xlabel} ${at}`;
  };
  // The point next to the cursor: the x, then the curve that is nearest there.
  const nearest = (x, y, u) => {
    let best = null;
    const at = u.valToPos(x, "x"), height = u.valToPos(y, "y");
    for (const {curve} of readings) {
      const aside = asideOf(figure, curve);
      curve.x.forEach((cx, i) => {
        if (curve.mean[i] === null || (view.logY && curve.mean[i] <= 0)) return;
        const far = Math.abs(u.valToPos(cx + aside, "x") - at) * 1000 + Math.abs(u.valToPos(curve.mean[i], "y") - height);
        if (!best || far < best.far) best = {far, curve, i};
      });
    }
    return best;
  };
  return {
    data: named ? [[0, 1]] : columnsOfData, series, bands,
    paint: (context, u) => {
      const shown = readings.map(({curve}) => ({curve, some: chosenPoints(lit, curve)}));
      if (named) paintNamed(context, u, figure, shown);
      else paintMarks(context, u, shown.map((r) => r.curve));
      if (!named) paintLit(context, u, shown);
      paintInfinite(context, u, panelData.infinite ?? []);
      paintLost(context, u, panelData.lost ?? []);
    },
    read: (x, y, u) => {
      const best = nearest(x, y, u);
      if (!best) return "";
      const {curve, i} = best;
      const interval = curve.low[i] === null ? "" : ` [${number(curve.low[i], 6)}, ${number(curve.high[i], 6)}]`;
      const theory = figure.theory ? `, theory ${number(curve.theory[i], 6)}` : "";
      const baseline = figure.baseline ? `, ${figure.baseline} ${number(curve.baseline[i], 6)}` : "";
      return `${nameOf(curve, i)}: ${number(curve.mean[i], 6)}${interval}${theory}${baseline}, ${plural(curve.seeds[i], "seed")}`;
    },
    pick: pick && ((x, y, u) => {
      const best = nearest(x, y, u);
      if (best) pick(nameOf(best.curve, best.i), placesOf(runsOf(best.curve, best.i)));
    }),
  };
}
