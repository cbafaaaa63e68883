"""Texts and numbers of the report: the filter's language, names of any length, digits that tell trials apart."""
import sys

from browser import SCROLL, Browser
from harness import FOLDER, csv_rows, qklab, run_tests, write

LONG = [140 * "x" + "_one.txt", 140 * "x" + "_two.txt", "a%g.txt", "{brace}.txt"]
NAMES = f"""
name: names
experiment: training
params: {{task: text, dim: 8, length: 8, batch: 2, layers: 1, steps: 4, evaluate_every: 2, evaluation_batches: 1, vocabulary: 8}}
sweep: {{text: {LONG}, skip: [false, true], lr: [0.01, 0.01000001]}}
seeds: [1000000, 1000001]
figures:
  - {{name: axis, x: text, y: final_loss, color: skip, where: "lr == 0.01"}}
  - {{name: panels, x: skip, y: final_loss, facet: text, where: "lr == 0.01"}}
  - {{name: map, plot: heatmap, x: text, y: skip, color: final_loss, where: "lr == 0.01"}}
"""


def report():
    out = FOLDER / "names"
    if not out.exists():
        for name in LONG:
            write(name, "to be or not to be that is the question\n" * 20)
        qklab("run", write("names.yaml", NAMES), "--out", out)
    return out / "report.html"


def test_the_filter_speaks_the_language_of_where():
    rows = csv_rows((report().parent / "trials.csv").read_bytes())
    conditions = ["lr > 0.01", "0.01 <= lr < 0.010000005", "skip", "not skip and seed == 1000001", "skip == true or lr > 0.01",
                  "text == 'a%g.txt'", 'text != "a%g.txt" and not (skip or seed % 2 == 1)', "seed - 1000000 == 1",
                  "-lr < -0.01 and 2 ** 2 == 4", "final_loss > 2.5 and status == 'done'", f"trial == '{rows[0]['trial']}'"]
    with Browser(1400, 900) as page:
        page.open_report(report())
        for condition in conditions:
            out = page.run(f"setFilter({condition!r}); return [state.wrong?.message ?? null, state.chosen.map(idOf)];")
            # In Python's own words, which `where` follows.
            known = {"skip": lambda row: row["skip"] == "true", "lr": lambda row: float(row["lr"]), "seed": lambda row: int(row["seed"]),
                     "final_loss": lambda row: float(row["final_loss"])}
            expected = [row["trial"] for row in rows if eval(condition, {"true": True}, {
                **row, **{name: value(row) for name, value in known.items()}})]
            assert out[0] is None and out[1] == expected != [], (condition, out)
        for text, marked, said in [("lr = 1", "=", "write == to compare"), ("lr > ", ">", "ends too early"),
                                   ("txt == 'a'", "txt", "did you mean 'text'"), ("lr > 'a'", "> 'a'", "cannot be compared"),
                                   ("(lr > 1", "(", "is not closed"), ("lr > 1 skip", "skip", "unexpected 'skip'")]:
            out = page.run(f"""
              setFilter("lr > 0.01");
              const before = state.chosen.length;
              setFilter({text!r});
              return {{mark: document.querySelector(".wrong mark").textContent, said: document.querySelector(".wrong").textContent,
                      invalid: document.getElementById("filter").getAttribute("aria-invalid"), same: before === state.chosen.length}};""")
            assert out["mark"].strip() == marked and said in out["said"] and out["invalid"] == "true" and out["same"], (text, out)
        assert not page.console, page.console


def test_names_of_any_length_are_readable():
    with Browser(1400, 900) as page:
        page.open_report(report())
        out = page.run(SCROLL + """
          const at = (name) => document.querySelector(`#figure-${name} .panel [role=img]`).plot;
          const axis = (u) => u.axes[0]._values.map(String);
          return {sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
                  line: axis(at("axis")), map: axis(at("map")), widest: Math.max(...axis(at("axis")).map(textWidth)), longest: longestName,
                  titles: [...document.querySelectorAll("#figure-panels .title")].map((t) => t.scrollWidth - t.clientWidth),
                  lines: at("axis").series.length};""")
        assert not page.console, page.console
    assert out["sideways"] <= 0 and max(out["titles"]) <= 0, out
    assert len(set(out["line"])) == len(set(out["map"])) == 4 and out["widest"] <= out["longest"], out
    assert "a%g.txt" in out["line"] and "{brace}.txt" in out["line"], out
    assert any(name.endswith("_one.txt") for name in out["line"]), "the end tells them apart"
    assert out["lines"] == 1, "no line joins names"


def test_digits_that_tell_trials_apart_are_all_shown():
    with Browser(1400, 900) as page:
        page.open_report(report())
        out = page.run("""
          const names = [...document.querySelectorAll("#trials [role=columnheader]")].map((h) => h.textContent);
          const of = (name) => [...new Set([...document.querySelectorAll("#trials .line")].map((l) => l.children[names.indexOf(name)].textContent))];
          return {seed: of("seed"), lr: of("lr")};""")
        assert not page.console, page.console
    assert out["seed"] == ["1000000", "1000001"] and out["lr"] == ["0.01", "0.01000001"], out


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
