// The table of trials. Only the rows in sight exist as elements, so its length costs nothing.
"use strict";
const rowHeight = 24;
const rowsInPrint = 50;

function showTrials() {
  const holder = body("trials");
  if (!trials.count) return holder.append(el("p", {}, "No trial has finished."));
  const input = el("input", {type: "search", placeholder: "variance >= 0.1 mean = 0", "aria-label": "Filter of trials",
    autocomplete: "off", spellcheck: "false", id: "filter"});
  const status = el("span", {class: "quiet", role: "status"});
  showParallel(holder);
  holder.append(el("div", {class: "row controls"}, el("label", {}, "Filter ", input),
    el("button", {type: "button", onclick: () => setFilter("")}, "Clear"), status));

  const hidden = columns.filter((c) => c.parameter && !c.varies);
  const shown = columns.filter((c) => !hidden.includes(c));
  const widths = shown.map((c) => (c.name === "trial" ? 150 : Math.max(84, Math.min(220, 9 * c.name.length + 30))));
  const total = widths.reduce((a, b) => a + b, 0);
  const order = {column: null, up: true};
  let rows = [];

  const heads = shown.map((column, k) => el("button", {type: "button", role: "columnheader", style: `width: ${widths[k]}px`,
    title: [column.doc, column.unit].filter(Boolean).join(", "), "aria-sort": "none", onclick: () => {
      order.up = order.column === column ? !order.up : true;
      order.column = column;
      arrange();
    }}, column.name));
  const lines = el("div", {class: "rows", role: "rowgroup"});
  const grid = el("div", {class: "grid", tabindex: 0, role: "table", "aria-label": "Trials", "aria-rowcount": trials.count},
    el("div", {class: "head", role: "row"}, heads), lines);
  holder.append(grid);
  if (hidden.length) {
    holder.append(el("p", {class: "quiet"}, "The same in all trials: " +
      hidden.map((c) => `${c.name} = ${number(c.at(0))}`).join(", ")));
  }
  if (trials.count < data.trial_count) {
    holder.append(el("p", {class: "quiet"}, `The first ${trials.count} of ${data.trial_count} trials; trials.csv has all.`));
  }

  function arrange() {
    rows = state.chosen.slice();
    const {column, up} = order;
    if (column) {
      const keys = new Map(rows.map((i) => [i, column.at(i)]));
      const missing = (v) => v === null || v === undefined;
      rows.sort((a, b) => {
        const x = keys.get(a), y = keys.get(b);
        if (missing(x) || missing(y)) return missing(x) - missing(y) || a - b;  // missing ones last, both ways
        if (x === y) return a - b;
        const less = typeof x === "number" && typeof y === "number" ? x < y : String(x) < String(y);
        return less === up ? -1 : 1;
      });
    }
    heads.forEach((head, k) => {
      const sorted = shown[k] === column;
      head.setAttribute("aria-sort", sorted ? (up ? "ascending" : "descending") : "none");
      head.textContent = shown[k].name + (sorted ? (up ? " ▲" : " ▼") : "");
    });
    lines.style.height = `${rowHeight * rows.length}px`;
    lines.style.width = `${total}px`;
    grid.scrollTop = 0;
    fill();
  }

  const onPaper = el("p", {class: "quiet paper"});
  holder.append(onPaper);
  function fill() {
    const from = printing ? 0 : Math.max(0, Math.floor(grid.scrollTop / rowHeight) - 8);
    const to = printing ? Math.min(rowsInPrint, rows.length)
                        : Math.min(rows.length, Math.ceil((grid.scrollTop + grid.clientHeight) / rowHeight) + 8);
    const drawn = [];
    for (let k = from; k < to; ++k) {
      const i = rows[k];
      drawn.push(el("div", {class: `line${k % 2 ? " picked" : ""}`, role: "row", "aria-rowindex": k + 1, style: `top: ${k * rowHeight}px`},
        shown.map((column, c) => el("span", {role: "cell", style: `width: ${widths[c]}px`}, number(column.at(i))))));
    }
    lines.replaceChildren(...drawn);
    if (!printing) return;
    lines.style.height = `${rowHeight * to}px`;
    onPaper.textContent = to < rows.length ? `The first ${to} of ${plural(rows.length, "trial")}; trials.csv has all.` : "";
  }

  const tell = () => {
    if (document.activeElement !== input) input.value = state.filter;
    status.textContent = [`${plural(state.chosen.length, "trial")} of ${trials.count.toLocaleString("en")}`, ...state.wrong].join("; ");
  };
  let waiting = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => setFilter(input.value), trials.count > 5000 ? 150 : 0);
  });
  grid.addEventListener("scroll", fill, {passive: true});
  new ResizeObserver(fill).observe(grid);
  listeners.push(tell, arrange);
  themed.push(() => { lines.style.height = `${rowHeight * rows.length}px`; fill(); });
}
