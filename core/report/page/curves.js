// Figures of form `curves`: heights over x, with bands, theory and baselines.
"use strict";

// Where a line would show nothing: values that have no other one beside them to be joined with. An undefined one is
// passed over, a null ends a line.
function lonely(column) {
  const places = column.map((v, i) => i).filter((i) => column[i] !== undefined);
  const known = (k) => k >= 0 && k < places.length && column[places[k]] !== null;
  return places.filter((_, k) => known(k) && !known(k - 1) && !known(k + 1));
}

// All curves of a panel on one grid of x: a curve without a point there is undefined (no gap), a NaN is null.
function curvesPanel(figure, panelData, view, pick) {
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
    if (figure.band) {
      const high = add(curve, "high", {stroke: "#0000", width: 0});
      const low = add(curve, "low", {stroke: "#0000", width: 0});
      bands.push({series: [high, low], fill: faded(color, 0.22)});
    }
    const beneath = figure.theory && !figure.band;  // theory lies upon what was measured
    const mean = add(curve, "mean", {stroke: beneath ? faded(color, 0.5) : color, width: beneath ? 3 : 1.6});
    if (figure.theory) add(curve, "theory", {stroke: color, width: 1.3, dash: [6, 4]});
    if (figure.baseline) add(curve, "baseline", {stroke: color, width: 1.6, dash: [2, 4]});
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
      const baseline = figure.baseline ? `, ${figure.baseline} ${number(curve.baseline[i])}` : "";
      return `${curve.name ? `${curve.name} ${curve.label}, ` : ""}${figure.xlabel} ${at}: ` +
             `${number(curve.mean[i])}${interval}${theory}${baseline}, ${plural(curve.seeds[i], "seed")}`;
    },
    pick: pick && ((x, y, u) => {
      const best = nearest(x, y, u);
      if (!best) return;
      const pairs = [];
      if (panelData.facet) pairs.push([panelData.facet.name, panelData.facet.value]);
      if (best.curve.name) pairs.push([best.curve.name, best.curve.value]);
      if (figure.xparameter) {
        const cx = best.curve.x[best.i];
        pairs.push([figure.xparameter, figure.xnames ? figure.xnames[cx] : cx]);
      }
      pick(pairs);
    }),
  };
}
