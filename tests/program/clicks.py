"""Clicks on points and cells of a report, in headless Chromium: each lists exactly the trials behind it."""
import os

MOST = 5 if os.environ.get("LAB_CI") else 1  # clicks on a figure: an idle machine takes half a second for each

# Points of a figure to be clicked at: `aims(figure)` lists them, `aim(it)` brings one into sight and says where it is.
# Which trials are behind it is found from the parameters, in another way than the page does it.
AIM = """
  window.rest = (text) => { let h = 7; for (const c of text) h = (h * 31 + c.charCodeAt(0)) >>> 0; return h; };
  // Curves of several metrics are of the same trials.
  const ofTrials = (curve) => curve.name && curve.name !== "metric";
  window.aims = (figure) => {
    const block = document.getElementById(`figure-${figure.name}`);
    const plots = [...block.querySelectorAll(".panel [role=img]")].map((p) => p.plot);
    const found = [];
    figure.panels.forEach((panel, p) => {
      const u = plots[p], spots = [];
      const inside = (x, y) => x > 2 && y > 2 && x < u.over.clientWidth - 2 && y < u.over.clientHeight - 2;
      if (figure.form === "cells") {
        const px = figure.xedges.map((x) => u.valToPos(x, "x")), py = figure.yedges.map((y) => u.valToPos(y, "y"));
        figure.yvalues.forEach((_, row) => figure.xvalues.forEach((_, column) => {
          const k = row * figure.xvalues.length + column, shown = panel.shown ? panel.shown[k] : k;
          const wide = Math.min(px[column + 1] - px[column], py[row] - py[row + 1]) > 2;
          if (wide && panel.trials[shown]) spots.push({p, x: (px[column] + px[column + 1]) / 2, y: (py[row] + py[row + 1]) / 2,
            values: [[figure.xparameter, figure.xvalues[shown % figure.xvalues.length]],
                     [figure.yparameter, figure.yvalues[Math.floor(shown / figure.xvalues.length)]]]});
        }));
      } else {
        const all = panel.curves.flatMap((curve) => curve.x.map((x, i) => ({curve, i,
          x: u.valToPos(x + asideOf(figure, curve), "x"), y: curve.mean[i] === null ? NaN : u.valToPos(curve.mean[i], "y")})));
        for (const spot of all) {
          if (!inside(spot.x, spot.y)) continue;
          const near = (o) => o !== spot && (figure.form === "paths" ? Math.hypot(o.x - spot.x, o.y - spot.y) < 3
            : Math.abs(o.x - spot.x) < 2 && (o.curve === spot.curve || Math.abs(o.y - spot.y) < 3));
          if (all.some(near)) continue;
          const x = figure.xparameter && [figure.xparameter, figure.xnames ? figure.xnames[spot.curve.x[spot.i]] : spot.curve.x[spot.i]];
          spots.push({p, x: spot.x, y: spot.y, values: [ofTrials(spot.curve) && [spot.curve.name, spot.curve.value], x].filter(Boolean)});
        }
      }
      for (const spot of spots) for (const f of panel.facets) spot.values.push([f.name, f.value]);
      spots.sort((a, b) => rest(figure.name + a.x + "," + a.y) - rest(figure.name + b.x + "," + b.y));
      found.push(...spots.slice(0, figure.panels.length > 3 ? 1 : 2));
    });
    return found.sort((a, b) => rest(String(a.x)) - rest(String(b.x))).slice(0, MOST);
  };
  window.aim = async (figure, spot) => {
    state.picked = null;
    const place = document.getElementById(`figure-${figure.name}`).querySelectorAll(".panel [role=img]")[spot.p];
    place.scrollIntoView({block: "center"});
    await new Promise((go) => requestAnimationFrame(() => setTimeout(go, 30)));
    const box = place.plot.over.getBoundingClientRect();
    const {holds} = parseWhere(figure.where, columnOf);
    const expected = [];
    const same = (a, b) => String(a) === String(b) || Math.abs(a - b) <= 1e-5 * Math.abs(b);
    for (let i = 0; i < trials.count; ++i) {
      if (holds(i) && statusOf(i) === "done" && spot.values.every(([name, v]) => same(columnOf.get(name).at(i), v))) expected.push(idOf(i));
    }
    return {x: box.left + spot.x, y: box.top + spot.y, expected, single: figure.form === "paths" && !figure.lines};
  };
  window.listed = async () => {
    for (let k = 0; k < 200 && !state.picked; ++k) await new Promise((go) => setTimeout(go, 20));
    await new Promise((go) => requestAnimationFrame(() => setTimeout(go, 30)));
    return {ids: state.chosen.map(idOf), told: document.querySelector("#trials [role=status]").textContent,
            top: document.getElementById("trials").getBoundingClientRect().top, screen: innerHeight};
  };
""".replace("MOST", str(MOST))


def click_through(page, name):
    """Clicks at points of each figure of the report that the page shows, whose lists must have exactly their trials. Returns
    how many clicks there were."""
    clicks = 0
    page.run("[...waiting.keys()].forEach(drawNow);" + AIM)
    for k in range(page.run("return data.figures.length;")):
        for j in range(page.run(f"window.spots = aims(data.figures[{k}]); return spots.length;")):
            at = page.run(f"return aim(data.figures[{k}], spots[{j}]);")
            page.click(at["x"], at["y"])
            out = page.run("return listed();")
            where = (name, k, j, at["x"], at["y"], out["told"])
            if at["single"]:  # a dot is one trial's, and its number of a series is not in the page's table
                assert len(out["ids"]) == 1 and set(out["ids"]) <= set(at["expected"]), where
            else:
                assert sorted(out["ids"]) == sorted(at["expected"]) != [], where
            assert out["told"].startswith(f"{len(out['ids']):,} trial"), where
            assert -5 <= out["top"] < out["screen"], (where, out["top"])
            clicks += 1
    return clicks
