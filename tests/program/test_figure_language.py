"""What figures say beyond curves: claims' limits, the best over a parameter, maps over layers and heads, math; and their
export to matplotlib. In the report: what is chosen is chosen everywhere."""
import json
import re
import subprocess
import sys

from browser import SCROLL, Browser
from harness import FOLDER, csv_rows, qklab, run_tests, skip, write

CONFIG = """
name: language
experiment: localization
params: {dim: 8, length: 6, samples: 50}
sweep: {mean: [0, 0.5], variance: {logspace: [0.01, 100, 5]}, shape: [gaussian, semicircle]}
seeds: 3
figures:
  - {name: contrast, plot: band, x: variance, y: contrast, color: mean, facet: shape, log: x, free: y, letters: true,
     xlabel: "variance $\\\\sigma^2$"}
  - {name: grid, plot: line, x: position, y: support, color: variance, facet: [shape, mean], log: color}
  - {name: best, plot: line, x: mean, y: contrast, color: shape, best: {over: variance, by: contrast, goal: max}}
  - {name: places, plot: heatmap, x: position, y: variance, color: support, center: 0.5, log: y,
     where: "mean == 0.5 and shape == 'gaussian'"}
  - {name: cloud, plot: scatter, x: variance, y: entropy, color: contrast, log: x}
claims:
  - {id: above, text: Contrast is at least a tenth., test: difference, metric: contrast, reference: 0, at_least: 0.1,
     where: "mean == 0.5"}
  - {id: slope, text: Contrast falls., test: slope, metric: contrast, along: variance, at_most: 0, where: "mean == 0.5"}
"""
HEADS = """
name: heads
experiment: training
params: {task: copy, length: 6, vocabulary: 5, dim: 8, batch: 4, steps: 4, evaluate_every: 2, layers: 2, heads: 2}
sweep: {lr: [0.001, 0.01]}
seeds: 2
figures:
  - {name: heads, plot: heatmap, x: H, y: L, color: entropy.L.H, at: last, facet: lr, xlabel: head, ylabel: layer}
  - {name: heads_of_one, plot: heatmap, x: lr, y: L, color: residual.L, at: last, log: x}
"""

SEVERAL = """
name: several
experiment: training
params: {task: copy, length: 6, vocabulary: 5, dim: 48, heads: 12, batch: 4, steps: 4, evaluate_every: 2}
sweep: {layers: [1, 2]}
seeds: 2
figures:
  - {name: losses, x: step, y: [train_loss, loss], facet: layers}
  - {name: heads, plot: band, x: step, y: entropy.*, where: "layers == 1"}
  - {name: last, x: layers, y: [entropy.L.H, final_entropy], at: last}
"""


def run():
    out = FOLDER / "language"
    if not out.exists():
        qklab("run", write("language.yaml", CONFIG), "--out", out)
    return out


def test_pictures_say_what_claims_demand_and_what_labels_mean():
    drawing = (run() / "figures/contrast.svg").read_text()
    assert "demanded: above ≥ 0.1" in drawing and "slope" not in drawing
    assert "variance σ²" in drawing and "(b) shape = " in drawing and "sigma" not in drawing
    grid = (run() / "figures/grid.svg").read_text()
    assert "shape = semicircle" in grid and "mean = 0.5" in grid
    rows = csv_rows((run() / "figures/best.csv").read_text())
    assert {row["best variance"] for row in rows if row["mean"] == "0.5"} == {"0.01"}, rows
    assert set(csv_rows((run() / "figures/places.csv").read_text())[0]) >= {"variance", "position", "support"}
    assert qklab("verify", run()).returncode == 0


