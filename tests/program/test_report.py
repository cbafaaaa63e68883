"""report.html as a reader sees it, in headless Chromium. Skipped if Chromium is not installed."""
import json
import re
import shutil
import sys

from browser import SCROLL, Browser, needs_chromium
from harness import FOLDER, ROOT, qklab, run_tests, write

HOSTILE = "<script>document.title='taken'</script>"

SWEEP = f"""
name: shown
experiment: localization
params: {{dim: 16, length: 8, samples: 200}}
sweep: {{mean: [0, 0.5], variance: {{logspace: [0.01, 100, 7]}}}}
seeds: 6
figures:
  - {{name: support, x: position, y: support, color: variance, facet: mean, log: color, title: "{HOSTILE}"}}
  - {{name: contrast, plot: band, x: variance, y: contrast, color: mean, log: x}}
  - {{name: map, plot: heatmap, x: variance, y: mean, color: contrast, log: x}}
claims:
  - {{id: near, text: "Support follows theory. {HOSTILE}", test: agreement, metric: support, tolerance: 0.4, by: [mean]}}
checks:
  - {{id: range, text: Contrast is a difference of probabilities., test: bound, metric: contrast, at_least: 0, at_most: 1}}
"""


# A plot whose log axis begins between two powers of ten: the chart library once entered an endless loop here.
MANY = """
name: many
experiment: localization
params: {dim: 2, length: 3, samples: 1}
sweep: {mean: {linspace: [0, 1, 21]}, variance: {logspace: [0.01, 100, 100]}}
seeds: 10
figures:
  - {name: map, plot: heatmap, x: variance, y: mean, color: contrast, log: x}
  - {name: contrast, plot: band, x: variance, y: contrast, color: mean, log: x}
  - {name: support, x: position, y: support, color: variance, facet: mean, log: color, where: "mean < 0.48"}
"""


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
    needs_chromium()
    with Browser() as page:
        page.open_report(report())
        out = page.run("const out = {};" + SCROLL + """
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
          setFilter("variance >= 1 and mean == 0.5");
          out.filtered = state.chosen.length;
          out.told = document.querySelector("#trials [role=status]").textContent;
          setFilter("no_such > 1");
          out.wrong = document.querySelector("#trials .wrong").textContent;
          out.marked = document.querySelector("#trials .wrong mark").textContent;
          out.stays = state.chosen.length;
          setFilter("");
          const head = [...document.querySelectorAll("#trials [role=columnheader]")].find((h) => h.textContent === "contrast");
          head.click();
          const cells = () => [...document.querySelectorAll("#trials .line")].map((r) =>
            Number(r.children[[...head.parentNode.children].indexOf(head)].textContent));
          out.sorted = cells(); out.aria = head.getAttribute("aria-sort");
          head.click();
          out.reversed = cells();
          out.curves = document.querySelectorAll("#figures button.curve").length;
          document.querySelector("#figures button.curve").click();
          out.pressed = document.querySelector("#figures button.curve").getAttribute("aria-pressed");
          out.config = document.getElementById("config").textContent;
          out.verdicts = document.getElementById("claims").textContent;
          out.provenance = document.getElementById("provenance").textContent;
          out.bars = document.querySelectorAll("#parameters .bar").length;
          return out;
        """)
        assert not page.console, page.console
    assert out["ready"] == "true" and out["title"] == "shown", out["title"]
    assert HOSTILE in out["claim"], "the text is shown as it is"
    assert "[object" not in out["verdicts"] and "Checks, which hold" in out["verdicts"], out["verdicts"]
    assert out["panels"] == 4 and all(n > 10 for n in out["painted"]), out["painted"]
    assert out["rows"] > 5
    assert out["filtered"] == 12 and "12 trials of 48" in out["told"], out
    assert "no column 'no_such'" in out["wrong"] and out["marked"] == "no_such" and out["stays"] == 12, out
    assert out["aria"] == "ascending" and out["sorted"] == sorted(out["sorted"]), out["sorted"]
    assert out["reversed"] == sorted(out["reversed"], reverse=True)
    assert out["curves"] >= 6 and out["pressed"] == "false", out
    assert "variance=0.01,0.1,1,10" in out["config"] and "command line" in out["config"]
    assert "OpenBLAS" in out["provenance"] and out["bars"] >= 2


