// Puts the page together.
"use strict";
// Figures fade what is not chosen. Those whose trials stay the same are left alone.
const relights = [];
let lastChosen = "";
listeners.push(() => {
  const now = lit.active() ? `${state.chosen.length} ${state.filter} ${state.picked?.name} ${state.picked?.places.length}` : "";
  if (now === lastChosen) return;
  lastChosen = now;
  relights.forEach((relight) => relight());
});
function showFigures() {
  if (!data.figures.length) return body("figures").append(el("p", {}, "This config draws no figures."));
  for (const figure of data.figures) {
    views.set(figure.name, viewOf(figure));
    guarded(body("figures"), `The figure ${figure.name}`, () => {
      const {block, redraw, relight} = figureBlock(figure, {lit, brush: (name, places) => { if (places.length) brushTrials(`a box of ${name}`, places); }, view: views.get(figure.name), changed: noteState, tools: figureTools(figure),
        pick: (name, places) => pickTrials(`${name} (${figure.name})`, places)});
      block.append(...claimLinks(figure));
      redrawn.set(figure.name, redraw);
      relights.push(relight);
      body("figures").append(block);
    });
  }
}
document.getElementById("name").textContent = data.name;
guarded(document.querySelector("header"), "The summary", showSummary);
for (const [section, what, show] of [["claims", "The verdicts", showClaims], ["figures", "The figures", showFigures],
  ["parameters", "What matters", showParameters], ["trials", "The trials", showTrials], ["config", "The config", showConfig],
  ["provenance", "The provenance", showProvenance]]) guarded(body(section), what, show);
guarded(body("trials"), "What the address asks for", () => {
  readState(readAddress() ?? "");
  listeners.push(noteState);
  if (part) requestAnimationFrame(() => goTo(part));
});
document.documentElement.dataset.ready = "true";
