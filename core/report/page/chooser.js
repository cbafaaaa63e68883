// What is shown of a list, and in which order: a line for each item, with buttons.
"use strict";

// `shown()`: what is, [{name, ...}]; `others()`: the names of the rest; `set(items)`: takes a new choice; `least`: so many
// must stay; `flip`: whether items can stand upside down.
function chooser(title, {shown, others, set, least, flip = false}) {
  const list = el("div", {class: "axes"});
  const fill = () => {
    const items = shown(), rest = others();
    const change = (changed) => { set(changed); fill(); };
    const moved = (k, by) => { const all = items.slice(); all.splice(k + by, 0, ...all.splice(k, 1)); return all; };
    const button = (label, name, act, disabled) => {
      const made = el("button", {type: "button", "aria-label": `${name}: ${label}`, onclick: act}, {left: "←", right: "→", flip: "⇅", remove: "×"}[label] ?? label);
      made.disabled = Boolean(disabled);
      return made;
    };
    list.replaceChildren(...items.map(({name, flipped}, k) => el("div", {class: "row"}, el("span", {}, name),
      button("left", name, () => change(moved(k, -1)), k === 0), button("right", name, () => change(moved(k, 1)), k + 1 === items.length),
      flip ? button("flip", name, () => change(items.map((a, j) => (j === k ? {name, flipped: !flipped} : a)))) : [],
      button("remove", name, () => change(items.filter((_, j) => j !== k)), items.length <= least))),
      ...(rest.length ? [el("div", {class: "row"}, el("span", {class: "quiet"}, "add"), rest.map((name) =>
        button(name, "add", () => change([...items, {name, flipped: false}]))))] : []));
  };
  return el("details", {class: "controls", ontoggle: fill}, el("summary", {}, title), list);
}
