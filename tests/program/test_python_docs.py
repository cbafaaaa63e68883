"""docs/python.md: its code runs as it stands there, one block after the other."""
import contextlib
import io
import os
import re
import sys

from harness import FOLDER, ROOT, run_tests
from python_package import package

PAGE = (ROOT / "docs/python.md").read_text()


def blocks():
    return re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)


def test_the_study_has_fifteen_lines():
    study = next(block for block in blocks() if "to_latex" in block)
    lines = [line for line in study.splitlines() if line.strip()]
    assert len(lines) <= 15, len(lines)
    for part in ("init.mean", "init.variance", '"lr"', "idxmin", "figures", "to_latex"):
        assert part in study, part


def test_every_block_runs():
    package()
    readme = (ROOT / "README.md").read_text()
    (FOLDER / "walk.yaml").write_text(re.search(r"```yaml\n(# walk.yaml\n.*?)```", readme, re.S)[1])
    os.chdir(FOLDER)
    names, said = {}, io.StringIO()
    assert len(blocks()) == 6
    with contextlib.redirect_stdout(said):
        for block in blocks():
            exec(compile(block, "docs/python.md", "exec"), names)  # noqa: S102: it is our own
    text = said.getvalue()
    assert "\\toprule" in text and text.count("\\boldmath") == 1 and "final_loss" in text
    assert (FOLDER / "results/start/figures/loss.svg").stat().st_size > 0
    between = re.search(r"between (\S+) and (\S+), after 28 trials", text)
    assert between and 1 <= float(between[1]) < float(between[2]) <= 100, text
    assert "unknown parameter 'maen' (did you mean 'mean'?) mean" in text, text
    assert len(names["run"].trials) == 28
    assert "search: the best of 12 points has contrast" in text and len(names["best"].trials) == 24


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
