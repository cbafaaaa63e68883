"""The report can be cited and used: links that show the same, files, sentences, rows for all seeds, axes, opened trials."""
import csv
import io
import sys

from browser import SCROLL, Browser
from harness import FOLDER, qklab, run_tests, write

CITED = """
name: cited
experiment: localization
params: {dim: 8, length: 6, samples: 50}
sweep: {mean: [0, 0.5], variance: {logspace: [0.01, 100, 5]}, shape: [gaussian, semicircle]}
seeds: 8
figures:
  - {name: contrast, plot: band, x: variance, y: contrast, color: mean, facet: shape, log: x}
  - {name: support, x: position, y: support, color: variance, facet: mean, log: color, where: "shape == 'gaussian'"}
claims:
  - id: step
    text: Contrast is large where the mean is not zero.
    paper: (our paraphrase) A non-zero mean localizes.
    test: difference
    metric: contrast
    against: "mean == 0 and variance < 1"
    at_least: 0.1
    where: "mean == 0.5 and variance < 1"
    by: [shape]
  - {id: above, text: Contrast is at least a tenth., test: difference, metric: contrast, reference: 0, at_least: 0.1, where: "mean == 0.5"}
checks:
  - {id: range, text: Contrast is a difference of probabilities., test: bound, metric: contrast, at_least: 0, at_most: 1}
"""


def report():
    out = FOLDER / "cited"
    if not out.exists():
        if "semicircle" not in qklab("describe", "localization").stdout:
            raise AssertionError("choose another shape")
        qklab("run", write("cited.yaml", CITED), "--out", out)
    return out / "report.html"


def test_a_link_shows_what_was_seen():
    with Browser(1400, 900) as page:
        page.open_report(report())
        link = page.run(SCROLL + """
          document.querySelector("#figure-contrast button.curve").click();
          document.querySelector("#figure-contrast button.toggle").click();
          views.get("support").zoom[0].x = [2, 4];
          state.sort = {name: "contrast", up: false};
          state.grouped = true;
          state.axes = [{name: "variance", flipped: true}, {name: "contrast", flipped: false}];
          state.opened = [3];
          setFilter("variance >= 1 and shape == 'gaussian'");
          await new Promise((go) => setTimeout(go, 400));
          return location.href;""")
        page.open("about:blank")
        page.open(link)
        out = page.run(SCROLL + """return {
          filter: state.filter, chosen: state.chosen.length, sort: state.sort, grouped: state.grouped, opened: state.opened,
          axes: shownAxes().map((a) => (a.flipped ? "-" : "") + a.name), zoom: views.get("support").zoom[0]?.x,
          hidden: [...views.get("contrast").hidden], logX: views.get("contrast").logX,
          pressed: document.querySelector("#figure-contrast button.curve").getAttribute("aria-pressed"),
          shown: document.querySelector("#figure-support .panel [role=img]").plot.scales.x.min,
          input: document.getElementById("filter").value};""")
        assert not page.console, page.console
        assert out["filter"] == out["input"] == "variance >= 1 and shape == 'gaussian'" and out["chosen"] == 48, out
        assert out["sort"] == {"name": "contrast", "up": False} and out["grouped"] and out["opened"] == [3], out
        assert out["axes"] == ["-variance", "contrast"] and out["zoom"] == [2, 4] and out["shown"] == 2, out
        assert out["hidden"] == ["0"] and out["logX"] is False and out["pressed"] == "false", out
        # A damaged link shows the page without what cannot be read.
        page.open("about:blank")
        page.open(link.split("#")[0] + "#claim-step~f=variance%20%3E&s=nothing&v.contrast={&p=[1&a=x,y&t=zz")
        out = page.run("""await new Promise((go) => setTimeout(go, 200));
          return {open: document.querySelector("#claim-step details").open, chosen: state.chosen.length,
                  top: document.getElementById("claim-step").getBoundingClientRect().top};""")
        assert not page.console, page.console
        assert out["open"] and out["chosen"] == 160 and -5 < out["top"] < 900, out


def test_figures_rows_and_claims_can_be_taken_along():
    folder = report().parent
    with Browser(1400, 900) as page:
        page.open_report(report())
        out = page.run(SCROLL + """
          const saved = {};
          save = (name, type, content) => { saved[name] = content; };
          for (const button of document.querySelectorAll("#figure-contrast .controls button")) {
            if (["SVG", "CSV", "PNG"].includes(button.textContent)) button.click();
          }
          setFilter("variance == 1 and mean == 0.5");
          [...document.querySelectorAll("#trials button")].find((b) => b.textContent === "CSV").click();
          for (let k = 0; k < 200 && !saved["contrast.png"]; ++k) await new Promise((go) => setTimeout(go, 20));
          const png = new Uint8Array(await saved["contrast.png"].arrayBuffer());
          document.querySelector("#claim-step button").click();
          return {svg: saved["contrast.svg"], csv: saved["contrast.csv"], rows: saved["cited-trials.csv"],
                  png: [...png.slice(1, 4)].map((c) => String.fromCharCode(c)).join(""), bytes: png.length,
                  sentence: document.querySelector("#claim-step .sentence").textContent};""")
        assert not page.console, page.console
    assert out["svg"] == (folder / "figures/contrast.svg").read_text() and out["csv"] == (folder / "figures/contrast.csv").read_text()
    assert out["png"] == "PNG" and out["bytes"] > 5000, out["bytes"]
    rows = list(csv.DictReader(io.StringIO(out["rows"])))
    whole = {row["trial"]: row for row in csv.DictReader((folder / "trials.csv").open())}
    assert len(rows) == 16 and all(float(row["contrast"]) == float(whole[row["trial"]]["contrast"]) for row in rows), rows[0]
    for part in ("Contrast is large where the mean is not zero: ", "minus the same seed's where mean == 0 and variance < 1",
                 "8 seeds", "≥ 0.1 demanded", "claim step"):
        assert part in out["sentence"], out["sentence"]


