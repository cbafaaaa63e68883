"""Each committed reference: figures and verdicts follow from its tables, and trials that are run again agree."""
import json
import re
import sys

from harness import ROOT, qklab, run_tests

REFERENCES = sorted((ROOT / "results" / "reference").iterdir())


def test_figures_and_verdicts_follow():
    assert REFERENCES
    for reference in REFERENCES:
        qklab("verify", reference)


def test_trials_come_out_the_same():
    compared = 0
    for reference in REFERENCES:
        manifest = json.loads((reference / "manifest.json").read_text())
        text = manifest["parameters"].get("text", "")
        if manifest["seconds"] / manifest["trials"] > 5 or not (ROOT / text).exists():
            continue  # too long, or it needs a text that is not shipped
        # A training on another machine may differ by more than any tolerance, since rounding errors grow.
        done = qklab("replay", reference, "--trials", 2, code=None, cwd=ROOT)
        assert "compared " in done.stdout, done.stderr
        if "compared bit by bit" in done.stdout:
            assert done.returncode == 0, done.stdout
            compared += 1
    print(f"{compared} of {len(REFERENCES)} compared bit by bit")


def test_every_figure_has_a_sentence():
    text = (ROOT / "docs" / "findings.md").read_text()
    section = re.search(r"## Every figure in one sentence\n(.*?)\n## ", text, re.S)[1]
    drawn = {str(path.relative_to(ROOT)) for path in (ROOT / "results/reference").glob("*/figures/*.svg")}
    told = re.findall(r"^- \[\w+\]\(\.\./([^)]+)\): \S", section, re.M)
    assert len(told) == len(set(told)) and set(told) == drawn, set(told) ^ drawn


run_tests(sys.modules[__name__])
