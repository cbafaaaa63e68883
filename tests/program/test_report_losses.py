"""Trials that diverged or failed are seen where they belong: on the page in headless Chromium, and in the figures."""
import re
import sys

from browser import SCROLL, Browser, needs_chromium
from harness import FOLDER, qklab, run_tests, write

# At the two larger rates trainings diverge, so that a whole column of the map and of the curves is lost.
LOSSES = """
name: losses
experiment: training
params: {task: copy, dim: 8, length: 8, batch: 4, layers: 1, steps: 20, evaluate_every: 10, evaluation_batches: 1, optimizer: sgd}
sweep: {lr: [0.01, 0.1, 1.0e+5, 1.0e+6], norm: [pre, none]}
where: "norm == 'none' or lr < 1000"
seeds: 2
figures:
  - {name: map, plot: heatmap, x: lr, y: norm, color: final_loss, log: x}
  - {name: line, plot: band, x: lr, y: final_loss, color: norm, log: x}
"""
GRADES = """
name: grades
experiment: localization
params: {dim: 8, length: 6, samples: 50}
sweep: {mean: [0, 0.5], variance: {logspace: [0.01, 100, 9]}}
seeds: 2
figures:
  - {name: map, plot: heatmap, x: variance, y: mean, color: contrast, log: x}
  - {name: contrast, plot: band, x: variance, y: contrast, color: mean, log: x, caption: "Contrast falls.",
     thresholds: [0.5, {value: 0.25, label: a quarter}]}
"""


def losses():
    out = FOLDER / "losses"
    if not out.exists():
        qklab("run", write("losses.yaml", LOSSES), "--out", out)
    return out


def grades():
    out = FOLDER / "grades"
    if not out.exists():
        qklab("run", write("grades.yaml", GRADES), "--out", out)
    return out


def texts(path):
    return re.findall(r"<text><!\[CDATA\[(.*?)\]\]></text>|<text>(.*?)</text>|<tspan[^>]*>(.*?)</tspan>", path.read_text())


def test_figures_mark_what_they_leave_out():
    for name in ("map", "line"):
        drawn = (losses() / "figures" / f"{name}.svg").read_text()
        assert "4 trials left out: 4 diverged" in drawn, name
    drawn = (losses() / "figures" / "map.svg").read_text()
    assert "10⁶" in drawn, "the column that diverged has its place on the axis"


def test_the_page_says_what_was_lost_and_where():
    needs_chromium()
    with Browser(1400, 900) as page:
        page.open_report(losses() / "report.html")
        out = page.run(SCROLL + """
          const out = {top: document.getElementById("losses").textContent};
          out.figures = [...document.querySelectorAll("#figures .left-out")].map((e) => e.textContent);
          const map = data.figures.find((f) => f.name === "map"), line = data.figures.find((f) => f.name === "line");
          out.cells = map.panels[0].lost.map((l) => [map.xvalues[l.column], map.yvalues[l.row], l.whole, l.count]);
          out.crosses = line.panels[0].lost.map((l) => l.x);
          out.axes = parallelAxes().map((a) => a.column.name);
          out.colors = [...document.querySelectorAll("#trials select option")].map((o) => o.textContent);
          out.effects = [...document.querySelectorAll("#parameters option")].map((o) => o.textContent);
          document.querySelector("#losses button").click();
          out.listed = state.chosen.map(statusOf);
          out.told = document.querySelector("#trials [role=status]").textContent;
          setFilter("status == 'done'");
          out.beside = state.chosen.length;  // of those that were picked, none
          clearAll();
          setFilter("status == 'done'");
          out.done = state.chosen.length;
          const i = Array.from({length: trials.count}, (_, k) => k).find((k) => statusOf(k) === "diverged");
          toggleTrial(i);
          out.opened = document.getElementById("opened").textContent;
          return out;""")
        assert not page.console, page.console
    assert "4 diverged" in out["top"] and "loss" in out["top"], out["top"]
    assert len(out["figures"]) == 2 and all("4 trials left out: 4 diverged" in text for text in out["figures"]), out
    assert sorted(out["cells"]) == [[1e5, "none", True, 2], [1e6, "none", True, 2]], out["cells"]
    assert sorted(out["crosses"]) == [1e5, 1e6], out
    assert "status" in out["axes"] and out["axes"].index("status") < out["axes"].index("final_loss"), out["axes"]
    assert out["colors"][0] == "status", out["colors"]
    assert any("diverged" in name for name in out["effects"]), out["effects"]
    assert out["listed"] == 4 * ["diverged"] and "4 trials" in out["told"], out
    assert out["beside"] == 0 and out["done"] == 8, out
    assert "diverged" in out["opened"] and "message" in out["opened"], out["opened"]