def test_each_layer_and_head_is_a_cell():
    out = FOLDER / "heads"
    qklab("run", write("heads.yaml", HEADS), "--out", out)
    rows = csv_rows((out / "figures/heads.csv").read_text())
    assert {(row["L"], row["H"]) for row in rows} == {("0", "0"), ("0", "1"), ("1", "0"), ("1", "1")}, rows
    assert len(rows) == 8 and all(row["seeds"] == "2" for row in rows), rows
    # Only what the figures read is loaded for them, and kept in a reference.
    qklab("export", out, "--format", "reference", "--out", FOLDER / "heads-reference")
    kept = {row["metric"] for row in csv_rows((FOLDER / "heads-reference/series.csv").read_text())}
    assert {"entropy.1.1", "residual.1"} <= kept and "loss" not in kept and not any(m.startswith("mean.") for m in kept), kept
    assert qklab("verify", FOLDER / "heads-reference").returncode == 0
    wrong = HEADS.replace("x: H, y: L, color: entropy.L.H", "x: H, y: lr, color: entropy.L.H")
    assert "L must be x or y" in qklab("run", write("wrong.yaml", wrong), code=2).stderr


def test_several_metrics_are_curves_of_one_plot():
    out = FOLDER / "several"
    qklab("run", write("several.yaml", SEVERAL), "--out", out)
    series = csv_rows((out / "series.csv").read_text())
    layers = {row["trial"]: row["layers"] for row in csv_rows((out / "trials.csv").read_text())}

    def mean(metric, step, deep):
        values = [float(row["value"]) for row in series
                  if row["metric"] == metric and row["index"] == step and layers[row["trial"]] == deep]
        assert len(values) == 2, (metric, step, values)
        return sum(values) / 2

    losses = csv_rows((out / "figures/losses.csv").read_text())
    assert len(losses) == 2 * 2 * 3
    for row in losses:
        assert abs(float(row["value"]) - mean(row["metric"], row["step"], row["layers"])) < 1e-12, row
    heads = csv_rows((out / "figures/heads.csv").read_text())
    assert [row["metric"] for row in heads[::3]] == [f"entropy.0.{head}" for head in range(12)], "numbers in their order"
    assert all(abs(float(row["value"]) - mean(row["metric"], row["step"], "1")) < 1e-12 for row in heads)
    # A head that only the deeper model has is a curve with one point.
    last = [row["layers"] for row in csv_rows((out / "figures/last.csv").read_text()) if row["metric"] == "entropy.1.0"]
    assert last == ["2"], last
    assert "entropy.0.11" in (out / "figures/heads.svg").read_text()
    qklab("export", out, "--format", "reference", "--out", FOLDER / "several-reference")
    assert qklab("verify", FOLDER / "several-reference").returncode == 0
    with Browser() as page:
        page.open_report(out / "report.html")
        shown = page.run(SCROLL + """
          return {text: document.getElementById("figure-heads").textContent, broken: document.querySelectorAll(".broken").length,
                  panels: document.querySelectorAll("#figures .uplot").length};""")
        assert "entropy.0.11" in shown["text"] and not shown["broken"] and shown["panels"] == 4, shown
        assert not page.console, page.console


def test_several_metrics_that_do_not_go_together_are_told():
    for figure, message in (
            ("x: step, y: [loss, final_loss]", "y: 'loss' and 'final_loss' have no x axis in common"),
            ("x: step, y: entropy.*, color: layers", "color: only where y is one metric"),
            ("x: step, y: [loss, train_loss], baseline: loss_baseline", "baseline: only where y is one metric"),
            ("x: step, y: entrpy.*", "y: 'entrpy.*' is no scalar or series"),
            ("x: stp, y: [loss, train_loss]", "did you mean 'step'")):
        text = SEVERAL[:SEVERAL.index("figures:")] + f"figures: [{{{figure}}}]\n"
        said = qklab("run", write("odd.yaml", text), "--out", "odd", code=2).stderr
        assert message in said and not (FOLDER / "odd").exists(), (figure, said)


def test_matplotlib_draws_each_figure_again():
    printed = qklab("export", run(), "--format", "matplotlib", "--out", FOLDER / "redraw").stdout.split()
    assert len(printed) == 5, printed
    data = json.loads((FOLDER / "redraw/matplotlib/contrast.json").read_text())
    assert data["written"]["xlabel"] == "variance $\\sigma^2$" and "trials" not in data["panels"][0]["curves"][0]
    found = subprocess.run(["/usr/bin/python3", "-c", "import matplotlib; print(matplotlib.__version__)"], capture_output=True)
    if found.returncode:
        skip("matplotlib is not installed")
    for script in printed:
        done = subprocess.run(["/usr/bin/python3", script, script.replace(".py", ".svg")], capture_output=True, text=True)
        assert done.returncode == 0 and "Warning" not in done.stderr, done.stderr
        assert (FOLDER / script.replace(".py", ".svg")).stat().st_size > 5000


