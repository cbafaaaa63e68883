// The table of trials. Only the rows in sight exist as elements, so its length costs nothing.
"use strict";
const rowHeight = 24;
const rowsInPrint = 50;

// Numbers of a parameter to as many digits as tell all of its values apart; whole ones, as seeds, in full.
const textsOf = new Map();
function cellText(column, i) {
  const v = column.at(i);
  if (!column.parameter || typeof v !== "number") return number(v);
  if (!textsOf.has(column)) {
    const whole = column.values.every((value) => typeof value !== "number" || Number.isInteger(value));
    const texts = whole ? column.values.map(inFull) : numbers(column.values);
    textsOf.set(column, new Map(column.values.map((value, k) => [value, texts[k]])));
  }
  return textsOf.get(column).get(v);
}

// A condition on columns that there are, as an example.
function exampleFilter() {
  const parameter = columns.find((c) => c.parameter && c.varies && c.kind === "number");
  const metric = columns.find((c) => c.metric);
  return [parameter && `${parameter.name} >= ${number(parameter.at(0))}`, metric && `${metric.name} > 0`, "status == 'done'"]
    .filter(Boolean).slice(0, 2).join(" and ");
}

// What of the filter cannot be read, marked, and why.
function showWrong(holder, input) {
  const {wrong, filter} = state;
  input.setAttribute("aria-invalid", String(Boolean(wrong)));
  if (!wrong) return holder.replaceChildren();
  holder.replaceChildren(el("code", {}, filter.slice(0, wrong.from), el("mark", {}, filter.slice(wrong.from, wrong.to) || " "),
    filter.slice(wrong.to)), ` ${wrong.message}; the trials shown are those of before.`);
}

