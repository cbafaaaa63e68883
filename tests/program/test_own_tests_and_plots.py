"""The sections of docs/extending.md on claim tests and plot kinds: examples/plugins/share.cpp and cloud.cpp, built as
shared libraries, add what they say."""
import json
import sys

from browser import Browser, needs_chromium
from harness import FOLDER, csv_rows, plugins, qklab, run_tests, write

NAMES = ("share", "cloud")
CONFIG = write("own.yaml", """
name: own
experiment: localization
params: {dim: 8, length: 8, samples: 50}
sweep: {mean: [0, 0.5], variance: {logspace: [0.01, 10, 4]}}
seeds: 3
figures:
  - {name: cloud, plot: cloud, x: entropy, y: contrast, color: mean}
claims:
  - {id: most, text: Most trials localize., test: share, metric: contrast, above: 0.5, at_least: 0.05}
""")


def loaded():
    return [word for library in plugins(*NAMES).values() for word in ("--plugin", library)]


def test_both_are_listed_where_they_are_loaded():
    for noun, name, others in (("tests", "share", ("agreement", "bound", "difference", "monotone", "ratio", "slope")),
                               ("plots", "cloud", ("band", "dots", "heatmap", "line", "scatter", "trajectory"))):
        def listed(*words):
            return [line.split()[0] for line in qklab("list", noun, *words).stdout.splitlines()]
        assert listed() == sorted(others), listed()
        assert listed(*loaded()) == sorted((*others, name)), listed(*loaded())


def test_a_run_judges_and_draws_by_them():
    out = qklab("run", CONFIG, "--out", "own", *loaded())
    trials = csv_rows((FOLDER / "own/trials.csv").read_text())
    claim, = json.loads((FOLDER / "own/claims.json").read_text())["claims"]
    above = sum(float(trial["contrast"]) > 0.5 for trial in trials) / len(trials)
    assert 0 < above < 1, "the threshold tells trials apart"
    assert claim["test"] == "share" and abs(claim["slices"][0]["estimate"] - above) < 1e-12, (claim, above)
    assert "most" in out.stdout
    dots = csv_rows((FOLDER / "own/figures/cloud.csv").read_text())
    assert list(dots[0]) == ["mean", "entropy", "contrast"], dots[0]
    shown = [sorted((float(row["entropy"]), float(row["contrast"])) for row in rows) for rows in (dots, trials)]
    assert shown[0] == shown[1], "a dot for each trial"
    for suffix in ("svg", "pdf", "png"):
        assert (FOLDER / "own/figures" / f"cloud.{suffix}").stat().st_size > 2000, suffix
    qklab("verify", "own", *loaded())


def test_the_report_shows_the_dots():
    needs_chromium()
    with Browser() as page:
        page.open_report(FOLDER / "own/report.html")
        out = page.run("""
          document.querySelector("#figures .uplot").scrollIntoView();
          const place = document.querySelector("#figures .panel [tabindex]");
          place.focus();
          place.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight"}));
          await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
          const canvas = document.querySelector("#figures .uplot canvas");
          const d = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          let colored = 0;
          for (let i = 0; i < d.length; i += 4) {
            colored += d[i + 3] > 200 && Math.max(d[i], d[i + 1], d[i + 2]) - Math.min(d[i], d[i + 1], d[i + 2]) > 60;
          }
          return {colored, read: document.querySelector("#figures .panel output").textContent,
                  broken: document.querySelectorAll(".broken").length};""")
        assert not page.console, page.console
    assert out["broken"] == 0 and out["colored"] > 24 * 4, out  # each of 24 dots covers some pixels
    assert "entropy" in out["read"] and "contrast" in out["read"] and "1 seed" in out["read"], out


def test_their_keys_are_checked_and_without_them_they_are_unknown():
    def told(old, new, *words):
        return qklab("run", write("slip.yaml", CONFIG.read_text().replace(old, new)), *words, code=2).stderr
    assert "did you mean 'above'?" in told("above:", "abov:", *loaded())
    assert "did you mean 'entropy'?" in told("x: entropy", "x: entropi", *loaded())
    assert "did you mean 'cloud'?" in told("plot: cloud", "plot: clod", *loaded())
    without = qklab("run", CONFIG, code=2).stderr
    assert "own.yaml:8:" in without and "cloud" in without and "own.yaml:10:" in without, without


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
