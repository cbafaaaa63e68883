// What of the report can be taken along: figures and rows as files, a claim as a sentence, and links to each.
"use strict";

function save(name, type, content) {
  const link = el("a", {href: URL.createObjectURL(new Blob([content], {type})), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// Numbers and texts as lines of a CSV.
const csvField = (v) => {
  const text = v === null || v === undefined ? "" : String(v);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const csvOf = (rows) => rows.map((row) => row.map(csvField).join(",")).join("\n") + "\n";

// The SVG as pixels, 300 an inch.
async function pngOf(svgText) {
  const [, , width, height] = /viewBox="([^"]*)"/.exec(svgText)[1].split(/\s+/).map(Number);
  const scale = 300 / 96;
  const image = new Image(width * scale, height * scale);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText.replace(/<svg([^>]*)>/, (all, attributes) =>
    `<svg${attributes.replace(/\s(width|height)="[^"]*"/g, "")} width="${width * scale}" height="${height * scale}">`))}`;
  await image.decode();
  const canvas = el("canvas", {width: Math.round(width * scale), height: Math.round(height * scale)});
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
}

// Buttons that save the figure as it was drawn for print. Of a figure whose files are too large, or not there, the page
// has none.
function figureTools(figure) {
  const {svg: drawing, csv} = figure.files ?? {};
  const button = (label, content, act) => {
    const made = el("button", {type: "button", "aria-label": `Save the figure ${figure.name} as ${label}`, onclick: act}, label);
    made.disabled = !content;
    if (!content) made.title = `not in this page: see figures/${figure.name}.${label.toLowerCase()}`;
    return made;
  };
  return [button("SVG", drawing, () => save(`${figure.name}.svg`, "image/svg+xml", drawing)),
    button("PNG", drawing, async () => save(`${figure.name}.png`, "image/png", await pngOf(drawing))),
    button("CSV", csv, () => save(`${figure.name}.csv`, "text/csv", csv))];
}

// The rows that the filter keeps, in the table's order, with all columns.
const rowsCsv = (rows) => csvOf([columns.map((c) => c.name), ...rows.map((i) => columns.map((c) => c.at(i)))]);

// --- Claims and figures

const metricsOf = (figure) => figure.metrics ?? [];
const figuresOf = (claim) => data.figures.filter((f) => metricsOf(f).includes(claim.metric));
const claimsOf = (figure) => data.claims.filter((c) => metricsOf(figure).includes(c.metric));

function claimLinks(figure) {
  const claims = claimsOf(figure);
  if (!claims.length) return [];
  return [el("p", {class: "quiet links"}, "Claims on it: ", claims.map((c) => [
    el("a", {href: `#claim-${c.id}`}, `${signs[c.verdict]} ${c.id}`), " "]).flat())];
}

// The claim with its verdict and numbers, for a paper.
function claimSentence(claim) {
  const slices = claim.slices, shown = slices.slice(0, 3);
  const at = (slice) => Object.entries(slice.at).map(([name, value]) => `${name} = ${number(value)}`).join(", ");
  const told = shown.map((slice) => {
    const {estimate, demand} = sliceTexts(slice);
    const p = pText(claim, slice);
    return `${estimate} (${demand} demanded, ${p === "exact" ? "exact" : p === "–" ? "not tested" : `p = ${p}`}, ` +
      `${plural(slice.seeds, "seed")})${at(slice) ? ` at ${at(slice)}` : ""}`;
  });
  const held = slices.filter((s) => s.verdict === "holds").length;
  const share = slices.length > 1 ? ` in ${held} of ${slices.length} slices` : "";
  const how = claim.interval ? `${claim.about} over seeds with 95% interval (${claim.interval}), p corrected by Hochberg's method` : "every single number";
  return `${claim.text.replace(/\.$/, "")}: ${withStanding(claim)}${share}. ${comparedText(claim)}: ${told.join("; ")}` +
    `${slices.length > shown.length ? "; and others" : ""} [${how}; ${data.name}, claim ${claim.id}].`;
}

function claimTools(claim) {
  const sentence = el("p", {class: "sentence"});
  const cite = el("button", {type: "button", "aria-label": `${claim.id} as a sentence`, onclick: async () => {
    sentence.textContent = claimSentence(claim);
    // Where the browser does not allow it, the sentence stands there to be copied.
    await navigator.clipboard?.writeText(sentence.textContent).then(() => { cite.textContent = "As a sentence (copied)"; }, () => {});
  }}, "As a sentence");
  const figures = figuresOf(claim);
  const links = figures.length ? [el("span", {class: "quiet"}, "Figures: "), ...figures.map((f) => el("a", {href: `#figure-${f.name}`}, f.name))] : [];
  return [el("div", {class: "row controls"}, cite, ...links), sentence];
}