function showTrials() {
  const holder = body("trials");
  if (!trials.count) return holder.append(el("p", {}, "No trial has finished."));
  const input = el("input", {type: "search", placeholder: exampleFilter(), "aria-label": "Filter of trials",
    autocomplete: "off", spellcheck: "false", id: "filter", "aria-describedby": "filter-wrong"});
  const status = el("span", {class: "quiet", role: "status"});
  const wrong = el("p", {class: "wrong", id: "filter-wrong", role: "alert"});
  showParallel(holder);
  showScatter(holder);
  const byPoint = el("input", {type: "checkbox", onchange: () => { state.grouped = byPoint.checked; listeners.forEach((listener) => listener()); }});
  holder.append(el("div", {class: "row controls"}, el("label", {}, "Filter ", input),
    el("button", {type: "button", onclick: clearAll}, "Clear"),
    el("button", {type: "button", "aria-label": "Save the rows that are shown as CSV", onclick: () => save(`${data.name}-trials.csv`, "text/csv", rowsCsv(groups ? state.chosen : rows))}, "CSV"),
    columns.some((c) => c.name === "seed" && c.varies) ? el("label", {}, byPoint, " a row for all seeds") : [], status), wrong);

  const hidden = columns.filter((c) => (c.parameter || c.metric) && !c.varies);
  const firstShown = columns.filter((c) => !hidden.includes(c));
  let shown = [];
  const widthOf = (c) => (c.name === "trial" ? 150 : Math.max(state.grouped && c.metric ? 190 : 84, Math.min(220, 9 * c.name.length + 30)));
  let rows = [], groups = null, active = null;  // active: the place of the trial that the keyboard is at

  let heads = [];
  const headOf = (column) => el("div", {role: "columnheader",
    title: [column.doc, column.unit].filter(Boolean).join(", "), "aria-sort": "none", onclick: () => {
      state.sort = {name: column.name, up: state.sort?.name === column.name ? !state.sort.up : true};
      listeners.forEach((listener) => listener());
    }}, el("button", {type: "button"}, column.name));
  // A trial opens by itself; of a group the trials are listed.
  function openRow(i) {
    if (!groups) return toggleTrial(i);
    state.grouped = false;
    pickTrials("this row", groups.members(i));
  }
  const lines = el("div", {class: "rows", role: "rowgroup"});
  const head = el("div", {class: "head", role: "row", "aria-rowindex": 1});
  const grid = el("div", {class: "grid", tabindex: 0, role: "grid", "aria-label": "Trials. Arrow keys choose a row, Enter opens it.", "aria-multiselectable": "true",
    "aria-rowcount": trials.count + 1},
    head, lines);
  const opened = el("div", {id: "opened"});
  holder.append(el("p", {class: "quiet controls"}, "Click a row to see the trial by itself, or beside others; of a row for all seeds, to list its trials."),
    chooser("Columns", {least: 1, shown: () => shown.map(({name}) => ({name})),
      set: (items) => { state.columns = items.map(({name}) => name); listeners.forEach((listener) => listener()); },
      others: () => columns.map((c) => c.name).filter((name) => !shown.some((c) => c.name === name))}), grid, opened);
  showOpened(opened);
  // The row that the keyboard is at comes into sight.
  grid.addEventListener("keydown", (event) => {
    if (event.target !== grid || !rows.length) return;
    const at = rows.indexOf(active), step = {ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12, Home: -rows.length, End: rows.length}[event.key];
    if (event.key === "Enter" && at >= 0) openRow(active);
    else if (step === undefined) return;
    else {
      const to = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step)), top = to * rowHeight;
      active = rows[to];
      const room = grid.clientHeight - 2 * rowHeight;
      if (top < grid.scrollTop) grid.scrollTop = top;
      if (top > grid.scrollTop + room) grid.scrollTop = top - room;
      fill();
      grid.setAttribute("aria-activedescendant", `row-${active}`);
    }
    event.preventDefault();
  });
  if (hidden.length) {
    holder.append(el("p", {class: "quiet"}, "The same in all trials: " +
      hidden.map((c) => `${c.name} = ${c.metric ? number(c.at(0), 6) : inFull(c.at(0))}`).join(", ")));
  }
  if (trials.count < data.trial_count) {
    holder.append(el("p", {class: "quiet"}, `The first ${trials.count} of ${data.trial_count} trials; trials.csv has all.`));
  }

  let arranged = "";
  function arrange() {
    groups = state.grouped ? groupedBySeed(state.chosen) : null;
    rows = groups ? groups.rows : state.chosen.slice();
    byPoint.checked = state.grouped;
    const wanted = state.columns ? state.columns.map((name) => columnOf.get(name)) : firstShown;
    if (wanted.length !== shown.length || wanted.some((c, k) => c !== shown[k])) {
      shown = wanted;
      heads = shown.map(headOf);
      head.replaceChildren(...heads);
    }
    const column = columnOf.get(state.sort?.name), up = state.sort?.up;
    if (column) {
      const keys = new Map(rows.map((i) => [i, groups ? groups.value(column, i) : column.value(i)]));
      const missing = (v) => v === null || v === undefined || Number.isNaN(v);
      rows.sort((a, b) => {
        const x = keys.get(a), y = keys.get(b);
        if (missing(x) || missing(y)) return missing(x) - missing(y) || a - b;  // missing ones last, both ways
        if (x === y) return a - b;
        return x < y === up ? -1 : 1;
      });
    }
    heads.forEach((head, k) => {
      const sorted = shown[k] === column;
      head.setAttribute("aria-sort", sorted ? (up ? "ascending" : "descending") : "none");
      head.style.width = `${widthOf(shown[k])}px`;
      head.firstChild.textContent = shown[k].name + (sorted ? (up ? " ▲" : " ▼") : "");
    });
    lines.style.height = `${rowHeight * rows.length}px`;
    lines.style.width = `${shown.reduce((sum, c) => sum + widthOf(c), 0)}px`;
    const order = rows.length + JSON.stringify([state.sort, state.filter, state.picked?.name, state.grouped]);
    if (order !== arranged) grid.scrollTop = 0;
    arranged = order;
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
      const look = `line${k % 2 ? " even" : ""}${state.opened.includes(i) ? " opened" : ""}${i === active ? " active" : ""}`;
      drawn.push(el("div", {class: look, role: "row", id: `row-${i}`, "aria-rowindex": k + 2, "aria-selected": String(state.opened.includes(i)),
        style: `top: ${k * rowHeight}px`, onclick: () => { active = i; openRow(i); }},
        shown.map((column) => el("span", {role: "gridcell", style: `width: ${widthOf(column)}px`}, groups ? groups.text(column, i) : cellText(column, i)))));
    }
    lines.replaceChildren(...drawn);
    if (!printing) return;
    lines.style.height = `${rowHeight * to}px`;
    onPaper.textContent = to < rows.length ? `The first ${to} of ${plural(rows.length, "trial")}; trials.csv has all.` : "";
  }

  const tell = () => {
    if (document.activeElement !== input) input.value = state.filter;
    const {picked, chosen} = state;
    status.textContent = `${plural(chosen.length, "trial")} of ${trials.count.toLocaleString("en")}` +
      (picked ? `: ${chosen.length === picked.places.length ? "all" : "those"} behind ${picked.name}` : "");
    showWrong(wrong, input);
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
