// The top of the report: what was run, and what of it is missing or was lost, grouped by reason.
"use strict";

// Messages that differ in their numbers alone are one reason.
function reasons() {
  const groups = new Map();
  for (const {status, message, count, trials: runs} of data.lost) {
    const reason = message.replace(/-?\d+(\.\d+)?([eE][+-]?\d+)?/g, "#"), key = `${status} ${reason}`;
    const group = groups.get(key) ?? {status, message, count: 0, runs: [], kinds: 0};
    group.count += count;
    group.runs = group.runs.concat(runs);
    group.kinds += 1;
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

const mostReasons = 10;
function reasonRow({status, message, count, runs, kinds}) {
  const others = kinds > 1 ? ` (and ${plural(kinds - 1, "message")} with other numbers)` : "";
  return el("tr", {}, el("td", {}, count.toLocaleString("en")), el("td", {class: "fails"}, status),
    el("td", {}, message ? message + others : "no message is kept"),
    el("td", {}, el("button", {type: "button", class: "controls", onclick: () => pickTrials(`${status}: ${message || "no message"}`, placesOf(runs))}, "list them")));
}

function showSummary() {
  const {lost, not_run: missing} = data;
  document.getElementById("summary").textContent =
    `Experiment ${data.experiment}, version ${data.version}: ${data.doc.replace(/\.$/, "")}. ${plural(data.trial_count, "trial")}.`;
  const holder = document.getElementById("losses");
  const sum = (status) => lost.filter((l) => l.status === status).reduce((n, l) => n + l.count, 0);
  const parts = ["failed", "diverged", "pruned"].filter(sum).map((status) => `${sum(status).toLocaleString("en")} ${status}`);
  if (missing) parts.push(`${missing.toLocaleString("en")} not run yet`);
  if (!parts.length) return;
  holder.append(el("p", {class: "left-out"}, `Without a result: ${parts.join(", ")}. Figures leave these trials out, and mark where they would be.`));
  const groups = reasons();
  if (!groups.length) return;
  const rows = groups.slice(0, mostReasons).map(reasonRow);
  if (groups.length > mostReasons) rows.push(el("tr", {}, el("td", {colspan: 4}, `and ${plural(groups.length - mostReasons, "other reason")}`)));
  holder.append(el("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": "Trials without a result"}, el("table", {},
    el("thead", {}, el("tr", {}, ["trials", "status", "reason", "show"].map((h) => el("th", {scope: "col"}, h)))), el("tbody", {}, rows))));
}