def test_the_keyboard_reaches_everything():
    needs_chromium()
    with Browser() as page:
        page.open_report(report())
        page.run(SCROLL + "scrollTo(0, 0);")
        wanted = page.run("""
          const all = [...document.querySelectorAll("button:not([disabled]), a, input, select, summary, [tabindex='0']")]
            .filter((e) => e.checkVisibility());
          all.forEach((e, i) => { e.dataset.place = i; });
          return all.length;""")
        reached = []
        while page.key("Tab") or len(reached) < 2 * wanted:
            reached.append(page.run("return document.activeElement.dataset.place ?? null;"))
            if reached[-1] is None:
                break
        assert reached[:-1] == [str(i) for i in range(wanted)], reached
        value = page.run("document.querySelector('#figures .panel [tabindex]').focus();") or page.key("ArrowRight") or page.run(
            "return document.querySelector('#figures .panel output').textContent;")
        assert "position" in value and "seed" in value, value
        before = page.run("document.querySelector('#figures button.curve').focus(); return document.activeElement.ariaPressed;")
        page.key("Enter")
        assert before == "true" and page.run("return document.activeElement.ariaPressed;") == "false"
        assert not page.console, page.console
    return f"passed ({wanted} elements)"


def contrast(page, selector):
    """The contrast of a text with the page's background, as WCAG defines it."""
    def luminance(rgb):
        parts = [float(x) / 255 for x in re.findall(r"[0-9.]+", rgb)[:3]]
        parts = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    text, ground = page.run(f"""return [getComputedStyle(document.querySelector("{selector}")).color,
                                        getComputedStyle(document.body).backgroundColor];""")
    bright, faint = sorted((luminance(text), luminance(ground)), reverse=True)
    return (bright + 0.05) / (faint + 0.05)


def test_every_width_and_theme():
    needs_chromium()
    grounds = set()
    with Browser() as page:
        for dark in (False, True):
            for width in (1200, 400):
                page.resize(width, 900)
                page.theme(dark)
                page.open_report(report())
                out = page.run(SCROLL + """return [document.documentElement.scrollWidth - document.documentElement.clientWidth,
                                                   getComputedStyle(document.body).backgroundColor];""")
                assert out[0] <= 0, f"{width} wide, it scrolls sideways"
                for selector in ("body", ".quiet", "a", ".holds", ".claim .verdict", "mark"):
                    assert contrast(page, selector) >= 4.5, (dark, selector, contrast(page, selector))
                assert not page.console, page.console
                grounds.add(out[1])
    assert len(grounds) == 2, grounds


def test_paths_lie_over_their_map():
    needs_chromium()
    shutil.copytree(ROOT / "results" / "reference" / "fig_dynamics", FOLDER / "paths")
    qklab("report", "paths")
    with Browser() as page:
        page.open_report(FOLDER / "paths" / "report.html")
        out = page.run(SCROLL + """
          const blocks = [...document.querySelectorAll("#figures .figure")];
          return data.figures.map((figure, k) => [figure, blocks[k]]).filter(([figure]) => figure.beneath).map(([figure, block]) => {
            const canvas = block.querySelector(".uplot canvas");
            const d = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            let grey = 0, colored = 0;
            for (let i = 0; i < d.length; i += 4) {
              const spread = Math.max(d[i], d[i + 1], d[i + 2]) - Math.min(d[i], d[i + 1], d[i + 2]);
              if (d[i + 3] > 200 && spread === 0 && d[i] >= 148 && d[i] <= 247) ++grey;
              if (d[i + 3] > 200 && spread > 60) ++colored;
            }
            return {grey: 4 * grey / d.length, colored, ramps: block.querySelectorAll(".ramp").length};
          });""")
        assert not page.console, page.console
    assert out, "no figure of fig_dynamics lies over a map"
    assert all(f["grey"] > 0.2 and f["colored"] > 200 and f["ramps"] == 1 for f in out), out


def spoiled(page, change):
    """Opens a report whose data were changed by `change`; returns what is shown, and the console's messages."""
    text = report().read_text()
    begin = text.index('id="data">') + len('id="data">')
    end = text.index("</script>", begin)
    data = json.loads(text[begin:end])
    change(data)
    path = FOLDER / "spoiled.html"
    path.write_text(text[:begin] + json.dumps(data).replace("<", "\\u003c") + text[end:])
    page.console.clear()
    page.open_report(path)
    out = page.run(SCROLL + """return {
      broken: [...document.querySelectorAll(".broken")].map((e) => e.textContent),
      shown: ["claims", "figures", "parameters", "trials", "config", "provenance"]
        .filter((s) => document.querySelector(`#${s} .body`).querySelector("table, .uplot, .bars, .grid")),
      claims: document.querySelectorAll("#claims .claim").length,
      panels: document.querySelectorAll("#figures .uplot").length};""")
    return out, list(page.console)


