// Any parameter or scalar over any other: a dot for each trial, those that the filter keeps in front. A click lists a
// trial, and a drag with Shift the trials in a box.
"use strict";

// Of a column: {column, names}; names are the values of a column that is no number, in their order.
const scatterAxis = remembered((column) => {
  if (column.kind === "number") return {column, names: null, at: (i) => column.value(i)};
  const names = [...new Set(Array.from({length: trials.count}, (_, i) => String(column.at(i))))].sort();
  const place = new Map(names.map((name, k) => [name, k]));
  return {column, names, at: (i) => place.get(String(column.at(i)))};
});

const scatterColumns = () => columns.filter((c) => c.name !== "trial" && (c.varies || c.name === "status"));

// What is shown at first: the first scalar over the parameter with the most values, in the colours of the one after it.
function firstScatter() {
  const parameters = columns.filter((c) => c.parameter && c.varies && c.name !== "seed").sort((a, b) => b.values.length - a.values.length);
  const scalar = columns.find((c) => c.metric && c.varies);
  if (!parameters.length || !scalar) return null;
  return {x: parameters[0].name, y: scalar.name, color: (parameters[1] ?? parameters[0]).name, logX: Boolean(axisOf(parameters[0])?.log), logY: false};
}

function showScatter(holder) {
  const first = firstScatter();
  if (!first) return;
  const place = el("div", {class: "panel scatter"}), note = el("p", {class: "quiet"});
  const choice = (key, label) => {
    const made = el("select", {onchange: () => change({[key]: made.value})}, scatterColumns().map((c) => el("option", {}, c.name)));
    return {made, label: el("label", {}, `${label} `, made)};
  };
  const x = choice("x", "x"), y = choice("y", "y"), color = choice("color", "Colour by");
  const toggle = (key, label) => {
    const made = el("input", {type: "checkbox", onchange: () => change({[key]: made.checked})});
    return {made, label: el("label", {}, made, ` ${label}`)};
  };
  const logX = toggle("logX", "log x"), logY = toggle("logY", "log y"), key = el("span", {class: "row keys"});
  holder.append(el("h3", {}, "Any column over any other"),
    el("div", {class: "row controls"}, x.label, y.label, color.label, logX.label, logY.label, key), place, note);
  const shown = () => state.scatter ?? first;
  const change = (changed) => { state.scatter = {...shown(), ...changed}; draw(); noteState(); };

  let end = () => {}, seen = false, drawn = "";
  function draw() {
    if (!seen) return;
    end();
    const view = shown(), [ax, ay, ac] = ["x", "y", "color"].map((k) => scatterAxis(columnOf.get(view[k])));
    drawn = JSON.stringify(view);
    Object.entries({x, y, color}).forEach(([k, c]) => { c.made.value = view[k]; });
    const all = Array.from({length: trials.count}, (_, i) => i);
    const axis = (a, log, toggle) => {
      const values = all.map(a.at), able = !a.names && canBeLog(values.filter((v) => !Number.isNaN(v)));
      toggle.made.disabled = !able;
      toggle.made.checked = able && log;
      return {label: a.column.name + (a.column.unit ? ` [${a.column.unit}]` : ""), names: a.names ?? undefined, log: able && log,
        range: a.names ? [-0.5, a.names.length - 0.5] : rangeOf(values, able && log)};
    };
    const xAxis = axis(ax, view.logX, logX), yAxis = axis(ay, view.logY, logY);
    const scale = ac.names ? null : axisOf(ac.column);
    const shadeOf = ac.names ? (i) => lineShade({category: ac.at(i)}) : (i) => {
      const t = scale?.to(ac.column.at(i));
      return t === undefined ? lineColor() : lineShade({t: Math.round(63 * t) / 63});
    };
    key.replaceChildren(...(ac.names ? ac.names.map((name, k) => el("span", {}, el("span", {class: "swatch", style: `color: ${lineShade({category: k})}`}), name))
                                     : scale ? [ramp({label: ac.column.name, low: scale.low, high: scale.high}, (t) => lineShade({t}))] : []));
    const known = (i) => Number.isFinite(ax.at(i)) && Number.isFinite(ay.at(i)) && !(xAxis.log && ax.at(i) <= 0) && !(yAxis.log && ay.at(i) <= 0);
    const background = sample(all, mostDots).filter(known);
    note.textContent = trials.count > mostDots ? `${mostDots.toLocaleString("en")} dots, a random sample of the trials that pass the filter.` : "";
    const nearest = (px, py, u) => {
      const left = u.valToPos(px, "x"), top = u.valToPos(py, "y");
      let best = -1, least = Infinity;
      for (const i of state.chosen) {
        if (!known(i)) continue;
        const far = (u.valToPos(ax.at(i), "x") - left) ** 2 + (u.valToPos(ay.at(i), "y") - top) ** 2;
        if (far < least) { least = far; best = i; }
      }
      return best;
    };
    const text = (a, i) => (a.names ? String(a.column.at(i)) : number(a.column.at(i), 6));
    end = panel(place, "", {
      x: xAxis, y: yAxis, data: [[0, 1]], series: [], height: 340,
      paint: (context, u) => paintScatter(context, u, {chosen: state.chosen, background, known, ax, ay, shadeOf}),
      read: (px, py, u) => {
        const i = nearest(px, py, u);
        return i < 0 ? "" : `trial ${idOf(i)}: ${ax.column.name} ${text(ax, i)}, ${ay.column.name} ${text(ay, i)}, ${ac.column.name} ${text(ac, i)}`;
      },
      pick: (px, py, u) => {
        const i = nearest(px, py, u);
        if (i >= 0) pickTrials(`trial ${idOf(i)}`, [i]);
      },
      brush: (from, to) => {
        const inside = all.filter((i) => known(i) && state.holds(i) && ax.at(i) >= from[0] && ax.at(i) <= to[0] && ay.at(i) >= from[1] && ay.at(i) <= to[1]);
        if (inside.length) brushTrials(`a box of ${ay.column.name} over ${ax.column.name}`, inside);
      },
    });
  }
  const repaint = () => place.querySelector("[role=img]")?.plot?.redraw(false, false);
  listeners.push(() => { if (JSON.stringify(shown()) !== drawn) draw(); else repaint(); });
  whenSeen(place, () => { seen = true; draw(); });
}

