// How much of each scalar's variation each parameter accounts for by itself.
"use strict";

function effectBars(effect) {
  const bars = el("div", {class: "bars"});
  for (const {parameter, share, chance, levels, binned} of effect.effects) {
    const bar = el("div", {class: "bar", role: "img", "aria-label": `${parameter}: ${number(share)}`},
      el("i", {style: `width: ${100 * Math.max(0, share)}%`}), el("b", {style: `left: ${100 * Math.min(1, chance)}%`}));
    bars.append(el("span", {}, parameter), bar,
      el("span", {class: "quiet"}, `${(100 * share).toFixed(1)} %, ${levels} ${binned ? "groups" : "values"}`));
  }
  return bars;
}

function showParameters() {
  if (!data.effects.length) {
    return body("parameters").append(el("p", {}, "Nothing to compare: no parameter varies, or there are no scalars."));
  }
  const holder = el("div");
  const show = (name) => holder.replaceChildren(effectBars(data.effects.find((e) => e.metric === name)));
  const choice = el("select", {onchange: () => show(choice.value)}, data.effects.map((e) => el("option", {}, e.metric)));
  body("parameters").append(
    el("p", {class: "quiet"}, "Share of a scalar's variance over all finished trials that the parameter's main effect " +
      "accounts for: eta squared, the sum of squares between the parameter's values over the total. A parameter of more " +
      "than 20 values is split into 10 groups of equal size. The mark is the share that a parameter without any effect " +
      "would have on average. Shares of a full grid add up to at most 100 %; the rest is interaction between " +
      "parameters. Where parameters vary together, shares overlap."),
    el("div", {class: "row"}, el("label", {}, "Scalar ", choice)), holder);
  show(data.effects[0].metric);
}
