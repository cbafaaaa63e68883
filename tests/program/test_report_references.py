"""The report of every reference in headless Chromium: filters, sorts, legends, clicks on points, prints, light and dark, wide
and narrow."""
import os
import sys

from browser import SCROLL, Browser
from clicks import MOST, click_through
from harness import FOLDER, ROOT, qklab, run_tests

PRINTED = 1 if os.environ.get("LAB_CI") else 4  # every so many references are printed, which takes a second for each
SECTIONS = ["claims", "figures", "parameters", "trials", "config", "provenance"]
LOOK = """
  const out = {}, pause = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go, 0)));
  out.empty = %s.filter((s) => !document.querySelector(`#${s} .body`).childElementCount);
  out.broken = [...document.querySelectorAll(".broken")].map((e) => e.textContent);
  out.undrawn = data.figures.filter((f) => f.error).map((f) => f.error);
  out.panels = document.querySelectorAll("#figures .uplot").length;
  out.waiting = waiting.size;
  out.sideways = document.documentElement.scrollWidth - document.documentElement.clientWidth;
""" % SECTIONS
USE = """
  // Columns sort, both ways.
  for (const head of [...document.querySelectorAll("#trials [role=columnheader]")].slice(0, 8)) { head.click(); head.click(); }
  const parameter = columns.find((c) => c.parameter && c.varies && c.kind === "number");
  setFilter(`${parameter.name} == ${parameter.at(0)}`);
  out.kept = state.chosen.length;
  out.expected = Array.from({length: trials.count}, (_, i) => i).filter((i) => parameter.at(i) === parameter.at(0)).length;
  clearAll();
  for (const figure of document.querySelectorAll("#figures .figure")) {
    for (const kind of ["curve", "toggle"]) {
      const button = figure.querySelector(`button.${kind}:not([disabled])`);
      button?.click();
      button?.click();
    }
  }
  toggleTrial(0);
  toggleTrial(trials.count - 1);
  await pause();
  out.opened = document.querySelectorAll("#opened [id^=trial-]").length;
  document.querySelector("#opened button").click();
  await pause();
  out.closed = document.getElementById("opened").childElementCount;
"""


def page_of(reference):
    path = FOLDER / "references" / f"{reference.name}.html"
    if not path.exists():
        qklab("report", reference, "--out", path)
    return path


def look(page, name, use=""):
    out = page.run(SCROLL + LOOK + use + "return out;")
    assert not page.console, (name, page.console)
    assert not out["empty"] and not out["broken"] and not out["undrawn"], (name, out)
    assert out["panels"] > 0 and out["waiting"] == 0 and out["sideways"] <= 0, (name, out)
    if use:
        assert out["kept"] == out["expected"] > 0 and out["opened"] == 2 and out["closed"] == 0, (name, out)


def test_every_reference_is_shown_and_used_without_an_error():
    references = sorted((ROOT / "results" / "reference").iterdir())
    clicks = 0
    with Browser(1400, 900) as page:
        for k, reference in enumerate(references):
            # Light and dark, wide and narrow; which of them is used, and which only looked at, changes in turn.
            looks = [(k % 2 == 1, 1400), (k % 2 == 0, 400)]
            for number, (dark, width) in enumerate(looks if k % 4 < 2 else reversed(looks)):
                page.resize(width, 900)
                page.theme(dark)
                if number == 0:
                    page.open_report(page_of(reference))
                look(page, reference.name, USE if number == 0 else "")
            page.resize(1400, 900)
            page.run(SCROLL)
            clicks += click_through(page, reference.name)
            if k % PRINTED == 0:
                assert page.pdf().startswith(b"%PDF")
            assert not page.console, (reference.name, page.console)
    assert clicks > 36 * MOST, clicks
    return f"passed ({len(references)} references, {clicks} clicks)"


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