const mostDots = 8000;  // drawn; more would hide one another, and a filter would be slow

// Where a scale puts a number, in pixels: faster than asking the panel for each.
function pixelsOf(u, key) {
  const {min, max, distr} = u.scales[key], to = distr === 3 ? Math.log : (v) => v;
  const from = u.valToPos(min, key, true), slope = (u.valToPos(max, key, true) - from) / (to(max) - to(min)), low = to(min);
  return (v) => from + slope * (to(v) - low);
}

// Dots of trials that are not chosen in grey beneath; of the others, colour by colour, which is faster.
function paintScatter(context, u, {chosen, background, known, ax, ay, shadeOf}) {
  const ratio = window.devicePixelRatio || 1, size = (background.length > 4000 ? 2 : 4) * ratio;
  const px = pixelsOf(u, "x"), py = pixelsOf(u, "y");
  const dots = (list) => { for (const i of list) context.fillRect(px(ax.at(i)) - size / 2, py(ay.at(i)) - size / 2, size, size); };
  if (chosen.length < trials.count) {
    context.fillStyle = lineColor();
    dots(background);
  }
  const byColor = new Map();
  for (const i of sample(chosen, mostDots)) {
    if (!known(i)) continue;
    const color = shadeOf(i);
    if (!byColor.has(color)) byColor.set(color, []);
    byColor.get(color).push(i);
  }
  for (const [color, list] of byColor) {
    context.fillStyle = color;
    dots(list);
  }
}
