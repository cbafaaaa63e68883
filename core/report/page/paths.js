// Figures of form `paths`: spots in the plane, joined or as dots, over a map where there is one.
"use strict";

function pathsPanel(figure, panelData, view, pick, lit = null) {
  const curves = panelData.curves.filter((c) => !view.hidden.has(c.label));
  const nameOf = (curve) => (curve.name ? `${curve.name} ${curve.label}, ` : "");
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
        const some = chosenPoints(lit, curve)?.filter((_, i) => known(curve, i)) ?? null;
        const fade = (color, i) => (some && !some[i] ? faded(color, 0.15) : color);
        context.fillStyle = some && !some.some(Boolean) ? faded(lineShade(curve.shade), 0.18) : lineShade(curve.shade);
        // Over a map the ground's colour on either side sets the line off.
        for (const [style, width] of !figure.lines ? [] : [[figure.beneath && (dark() ? "#000000" : "#ffffff"), 3.2], [context.fillStyle, 1.6]]) {
          if (!style) continue;
          context.strokeStyle = style;
          context.lineWidth = width * ratio;
          context.beginPath();
          points.forEach(([px, py]) => context.lineTo(px, py));
          context.stroke();
        }
        const dot = ([px, py], radius, draw) => {
          context.beginPath();
          context.arc(px, py, radius * ratio, 0, 2 * Math.PI);
          context[draw]();
        };
        if (figure.dots) {
          const kind = markOf(curve.shade), colors = curve.colors?.filter((_, i) => known(curve, i));
          points.forEach(([px, py], i) => {
            context.fillStyle = fade(colors ? viridis(cellShade(figure.color, colors[i])) : lineShade(curve.shade), i);
            paintMark(context, kind, px, py, 2.5 * ratio);
          });
        }
        if (figure.ends) {
          dot(points[0], 4, "stroke");
          dot(points.at(-1), 4, "fill");
        }
      }
    },
    read: (x, y, u) => {
      const best = nearest(x, y, u);
      if (!best) return "";
      const {curve, i} = best;
      const index = curve.index ? `${figure.index} ${number(curve.index[i])}: ` : "";
      return `${nameOf(curve)}${index}` +
             `${figure.xlabel} ${figure.xnames ? figure.xnames[curve.x[i]] : number(curve.x[i], 6)}, ${figure.ylabel} ${number(curve.mean[i], 6)}, ` +
             (curve.colors ? `${figure.color.label} ${number(curve.colors[i], 6)}` : plural(curve.seeds[i], "seed"));
    },
    pick: pick && ((x, y, u) => {
      const best = nearest(x, y, u);
      if (!best) return;
      const {curve, i} = best;
      const spot = curve.index ? `${figure.index} ${number(curve.index[i])}` : `${figure.xlabel} ${number(curve.x[i], 6)}`;
      pick(`${panelData.title ? `${panelData.title}, ` : ""}${nameOf(curve)}${spot}`, placesOf(runsOf(curve, i)));
    }),
  };
}
