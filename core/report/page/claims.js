// The verdicts: a line a claim and, unfolded, a row a slice, its interval drawn against what is demanded.
"use strict";
const signs = {"holds": "✓", "fails": "✗", "holds in part": "◐", "undecided": "?"};
const verdictClass = (verdict) => verdict === "holds in part" ? "in-part" : verdict;

// "holds, confirmed"; without reserved seeds there is nothing to add.
const withStanding = (claim) => claim.confirmation ? `${claim.verdict}, ${claim.confirmation.standing}` : claim.verdict;
const claimClass = (claim) =>
  claim.confirmation?.standing === "not confirmed" ? "fails" : verdictClass(claim.verdict);

// An estimate, its interval and what is demanded of it stand side by side, so they are told apart to the digit.
function sliceTexts(slice) {
  const [estimate, from, to, least, most] =
    numbers([slice.estimate, slice.interval[0], slice.interval[1], slice.at_least, slice.at_most]);
  return {
    estimate: slice.interval[0] === null ? estimate : `${estimate} [${from}, ${to}]`,
    demand: slice.at_most === null ? `≥ ${least}` : slice.at_least === null ? `≤ ${most}` : `in [${least}, ${most}]`,
  };
}

// All slices of a claim on one axis, so that they can be compared.
function intervalAxis(slices) {
  const shown = slices.flatMap((s) => [s.estimate, s.interval[0], s.interval[1], s.at_least, s.at_most])
      .filter((x) => x !== null);
  if (!shown.length) return null;
  let low = Math.min(...shown), high = Math.max(...shown);
  if (low === high) { low -= 1; high += 1; }
  const pad = 0.06 * (high - low);
  return (x) => 144 * (x - low + pad) / (high - low + 2 * pad);
}

function intervalDrawing(slice, place) {
  const drawing = svg("svg", {class: "interval", viewBox: "0 0 144 16", role: "img",
    "aria-label": `estimate ${sliceTexts(slice).estimate}, demanded ${sliceTexts(slice).demand}`});
  if (!place || slice.estimate === null) return drawing;
  const from = slice.at_least === null ? 0 : place(slice.at_least);
  const to = slice.at_most === null ? 144 : place(slice.at_most);
  drawing.append(svg("rect", {class: "wanted", x: from, y: 0, width: Math.max(0, to - from), height: 16}));
  if (slice.interval[0] !== null) {
    drawing.append(svg("line", {x1: place(slice.interval[0]), x2: place(slice.interval[1]), y1: 8, y2: 8}));
  }
  drawing.append(svg("circle", {cx: place(slice.estimate), cy: 8, r: 3}));
  return drawing;
}

// "(our paraphrase) ..." and "(ours) ..." are no words of the paper.
function paperText(paper) {
  const ours = /^\((our paraphrase|ours)\)[:.]?\s*/.exec(paper);
  if (!ours) return `The paper: ${paper}`;
  return `${ours[1] === "ours" ? "Our own claim" : "In our words"}: ${paper.slice(ours[0].length)}`;
}

// What is compared with what, in words.
function comparedText(claim) {
  const asked = new Map(claim.asked);
  const metric = `${claim.metric}${claim.at ? ` (${claim.at})` : ""}`;
  const where = claim.where ? ` where ${claim.where}` : "";
  const rest = (...said) => {
    const others = [...asked].filter(([key]) => !said.includes(key) && key !== "at").map(([key, value]) => `${key}: ${value}`);
    return others.length ? `; ${others.join(", ")}` : "";
  };
  const against = `the same seed's where ${asked.get("against")}`;
  if (claim.test === "difference") {
    return asked.has("against") ? `${metric}${where}, minus ${against}${rest("against")}`
                                : `${metric}${where}, minus ${asked.get("reference")}${rest("reference")}`;
  }
  if (claim.test === "ratio") return `${metric}${where}, divided by ${against}${rest("against")}`;
  if (claim.test === "monotone") {
    return `rank correlation of ${metric} with ${asked.get("along") ?? "its index"}${asked.get("direction") === "decreasing" ? ", reversed" : ""}${where}${rest("along", "direction")}`;
  }
  if (claim.test === "slope") {
    return asked.get("lagged") === "true" ? `slope of log ${metric} on its log one step before${where}${rest("lagged")}`
                                          : `slope of log ${metric} on log ${asked.get("along") ?? "its index"}${where}${rest("along")}`;
  }
  if (claim.test === "agreement") {
    return `${asked.get("norm") ?? "max"} norm of ${metric} minus ${asked.get("theory") ?? asked.get("reference") ?? "its theory"}${where}${rest("norm", "theory", "reference")}`;
  }
  if (claim.test === "bound") return `every single number of ${metric}${where}${rest()}`;
  return `${claim.test} of ${metric}${where}${rest()}`;
}

// A test of every single number needs no probability.
const isExact = (claim, slice) => slice.verdict !== "undecided" && (claim.about === "every number" || slice.p_adjusted === 0);
const pText = (claim, slice) =>
  isExact(claim, slice) ? "exact" : slice.p_adjusted === null ? "–" : number(slice.p_adjusted);

