"""No rule of axe-core is violated by the report or by the page of `qklab serve`, wide and narrow, light and dark."""
import subprocess
import sys

from browser import SCROLL, Browser, needs_chromium
from harness import FOLDER, QKLAB, ROOT, qklab, run_tests, write

AXE = (ROOT / "third_party" / "axe-core" / "axe.min.js").read_text()
# As the page is used: a claim unfolded, trials filtered and opened, a filter that cannot be read.
SWEEP = """
name: accessible
experiment: localization
params: {dim: 8, length: 6, samples: 50}
sweep: {mean: [0, 0.5], variance: {logspace: [0.01, 100, 5]}}
seeds: 3
figures:
  - {name: support, x: position, y: support, color: variance, facet: mean, log: color, caption: How support falls.}
  - {name: contrast, plot: band, x: variance, y: contrast, color: mean, log: x, thresholds: [0.5]}
  - {name: map, plot: heatmap, x: variance, y: mean, color: [contrast, entropy], log: x}
claims:
  - {id: near, text: Support follows theory., test: agreement, metric: support, tolerance: 0.4, by: [mean]}
  - {id: never, text: Contrast is large., paper: (ours) we say so, test: difference, metric: contrast, reference: 0, at_least: 0.9}
checks:
  - {id: range, text: Contrast is a difference of probabilities., test: bound, metric: contrast, at_least: 0, at_most: 1}
"""
USE = """
  document.querySelectorAll("#claims details").forEach((d) => { d.open = true; });
  document.querySelector("#claims button[aria-label]").click();
  toggleTrial(0);
  toggleTrial(1);
  setFilter("variance >");
"""
CHECK = """
  const out = await axe.run(document, {resultTypes: ["violations"]});
  return out.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
"""


def accessible():
    out = FOLDER / "accessible"
    if not out.exists():
        qklab("run", write("accessible.yaml", SWEEP), "--out", out)
    return out


def in_every_look(url, prepare):
    """The violations of each width and theme, in one tab."""
    found = []
    with Browser(1400, 900) as page:
        page.open(url)
        page.call("Runtime.evaluate", expression=AXE)
        page.run(SCROLL + prepare)
        for width in (1400, 400):
            page.resize(width, 900)
            for dark in (False, True):
                page.theme(dark)
                page.run(SCROLL)
                found += [f"{width} {'dark' if dark else 'light'}: {text}" for text in page.run(CHECK)]
        assert not page.console, page.console
    return found


def test_the_report():
    needs_chromium()
    found = in_every_look((accessible() / "report.html").resolve().as_uri(), USE)
    assert not found, "\n".join(found)


def test_the_page_of_serve():
    needs_chromium()
    server = subprocess.Popen([QKLAB, "serve", str(accessible())], cwd=FOLDER, stdout=subprocess.PIPE, text=True)
    try:
        found = in_every_look(server.stdout.readline().strip(), """
          for (let k = 0; k < 500 && !document.querySelector(".uplot"); ++k) await new Promise((go) => setTimeout(go, 20));
        """)
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()
    assert not found, "\n".join(found)


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
