"""A program that runs a sweep with the library, examples/run_a_sweep.cpp, and qklab's verbs on its results."""
import os
import pathlib
import subprocess
import sys

from harness import FOLDER, csv_rows, qklab, run_tests, tables, write

EXAMPLE = pathlib.Path(os.environ["QKLAB_EXAMPLES"]) / "run_a_sweep"
SWEEP = write("walk.yaml", """
name: walk
experiment: localization
params: {dim: 16, length: 8, samples: 400}
sweep: {mean: [0, 1, 2], variance: [0.1, 1]}
presets: {smoke: {seeds: 2}}
seeds: 9
claims:
  - {id: positive, text: "entropy is not negative", test: bound, metric: entropy, at_least: 0, tolerance: 0}
""")


def example(*arguments):
    return subprocess.run([EXAMPLE, *map(str, arguments)], cwd=FOLDER, capture_output=True, text=True)


def test_it_runs_an_overridden_sweep_and_reads_its_results():
    done = example(SWEEP, "by-hand")
    assert done.returncode == 0, done.stderr
    assert "8 of 8 trials" in done.stderr, done.stderr
    verdict, *curve = done.stdout.splitlines()
    assert verdict.startswith("positive: holds"), done.stdout
    first = csv_rows(tables("by-hand")["trials.csv"])[0]["trial"]
    rows = [row for row in csv_rows(tables("by-hand")["series.csv"])
            if row["trial"] == first and row["metric"] == "support"]
    assert [float(line.split(",")[1]) for line in curve] == [float(row["value"]) for row in rows] and len(rows) == 8


def test_its_run_directory_is_the_programs():
    qklab("verify", "by-hand")
    qklab("run", SWEEP, "mean=0,0.5", "--preset", "smoke", "--out", "by-program")
    assert tables("by-hand") == tables("by-program")


def test_errors_have_their_places():
    bad = write("bad.yaml", SWEEP.read_text().replace("samples: 400", "sampels: 400"))
    done = example(bad, "nowhere")
    assert done.returncode == 1 and "bad.yaml:4:" in done.stderr and "samples" in done.stderr, done.stderr
    assert not (FOLDER / "nowhere").exists()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