def test_what_is_chosen_is_chosen_everywhere():
    with Browser(1400, 900) as page:
        page.open_report(run() / "report.html")
        out = page.run(SCROLL + """
          const wait = () => new Promise((go) => setTimeout(go, 300));
          const u = document.querySelector("#figure-contrast [role=img]").plot;
          document.querySelector("#figure-contrast").scrollIntoView();
          await wait();
          const pixel = (plot, x, y) => [...plot.ctx.getImageData(Math.round(plot.valToPos(x, "x", true)),
                                                               Math.round(plot.valToPos(y, "y", true)), 1, 1).data].join();
          const map = () => document.querySelector("#figure-places [role=img]").plot;
          const cell = [2, 0.01], other = [2, 100], before = [pixel(map(), ...cell), pixel(map(), ...other)];
          setFilter("variance < 1");
          document.querySelector("#figure-places").scrollIntoView();
          await wait();
          const after = [pixel(map(), ...cell), pixel(map(), ...other)], bar = document.getElementById("chosen").textContent;
          clearAll();
          await wait();
          const cleared = [pixel(map(), ...other), document.getElementById("chosen").hidden];
          const rect = (element) => { element.scrollIntoView({block: "center"}); const r = element.plot.over.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; };
          state.columns = ["contrast", "seconds", "trial"];
          choose();
          return {before, after, bar, cleared, heads: [...document.querySelectorAll(".grid .head button")].map((b) => b.textContent),
                  seconds: Math.min(...trials.seconds), cloud: rect(document.querySelector("#figure-cloud [role=img]"))};""")
        assert out["before"][0] == out["after"][0] and out["before"][1] != out["after"][1], out
        assert out["cleared"] == [out["before"][1], True] and "24 trials of 60" in out["bar"], out
        assert out["heads"] == ["contrast", "seconds", "trial"] and out["seconds"] >= 0, out
        x, y, width, height = out["cloud"]
        for kind, at in (("mouseMoved", 2), ("mousePressed", 2), ("mouseMoved", width / 2.5), ("mouseReleased", width / 2.5)):
            page.call("Input.dispatchMouseEvent", type=kind, x=x + at, y=y + (2 if at == 2 else height - 2), modifiers=8, clickCount=1,
                      **({} if kind == "mouseMoved" and at == 2 else {"button": "left"}))
        out = page.run("""await new Promise((go) => setTimeout(go, 400));
          const variances = new Set(state.chosen.map((i) => columnOf.get("variance").at(i)));
          return {name: state.picked?.name, variances: [...variances], zoom: views.get("cloud").zoom[0].x,
                  link: new URLSearchParams(location.hash.slice(location.hash.indexOf("~") + 1)).get("c")};""")
        assert out["name"] == "a box of cloud" and sorted(out["variances"]) == [0.01, 0.1], out
        assert out["zoom"] is None and out["link"] == "contrast,seconds,trial", out
        out = page.run("""clearAll();
          state.scatter = {x: "shape", y: "contrast", color: "mean", logX: false, logY: false};
          document.querySelector(".scatter").scrollIntoView();
          choose();
          await new Promise((go) => setTimeout(go, 400));
          const u = document.querySelector(".scatter [role=img]").plot;
          u.setCursor({left: u.valToPos(1, "x"), top: u.valToPos(0.5, "y")});
          return document.querySelector(".scatter output").textContent;""")
        assert re.match(r"trial [0-9a-f]{16}: shape semicircle, contrast 0\.\d+, mean (0|0\.5)$", out), out
        said = [line for line in page.console if "getImageData" not in line]  # on how this test looks at pixels
        assert said == [], said


run_tests(sys.modules[__name__])
