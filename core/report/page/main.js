// Puts the page together.
"use strict";
document.getElementById("name").textContent = data.name;
document.getElementById("summary").textContent =
  `Experiment ${data.experiment}, version ${data.version}: ${data.doc.replace(/\.$/, "")}. ${plural(data.trial_count, "trial")}` +
  `${data.failed ? `, ${data.failed} failed` : ""}${data.diverged ? `, ${data.diverged} diverged` : ""}.`;
showClaims();
showFigures();
showParameters();
showTrials();
showConfig();
showProvenance();
setFilter("");
document.documentElement.dataset.ready = "true";