def test_a_part_that_cannot_be_shown_says_so_and_leaves_the_others():
    everything = ["claims", "figures", "parameters", "trials", "config", "provenance"]

    def claim(data):
        data["claims"].append({**data["claims"][0], "id": "spoiled", "slices": None})

    def figure(data):
        data["figures"][0]["panels"] = 7

    def effects(data):
        data["effects"][0]["effects"] = None

    def config(data):
        data["config"] = {}

    with Browser() as page:
        for change, name, missing in [(claim, "The claim spoiled", []), (figure, "The figure support", []),
                                      (effects, "What matters", ["parameters"]), (config, "The config", ["config"])]:
            out, console = spoiled(page, change)
            assert [text for text in out["broken"] if text.startswith(name)], (change.__name__, out)
            assert console, "what is wrong stands in the console as well"
            assert [s for s in everything if s not in out["shown"]] == missing, (change.__name__, out)
        out, console = spoiled(page, lambda data: None)
    assert not out["broken"] and not console and out["shown"] == everything, (out, console)


BOOLEANS = """
name: booleans
experiment: training
params: {dim: 8, length: 8, batch: 2, layers: 1, steps: 4, evaluate_every: 2, evaluation_batches: 1}
sweep: {skip: [false, true]}
seeds: 2
figures:
  - {name: by_skip, x: skip, y: final_loss}
  - {name: alone, x: skip, y: final_loss, where: "skip == true"}
claims:
  - {id: each, text: Losses are positive., test: bound, metric: final_loss, at_least: 0, by: [skip]}
"""


def test_reserved_seeds_stand_beside_those_that_explored():
    text = """
name: confirmed
experiment: localization
params: {dim: 8, length: 8, samples: 100}
seeds: 8
confirm: {seeds: 9}
claims:
  - {id: some, text: There is contrast., test: difference, metric: contrast, reference: 0, at_least: 0.01}
"""
    qklab("run", write("confirmed.yaml", text), "--out", "confirmed")
    qklab("confirm", "confirmed")
    claim, = json.loads((FOLDER / "confirmed/claims.json").read_text())["claims"]
    fresh = claim["slices"][0]["confirmation"]["estimate"]
    with Browser() as page:
        page.open_report(FOLDER / "confirmed/report.html")
        out = page.run("""
          return {head: document.querySelector(".claim .verdict").textContent,
                  names: [...document.querySelectorAll(".claim th")].map((h) => h.textContent),
                  cells: [...document.querySelectorAll(".claim td")].map((d) => d.textContent)};""")
        assert not page.console, page.console
    row = dict(zip(out["names"], out["cells"], strict=True))
    assert out["head"].endswith("holds, confirmed") and row["standing"] == "confirmed", out
    assert row["on reserved seeds"].endswith("holds, 9 seeds"), row
    assert abs(float(row["on reserved seeds"].split()[0]) - fresh) < 0.01 * abs(fresh), (row, fresh)
    assert "8 seeds" in row["remarks"], row


def test_booleans_are_names_and_a_lone_point_is_seen():
    qklab("run", write("booleans.yaml", BOOLEANS), "--out", "booleans")
    with Browser() as page:
        page.open_report(FOLDER / "booleans" / "report.html")
        out = page.run(SCROLL + """return {
          slices: [...document.querySelectorAll("#claims .claim tbody tr")].map((r) => r.firstChild.textContent),
          colored: [...document.querySelectorAll("#figures .uplot canvas")].map((c) => {
            const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
            let n = 0;
            for (let i = 0; i < d.length; i += 4) {
              if (d[i + 3] > 200 && Math.max(d[i], d[i + 1], d[i + 2]) - Math.min(d[i], d[i + 1], d[i + 2]) > 60) ++n;
            }
            return n;})};""")
        assert not page.console, page.console
    assert out["slices"] == ["false", "true"], out
    assert len(out["colored"]) == 2 and min(out["colored"]) > 15, out


ENDS = """
name: ends
experiment: localization
params: {dim: 4, length: 4, samples: 20}
sweep: {variance: [1.0e-318, 1.0e-150, 1], mean: [0, 1.0e-310]}
figures:
  - {name: line, x: variance, y: entropy, color: mean, log: x}
  - {name: map, plot: heatmap, x: variance, y: mean, color: entropy, log: x}
"""