function remarks(slice) {
  const parts = [plural(slice.seeds, "seed")];
  for (const [count, what] of [[slice.not_run, "not run"], [slice.failed, "failed"], [slice.diverged, "diverged"]]) {
    if (count) parts.push(`${count} ${what}`);
  }
  if (slice.more_seeds !== null) parts.push(`about ${slice.more_seeds} more would settle it`);
  if (slice.added_after_looking) {
    const times = slice.added_after_looking;
    parts.push(`seeds were added ${times === 1 ? "once" : `${times} times`} after looking`);
  }
  if (slice.note) parts.push(slice.note);
  return parts.join("; ");
}

// What reserved seeds give, beside what the exploring ones gave.
function freshTexts(slice) {
  const fresh = slice.confirmation;
  if (!fresh?.verdict) return {standing: fresh?.standing ?? "–", estimate: "–"};
  const {estimate} = sliceTexts({...slice, estimate: fresh.estimate, interval: fresh.interval});
  return {standing: fresh.standing, estimate: `${estimate}, ${fresh.verdict}, ${plural(fresh.seeds, "seed")}`};
}

function freshCells(slice) {
  const {standing, estimate} = freshTexts(slice);
  const look = {"confirmed": "holds", "not confirmed": "fails"}[standing] ?? "quiet";
  return [el("td", {class: look}, standing), el("td", {}, estimate)];
}

function sliceRow(claim, slice, names, place) {
  const {estimate, demand} = sliceTexts(slice);
  return el("tr", {}, names.map((name) => el("td", {}, number(slice.at[name]))),
    el("td", {class: verdictClass(slice.verdict)}, slice.verdict),
    el("td", {}, estimate), el("td", {}, demand),
    el("td", {}, intervalDrawing(slice, place)),
    el("td", {}, pText(claim, slice)),
    claim.confirmation ? freshCells(slice) : [], el("td", {class: "quiet"}, remarks(slice)));
}

// Its headline; all the rest is folded, so that figures are not many screens away.
function claimBlock(claim) {
  const names = Object.keys(claim.slices[0]?.at ?? {});
  const place = intervalAxis(claim.slices);
  const held = claim.slices.filter((s) => s.verdict === "holds").length;
  const share = claim.slices.length > 1 ? ` (${held} of ${claim.slices.length} slices)` : "";
  const head = [...names, "verdict", "estimate [95% interval]", "demanded", "drawn", "p (Hochberg)",
    ...(claim.confirmation ? ["standing", "on reserved seeds"] : []), "remarks"];
  const remarked = [];
  if (claim.history?.after_results) remarked.push("first seen in this form when results of its slices existed");
  if (claim.confirmation?.note) remarked.push(claim.confirmation.note);
  if (claim.confirmation?.rounds > 1) remarked.push(`reserved seeds were drawn ${claim.confirmation.rounds} times`);
  const rows = claim.slices.map((slice) => sliceRow(claim, slice, names, place));
  const table = el("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": `Slices of ${claim.id}`},
    el("table", {}, el("thead", {}, el("tr", {}, head.map((h) => el("th", {scope: "col"}, h)))), el("tbody", {}, rows)));
  return el("div", {class: "claim", id: `claim-${claim.id}`}, el("details", {},
    el("summary", {}, el("h3", {}, el("span", {class: `verdict ${claimClass(claim)}`},
      `${signs[claim.verdict]} ${withStanding(claim)}${share}`), ` ${claim.id}: ${claim.text}`)),
    claim.paper ? el("p", {class: "quiet"}, paperText(claim.paper)) : [],
    el("p", {class: "quiet"}, `Test (${claim.test}): ${comparedText(claim)}` +
      (claim.interval ? `; ${claim.about} over seeds, interval: ${claim.interval}` : "")),
    remarked.length ? el("p", {class: "quiet"}, remarked.join("; ")) : [],
    claimTools(claim), table));
}

function showClaims() {
  if (!data.claims.length) return body("claims").append(el("p", {}, "This config makes no claims."));
  const blocks = (claims) => claims.map((claim) => {
    const holder = el("div");
    guarded(holder, `The claim ${claim.id}`, () => holder.append(claimBlock(claim)));
    return holder;
  });
  const checks = data.claims.filter((c) => c.check), all = body("claims");
  const unfold = el("button", {type: "button", onclick: () => {
    const folded = [...all.querySelectorAll("details")], open = folded.some((d) => !d.open);
    folded.forEach((d) => { d.open = open; });
  }}, "Unfold or fold all");
  all.append(...blocks(data.claims.filter((c) => !c.check)),
    ...(checks.length ? [el("p", {}, "Checks, which hold if the program is right:"), ...blocks(checks)] : []),
    el("div", {class: "row controls"}, unfold),
    el("p", {class: "quiet"}, `Decisions at level ${data.level}, corrected by ${data.correction}; intervals are not corrected.`));
}
