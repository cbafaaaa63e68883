// The config as it was read, what was overridden, and where the numbers come from.
"use strict";

function showConfig() {
  const {config} = data;
  const overridden = new Set(config.overrides.map((o) => o.split("=")[0].replace(/^params\./, "")));
  const rows = config.parameters.map((p) => el("tr", {}, el("td", {}, p.name),
    el("td", {}, p.changed ? el("mark", {}, p.values) : p.values), el("td", {class: "quiet"}, p.default),
    el("td", {}, overridden.has(p.name) ? el("mark", {}, "command line") : p.changed ? "config" : "default"),
    el("td", {class: "quiet"}, p.doc)));
  body("config").append(
    el("p", {}, `${config.file}, preset ${config.preset}; `, config.overrides.length
      ? el("span", {}, "overridden on the command line: ", el("mark", {}, config.overrides.join("  ")))
      : "nothing was overridden on the command line."),
    el("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "Parameters"}, el("table", {},
      el("thead", {}, el("tr", {}, ["parameter", "values", "default", "set by", "meaning"].map((h) => el("th", {scope: "col"}, h)))),
      el("tbody", {}, rows))),
    el("details", {}, el("summary", {}, "The file"), el("pre", {tabindex: 0}, config.text)));
}

function showProvenance() {
  body("provenance").append(el("div", {class: "scroll"}, el("table", {}, el("tbody", {},
    Object.entries(data.provenance).map(([name, value]) => el("tr", {}, el("th", {scope: "row"}, name), el("td", {}, value)))))),
    el("p", {class: "quiet"}, "Times, threads and the full config stand in manifest.json; all digits in trials.csv and " +
      "series.csv: the figures of this page round to six. Charts: uPlot (MIT)."));
}