def test_numbers_near_the_ends_of_double_are_shown():
    qklab("run", write("ends.yaml", ENDS), "--out", "ends", timeout=60)
    for name in ("line", "map"):
        assert (FOLDER / "ends" / "figures" / f"{name}.png").stat().st_size > 2000
    with Browser() as page:
        page.open_report(FOLDER / "ends" / "report.html")
        assert page.run(SCROLL + "return document.querySelectorAll('#figures .uplot').length;") == 2
        assert not page.console, page.console
        assert page.run("return rangeOf([-1e308, 1e308], false).every(Number.isFinite) && rangeOf([5e-324], true)[0] > 0;")


def test_numbers_of_an_axis_look_different():
    with Browser() as page:
        page.open_report(report())
        assert page.run("return numbers([100.002, 100.004, 100.006]);") == ["100.002", "100.004", "100.006"]
        assert page.run("return numbers([0.1, 0.25, null, false]);") == ["0.1", "0.25", "–", "false"]
        assert page.run("return [number(0.123456), number(true)];") == ["0.1235", "true"]


def test_print():
    """Everything is drawn in dark ink within the paper's width, and afterwards the page is as before."""
    needs_chromium()
    with Browser(dark=True) as page:
        page.open_report(report())
        out = page.run("""
          const out = {}, ground = () => getComputedStyle(document.documentElement).getPropertyValue("--ground").trim();
          out.before = ground();
          addEventListener("beforeprint", () => {
            out.panels = document.querySelectorAll("#figures .uplot").length;
            out.widest = Math.max(...[...document.querySelectorAll("canvas")].map((c) => c.getBoundingClientRect().width));
            out.ground = ground();
            out.trials = document.querySelectorAll("#trials .line").length;
          });
          window.printed = out;
          return out;""")
        document = page.pdf()
        assert document.startswith(b"%PDF")
        out = page.run("printed.after = getComputedStyle(document.documentElement).getPropertyValue('--ground').trim();"
                       "return printed;")
        assert not page.console, page.console
    assert out["panels"] == 4 and out["trials"] == 48 and out["ground"] == "#fff", out
    assert 300 < out["widest"] <= 681 and out["before"] == out["after"] != "#fff", out


# The time that this machine takes at this moment to sort a million numbers twice: the unit for the page's times.
UNIT = """
  const unit = () => {
    const numbers = Float64Array.from({length: 1e6}, (_, i) => Math.sin(i)), began = performance.now();
    for (let k = 0; k < 2; ++k) numbers.slice().sort();
    return performance.now() - began;
  };
"""


def opened(path):
    """What the page of 21,000 trials shows, and its times, in units that are measured before and after."""
    with Browser() as page:
        page.open("about:blank")
        before = page.run(UNIT + "return unit();")
        seconds = page.open_report(path)
        out = page.run(UNIT + """
          const out = {before: unit()}, grid = document.querySelector("#trials .grid");
          let began = performance.now();
          setFilter("variance >= 1");
          out.filter = performance.now() - began;
          out.kept = state.chosen.length;
          out.rows = document.querySelectorAll("#trials .line").length;
          began = performance.now();
          for (let k = 0; k < 50; ++k) { grid.scrollTop = k * 20000; grid.dispatchEvent(new Event("scroll")); }
          out.scroll = (performance.now() - began) / 50;
          began = performance.now();
          document.querySelectorAll("#trials [role=columnheader]")[5].click();
          out.sort = performance.now() - began;
          out.after = unit();
        """ + SCROLL + """
          out.panels = document.querySelectorAll("#figures .uplot").length;
          return out;""")
        assert not page.console, page.console
    assert out["kept"] == 10500 and out["rows"] < 100 and out["panels"] == 12, out
    opening, using = (before + out["before"]) / 2, (out["before"] + out["after"]) / 2
    return {"open": 1e3 * seconds / opening, **{name: out[name] / using for name in ("scroll", "filter", "sort")}}


def test_many_trials_open_fast_and_stay_smooth():
    """`qklab bench report` does this with 200,000."""
    qklab("run", write("many.yaml", MANY), "--out", "many", timeout=1200)
    path = FOLDER / "many" / "report.html"
    assert path.stat().st_size < 10e6, path.stat().st_size
    needs_chromium()
    most = {"open": 4, "scroll": 0.3, "filter": 1, "sort": 1}
    best = dict.fromkeys(most, float("inf"))
    for _ in range(5):  # other processes may be busy on this machine
        best = {name: min(best[name], took) for name, took in opened(path).items()}
        if all(best[name] < most[name] for name in most):
            break
    told = ", ".join(f"{name} {took:.2g}" for name, took in best.items())
    assert all(best[name] < most[name] for name in most), told
    return f"passed: {path.stat().st_size / 1e6:.1f} MB; in sorts of a million numbers, twice: {told}"


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