def test_claims_say_what_is_compared_and_link_to_figures():
    with Browser(1400, 900) as page:
        page.open_report(report())
        out = page.run(SCROLL + """return {
          step: document.getElementById("claim-step").textContent, range: document.getElementById("claim-range").textContent,
          figures: [...document.querySelectorAll("#claim-step a")].map((a) => a.getAttribute("href")),
          claims: [...document.querySelectorAll("#figure-contrast .links a")].map((a) => a.getAttribute("href")),
          limits: data.figures[0].limits.map((l) => [l.value, l.label]),
          top: document.getElementById("figures").getBoundingClientRect().top + scrollY};""")
        assert not page.console, page.console
    assert "In our words: A non-zero mean localizes." in out["step"] and "The paper:" not in out["step"], out["step"]
    assert "contrast where mean == 0.5 and variance < 1, minus the same seed's where mean == 0" in out["step"], out["step"]
    assert "every single number of contrast" in out["range"] and "exact" in out["range"], out["range"]
    assert out["figures"] == ["#figure-contrast"] and "#claim-step" in out["claims"], out
    assert out["limits"] == [[0.1, "above ≥ 0.1"], [0, "range ≥ 0"], [1, "range ≤ 1"]], out["limits"]
    assert out["top"] < 1800, "figures begin within the first two screens"


def test_a_row_for_all_seeds_has_their_mean_and_interval():
    rows = [row for row in csv.DictReader((report().parent / "figures/contrast.csv").open())
            if row["mean"] == "0.5" and row["shape"] == "gaussian" and float(row["variance"]) == 1]
    with Browser(1400, 900) as page:
        page.open_report(report())
        out = page.run(SCROLL + """
          setFilter("mean == 0.5 and variance == 1 and shape == 'gaussian'");
          [...document.querySelectorAll("#trials label")].find((l) => l.textContent.includes("all seeds")).querySelector("input").click();
          const names = [...document.querySelectorAll("#trials [role=columnheader]")].map((h) => h.textContent);
          const lines = [...document.querySelectorAll("#trials .line")];
          const cells = Object.fromEntries([...lines[0].children].map((c, k) => [names[k], c.textContent]));
          const count = lines.length;
          lines[0].click();
          return {cells, count, grouped: state.grouped, listed: state.chosen.length, t: [1, 7, 10, 11, 30, 1000].map(studentQuantile)};""")
        assert not page.console, page.console
    mean, low, high = (float(x) for x in out["cells"]["contrast"].replace("[", "").replace("]", "").replace(",", "").split())
    for shown, name in ((mean, "contrast"), (low, "low"), (high, "high")):
        assert abs(shown - float(rows[0][name])) <= 6e-4 * abs(float(rows[0][name])), (out["cells"], rows[0])
    assert out["count"] == 1 and out["cells"]["seed"] == "8 seeds" and out["cells"]["status"] == "8 done", out
    assert not out["grouped"] and out["listed"] == 8, "a click lists the trials of the row"
    known = (12.7062, 2.36462, 2.22814, 2.20099, 2.04227, 1.96234)
    assert all(abs(a - b) < 2e-4 for a, b in zip(out["t"], known, strict=True)), out["t"]


def test_axes_of_parallel_coordinates_can_be_chosen_and_turned():
    with Browser(1400, 900) as page:
        page.open_report(report())
        out = page.run(SCROLL + """
          const details = document.querySelector("#trials details");
          details.open = true;
          await new Promise((go) => setTimeout(go, 50));
          const press = (name) => [...document.querySelectorAll(".axes button")].find((b) => b.getAttribute("aria-label") === name).click();
          const before = parallelAxes().map((a) => a.column.name);
          press(`${before[0]}: right`);
          press(`${before[0]}: flip`);
          press(`${before[2]}: remove`);
          const after = parallelAxes();
          const axis = after.find((a) => a.column.name === before[0]), [least, most] = [axis.column.value(0), axis.column.value(trials.count - 1)];
          return {before, after: after.map((a) => a.column.name), ends: [axis.to(Math.min(least, most)), axis.to(Math.max(least, most))]};""")
        assert not page.console, page.console
    assert out["after"][:2] == [out["before"][1], out["before"][0]] and out["before"][2] not in out["after"], out
    assert out["ends"] == [1, 0], out


def test_a_sample_of_lines_leaves_no_value_out():
    with Browser(1400, 900) as page:
        page.open_report(report())
        out = page.run("""
          const all = Array.from({length: 100000}, (_, i) => i), some = sample(all, 2000);
          return {count: new Set(some).size, rests: new Set(some.map((i) => i % 50)).size, again: sample(all, 2000).join() === some.join(),
                  few: sample([5, 6], 2000)};""")
        assert not page.console, page.console
    assert out["count"] == 2000 and out["rests"] == 50 and out["again"] and out["few"] == [5, 6], out


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
