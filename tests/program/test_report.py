"""report.html as a reader sees it, in headless Chromium. Skipped where Chromium is not installed."""
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time

from harness import FOLDER, qklab, run_tests, write

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr"]
HOSTILE = "<script>document.title='taken'</script>"

SWEEP = f"""
name: shown
experiment: localization
params: {{dim: 16, length: 8, samples: 200}}
sweep: {{mean: [0, 0.5], variance: {{logspace: [0.01, 100, 7]}}}}
seeds: 3
figures:
  - {{name: support, x: position, y: support, color: variance, facet: mean, log: color, title: "{HOSTILE}"}}
  - {{name: contrast, plot: band, x: variance, y: contrast, color: mean, log: x}}
  - {{name: map, plot: heatmap, x: variance, y: mean, color: contrast, log: x}}
claims:
  - {{id: near, text: "Support follows theory. {HOSTILE}", test: agreement, metric: support, tolerance: 0.4, by: [mean]}}
"""


def opened(path, script, window=(1200, 900), budget=8000):
    """What `script`, run in the opened page after it has drawn itself, leaves in `out`; and the console's lines."""
    probe = path.with_name("probe.html")
    probe.write_text(path.read_text() + "<script>setTimeout(() => { const out = {}; try {" + script +
                     "} catch (error) { out.error = String(error); }"
                     "const pre = document.createElement('pre'); pre.id = 'probe'; pre.textContent = 'PROBE' +"
                     "btoa(unescape(encodeURIComponent(JSON.stringify(out)))) + 'END'; document.body.append(pre); }, 300)</script>")
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run([CHROMIUM, *FLAGS, f"--user-data-dir={profile}", f"--window-size={window[0]},{window[1]}",
                               f"--virtual-time-budget={budget}", "--dump-dom", probe.as_uri()],
                              capture_output=True, text=True, timeout=120)
    import base64
    found = re.search("PROBE([A-Za-z0-9+/=]+)END", done.stdout)
    assert found, f"the page did not come up: {done.stderr[-2000:]}"
    out = json.loads(base64.b64decode(found[1]))
    assert "error" not in out, out
    return out, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def report():
    out = FOLDER / "shown"
    if not out.exists():
        qklab("run", write("shown.yaml", SWEEP), "variance=0.01,0.1,1,10", "--out", out)
    return out / "report.html"


def test_the_report_is_written_by_run_and_by_report():
    path = report()
    before = path.read_bytes()
    path.unlink()
    assert "report.html" in qklab("report", path.parent).stdout
    assert path.read_bytes() == before, "another report of equal results"
    assert HOSTILE not in path.read_text()


def test_verdicts_figures_filter_and_keys():
    if not CHROMIUM:
        return "skipped: chromium is not installed"
    out, console = opened(report(), """
      out.ready = document.documentElement.dataset.ready;
      out.title = document.title;
      out.claim = document.querySelector("#claims .claim").textContent;
      out.panels = document.querySelectorAll("#figures .uplot").length;
      out.painted = [...document.querySelectorAll("#figures canvas")].filter((c) => c.closest(".uplot")).map((c) => {
        const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        const colors = new Set();
        for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200) colors.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
        return colors.size; });
      out.rows = document.querySelectorAll("#trials .line").length;
      const input = document.getElementById("filter");
      const type = (text) => { input.value = text; input.dispatchEvent(new Event("input")); };
      setFilter("variance >= 1 mean = 0.5");
      out.filtered = state.chosen.length;
      out.told = document.querySelector("#trials [role=status]").textContent;
      setFilter("no_such > 1");
      out.wrong = document.querySelector("#trials [role=status]").textContent;
      setFilter("");
      const head = [...document.querySelectorAll("#trials [role=columnheader]")].find((h) => h.textContent === "contrast");
      head.click();
      const cells = () => [...document.querySelectorAll("#trials .line")].map((r) =>
        Number(r.children[[...head.parentNode.children].indexOf(head)].textContent));
      out.sorted = cells(); out.aria = head.getAttribute("aria-sort");
      head.click();
      out.reversed = cells();
      const plot = document.querySelector("#figures .panel [tabindex]");
      plot.focus();
      out.focused = document.activeElement === plot;
      plot.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
      out.curves = document.querySelectorAll("#figures button.curve").length;
      document.querySelector("#figures button.curve").click();
      out.pressed = document.querySelector("#figures button.curve").getAttribute("aria-pressed");
      out.unreachable = [...document.querySelectorAll("button, a, input, select, summary")].filter((e) => e.tabIndex < 0).length;
      out.config = document.getElementById("config").textContent;
      out.provenance = document.getElementById("provenance").textContent;
      out.bars = document.querySelectorAll("#parameters .bar").length;
      out.sideways = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    """)
    assert not console, console
    assert out["ready"] == "true" and out["title"] == "shown", out["title"]
    assert HOSTILE in out["claim"], "the text is shown as it is"
    assert out["panels"] == 4 and all(n > 20 for n in out["painted"]), out["painted"]
    assert out["rows"] > 5
    assert out["filtered"] == 6 and "6 trials of 24" in out["told"], out
    assert "no column 'no_such'" in out["wrong"]
    assert out["aria"] == "ascending" and out["sorted"] == sorted(out["sorted"]), out["sorted"]
    assert out["reversed"] == sorted(out["reversed"], reverse=True)
    assert out["focused"] and out["curves"] >= 6 and out["pressed"] == "false" and out["unreachable"] == 0, out
    assert "variance=0.01,0.1,1,10" in out["config"] and "command line" in out["config"]
    assert "OpenBLAS" in out["provenance"] and out["bars"] >= 2
    assert out["sideways"] <= 0


def test_a_narrow_window_does_not_scroll_sideways():
    if not CHROMIUM:
        return "skipped: chromium is not installed"
    out, console = opened(report(), "out.sideways = document.documentElement.scrollWidth - innerWidth;", window=(500, 900))
    assert not console and out["sideways"] <= 0, (out, console)


def test_100000_trials_open_fast_and_stay_smooth():
    config = write("many.yaml", "name: many\nexperiment: localization\nparams: {dim: 2, length: 2, samples: 1}\n"
                   "sweep: {mean: {linspace: [0, 1, 100]}, variance: {logspace: [0.01, 100, 100]}}\nseeds: 10\n")
    qklab("run", config, "--out", "many", timeout=280)
    path = FOLDER / "many" / "report.html"
    assert path.stat().st_size < 30e6, path.stat().st_size
    if not CHROMIUM:
        return "opening it skipped: chromium is not installed"
    began = time.monotonic()
    out, console = opened(path, """
      const input = document.getElementById("filter");
      let began = performance.now();
      setFilter("variance >= 1");
      out.filter = performance.now() - began;
      out.kept = state.chosen.length;
      out.rows = document.querySelectorAll("#trials .line").length;
      const grid = document.querySelector("#trials .grid");
      began = performance.now();
      for (let k = 0; k < 50; ++k) { grid.scrollTop = k * 20000; grid.dispatchEvent(new Event("scroll")); }
      out.scroll = (performance.now() - began) / 50;
      out.loaded = performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart;
    """)
    assert not console, console
    assert out["kept"] == 50000 and out["rows"] < 100, out
    return (f"passed: {path.stat().st_size / 1e6:.1f} MB, loaded in {out['loaded'] / 1e3:.2f} s, filtered in "
            f"{out['filter']:.0f} ms, {out['scroll']:.1f} ms a scroll, {time.monotonic() - began:.1f} s with Chromium's start")


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
