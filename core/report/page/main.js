// Puts the page together.
"use strict";
function showFigures() {
  if (!data.figures.length) return body("figures").append(el("p", {}, "This config draws no figures."));
  for (const figure of data.figures) {
    guarded(body("figures"), `The figure ${figure.name}`,
      () => body("figures").append(figureBlock(figure, {pick: showTrialsOf}).block));
  }
}
document.getElementById("name").textContent = data.name;
document.getElementById("summary").textContent =
  `Experiment ${data.experiment}, version ${data.version}: ${data.doc.replace(/\.$/, "")}. ${plural(data.trial_count, "trial")}` +
  `${data.failed ? `, ${data.failed} failed` : ""}${data.diverged ? `, ${data.diverged} diverged` : ""}.`;
for (const [section, what, show] of [["claims", "The verdicts", showClaims], ["figures", "The figures", showFigures],
  ["parameters", "What matters", showParameters], ["trials", "The trials", showTrials], ["config", "The config", showConfig],
  ["provenance", "The provenance", showProvenance]]) guarded(body(section), what, show);
guarded(body("trials"), "The filter", () => setFilter(""));
document.documentElement.dataset.ready = "true";
