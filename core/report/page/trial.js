// The trials that somebody opened, side by side: parameters that differ, scalars, message, and their curves in one plot.
"use strict";
const mostOpened = 7;  // as many colours as there are for categories

function toggleTrial(i) {
  if (!state.opened.includes(i)) state.opened = [...state.opened, i].slice(-mostOpened);
  else state.opened = state.opened.filter((other) => other !== i);
  listeners.forEach((listener) => listener());
}

const messageOf = (i) => data.lost.find((l) => placesOf(l.trials).includes(i))?.message ?? "";

// Runs along an index of one trial, by name: {x, y}. Of trials behind the first ones the page has none.
function seriesOfTrial(i) {
  const {names, indices, curves} = data.series, list = curves[i] ?? [], found = new Map();
  for (let k = 0; k < list.length; k += 3) found.set(names[list[k]], {x: indices[list[k + 1]], y: list[k + 2]});
  return found;
}

// Curves of the opened trials as a panel of form `curves`, which the figures' renderer draws.
function curvesFigure(name) {
  const curves = state.opened.map((i, k) => [i, k, seriesOfTrial(i).get(name)]).filter(([, , s]) => s).map(([i, k, {x, y}]) => ({
    name: "trial", value: idOf(i), label: idOf(i), shade: {category: k}, x, mean: y, low: x.map(() => null), high: x.map(() => null),
    seeds: x.map(() => 1)}));
  return {name: `curves-${name}`, title: "", form: "curves", band: false, theory: false, xlabel: "index", ylabel: name, colorlabel: "trial",
    log: {x: false, y: false}, columns: 1, keys: [], panels: [{title: "", curves}]};
}

function comparison(onlyDifferent) {
  const differs = (column) => new Set(state.opened.map((i) => column.at(i))).size > 1;
  const shown = columns.filter((c) => c.name !== "trial" &&
    (state.opened.length > 1 && onlyDifferent ? differs(c) : c.metric || c.name === "status" || c.varies || c.name === "seed"));
  const row = (head, cells) => el("tr", {}, el("th", {scope: "row"}, head), cells.map((cell) => el("td", {}, cell)));
  const body = shown.map((column) => row(column.name, state.opened.map((i) => (column.parameter ? inFull(column.at(i)) : number(column.at(i), 6)))));
  const messages = state.opened.map(messageOf);
  if (messages.some(Boolean)) body.push(row("message", messages));
  return el("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "Opened trials"}, el("table", {},
    el("thead", {}, row("trial", state.opened.map((i, k) => [
      el("span", {class: "swatch", style: `color: ${lineShade({category: k})}`}), el("span", {id: `trial-${idOf(i)}`}, idOf(i)), " ",
      el("button", {type: "button", "aria-label": `Close ${idOf(i)}`, onclick: () => toggleTrial(i)}, "×")]))),
    el("tbody", {}, body)));
}

function showOpened(holder) {
  let series = null, onlyDifferent = true, end = () => {};
  const draw = () => {
    end();
    end = () => {};
    holder.replaceChildren();
    if (!state.opened.length) return;
    const names = [...new Set(state.opened.flatMap((i) => [...seriesOfTrial(i).keys()]))];
    if (!names.includes(series)) series = names[0] ?? null;
    const different = el("input", {type: "checkbox", onchange: () => { onlyDifferent = different.checked; draw(); }});
    different.checked = onlyDifferent;
    holder.append(el("h3", {}, plural(state.opened.length, "opened trial")), el("div", {class: "row controls"},
      el("button", {type: "button", onclick: () => { state.opened = []; listeners.forEach((listener) => listener()); }}, "Close all"),
      state.opened.length > 1 ? el("label", {}, different, " only what differs") : []), comparison(onlyDifferent));
    if (!series) return holder.append(el("p", {class: "quiet"}, "This page has no curves of these trials; series.csv has all."));
    const choice = el("select", {onchange: () => { series = choice.value; draw(); }}, names.map((n) => el("option", {}, n)));
    choice.value = series;
    const shown = figureBlock(curvesFigure(series), {heading: "h4"});
    end = shown.end;
    holder.append(el("div", {class: "row controls"}, el("label", {}, "Curves of ", choice)), shown.block);
  };
  listeners.push(() => {
    const now = state.opened.join();
    if (holder.dataset.shown !== now) { holder.dataset.shown = now; draw(); }
  });
}