def test_a_double_click_resets_the_zoom_and_nothing_else():
    needs_chromium()
    with Browser(1400, 900) as page:
        page.open_report(grades() / "report.html")
        page.run(SCROLL + "setFilter('mean == 0');")
        at = page.run("""
          const place = document.querySelector("#figure-contrast .panel [role=img]");
          place.scrollIntoView({block: "center"});
          await new Promise((go) => requestAnimationFrame(() => setTimeout(go, 50)));
          window.u = place.plot;
          const box = u.over.getBoundingClientRect();
          window.whole = [u.scales.x.min, u.scales.x.max];
          return [box.left + box.width / 2, box.top + box.height / 2];""")
        page.drag(at[0] - 80, at[1] - 60, at[0] + 80, at[1] + 60)
        zoomed = page.run("return [u.scales.x.min, u.scales.x.max];")
        assert zoomed != page.run("return whole;"), zoomed
        page.click(*at, count=2)
        out = page.run("""await new Promise((go) => setTimeout(go, 600));
          return {same: u.scales.x.min === whole[0] && u.scales.x.max === whole[1], filter: state.filter, picked: state.picked,
                  chosen: state.chosen.length, top: scrollY};""")
        assert out["same"] and out["filter"] == "mean == 0" and out["picked"] is None and out["chosen"] == 18, out
        page.click(*at)
        out = page.run("await new Promise((go) => setTimeout(go, 600)); return state.picked?.places.length;")
        assert out == 2, "one click lists the trials of its point"
        assert not page.console, page.console


def test_ticks_of_a_map_stand_at_swept_values():
    swept = {"0.01", "0.03162", "0.1", "0.3162", "1", "3.162", "10", "31.62", "100"}
    drawn = (grades() / "figures" / "map.svg").read_text()
    assert ">0.25<" not in drawn.replace("<![CDATA[", "").replace("]]>", ""), "between the means 0 and 0.5 there is none"
    with Browser(1400, 900) as page:
        page.open_report(grades() / "report.html")
        out = page.run(SCROLL + """
          const u = document.querySelector("#figure-map .panel [role=img]").plot;
          return {x: u.axes[0]._values, y: u.axes[1]._values};""")
        assert not page.console, page.console
    assert out["y"] == ["0", "0.5"] and set(out["x"]) <= swept and len(out["x"]) >= 3, out


def test_captions_and_thresholds():
    drawn = (grades() / "figures" / "contrast.svg").read_text()
    assert "a quarter" in drawn and "Contrast falls" not in drawn
    with Browser(1400, 900) as page:
        page.open_report(grades() / "report.html")
        assert page.run("return document.querySelector('#figure-contrast .caption').textContent;") == "Contrast falls."
        assert not page.console, page.console
    bad = GRADES.replace("[0.5, {value: 0.25, label: a quarter}]", "[high, {value: 1, lable: one}]")
    done = qklab("run", write("bad.yaml", bad), "--out", "bad", code=2)
    assert "expected a number" in done.stderr and "did you mean 'label'" in done.stderr, done.stderr
    assert not (FOLDER / "bad").exists()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
