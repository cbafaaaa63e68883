// Puts the page together.
"use strict";
function showFigures() {
  if (!data.figures.length) return body("figures").append(el("p", {}, "This config draws no figures."));
  for (const figure of data.figures) {
    views.set(figure.name, viewOf(figure));
    guarded(body("figures"), `The figure ${figure.name}`, () => {
      const {block, redraw} = figureBlock(figure, {view: views.get(figure.name), changed: noteState, tools: figureTools(figure),
        limits: limitsOf(figure), pick: (name, places) => pickTrials(`${name} (${figure.name})`, places)});
      block.append(...claimLinks(figure));
      redrawn.set(figure.name, redraw);
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
