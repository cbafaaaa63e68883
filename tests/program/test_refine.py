"""A refined sweep: within its budget, the same points for any number of threads and after any kill."""
import functools
import sys

from harness import FOLDER, csv_rows, qklab, run_through_kills, run_tests, tables, without_store, write

GRID, BUDGET, SEEDS = 5 * 4, 200, 2
SWEEP = write("refined.yaml", f"""
name: refined
experiment: entropy_collapse
params: {{dim: 32, length: 32}}
sweep:
  mean: {{linspace: [0, 2, 5]}}
  variance: {{logspace: [0.01, 100, 4]}}
  refine: {{metric: entropy_ratio, threshold: 0.5, budget: {BUDGET}}}
seeds: {SEEDS}
figures:
  - {{name: entropy, plot: line, x: variance, y: entropy_ratio, color: mean, log: x}}
claims:
  - {{id: bound, text: No row is below the bound., test: bound, metric: bound_slack, at_least: 0, tolerance: 1e-9}}
""")


@functools.cache
def reference():
    qklab("run", SWEEP, "--out", "one", "-j", "1")
    return tables("one")


def test_budget_is_spent_near_the_threshold():
    rows = csv_rows(reference()["trials.csv"])
    added = rows[GRID * SEEDS:]
    assert BUDGET - 5 * SEEDS <= len(added) <= BUDGET, len(added)
    far = lambda some: sum(abs(float(r["entropy_ratio"]) - 0.5) for r in some) / len(some)
    assert far(added) < 0.5 * far(rows[:GRID * SEEDS]), (far(added), far(rows[:GRID * SEEDS]))


def test_threads():
    qklab("run", SWEEP, "--out", "two", "-j", "2")
    assert tables("two") == reference()


def test_killed_again_and_again():
    killed = run_through_kills(SWEEP, "killed", seed=3, lives=12)
    assert tables("killed") == reference()
    return f"passed, {killed} kills"


def test_other_verbs_see_the_same_sweep():
    reference()
    assert "0 to run" in qklab("status", "one").stdout
    qklab("verify", "one")
    qklab("export", "one", "--out", "exported")
    assert tables("exported") == reference()
    with without_store("one"):
        qklab("verify", "one")
    again = qklab("run", SWEEP, "--out", "one").stderr
    assert tables("one") == reference(), again


def test_refused_with_shards():
    message = qklab("run", SWEEP, "--out", "shards", "--shard", "1/2", code=2).stderr
    assert "refine" in message and "merge" in message, message
    assert not (FOLDER / "shards").exists()
    assert f"up to {BUDGET}" in qklab("run", SWEEP, "--dry-run").stdout


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
