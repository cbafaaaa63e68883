"""Sampling until settled: the same replicates for any number of threads, any shards and after any kill."""
import functools
import json
import sys

from harness import FOLDER, csv_rows, qklab, run_through_kills, run_tests, tables, without_store, write

MOST = 48
SWEEP = write("settled.yaml", f"""
name: settled
experiment: entropy_collapse
params: {{dim: 32, length: 32}}
sweep:
  mean: [0, 1]
  variance: {{logspace: [0.01, 100, 6]}}
seeds: {{until: {{metric: entropy_ratio, ci: 0.01, max: {MOST}}}}}
figures:
  - {{name: entropy, plot: line, x: variance, y: entropy_ratio, color: mean, log: x}}
claims:
  - {{id: bound, text: No row is below the bound., test: bound, metric: bound_slack, at_least: 0, tolerance: 1e-9}}
""")


@functools.cache
def reference():
    qklab("run", SWEEP, "--out", "one", "-j", "1")
    return tables("one")


def points(table):
    found = {}
    for row in csv_rows(table):
        found.setdefault((row["mean"], row["variance"]), []).append(float(row["entropy_ratio"]))
    return found


def test_as_many_as_are_needed():
    found = points(reference()["trials.csv"])
    sizes = {len(values) for values in found.values()}
    assert len(found) == 12 and min(sizes) == 4 and len(sizes) > 2 and max(sizes) <= MOST, sizes
    for at, values in found.items():
        n = len(values)
        mean = sum(values) / n
        error = (sum((v - mean) ** 2 for v in values) / (n - 1) / n) ** 0.5
        # 1.96 is below Student's quantile for any n, and 3.19 above it for n >= 4.
        assert n == MOST or 1.96 * error <= 0.01, (at, n, error)
        assert n <= 8 or 3.19 * error * (n / (n - 1)) ** 0.5 > 0.01 / 2, (at, n, error)
    drawn = csv_rows((FOLDER / "one/figures/entropy.csv").read_text())
    assert sorted(int(row["seeds"]) for row in drawn) == sorted(map(len, found.values()))


def test_threads():
    qklab("run", SWEEP, "--out", "two", "-j", "2")
    assert tables("two") == reference()


def test_shards():
    one, two = (qklab("run", SWEEP, "--out", f"part-{n}", "--shard", f"{n}/2") for n in (1, 2))
    assert "have not been run" in one.stdout and "have not been run" in two.stdout
    qklab("merge", "part-2", "part-1", "--out", "merged")
    assert tables("merged") == reference()
    for n in (1, 2):  # one after the other into the same directory
        qklab("run", SWEEP, "--out", "in-turn", "--shard", f"{n}/2")
    assert tables("in-turn") == reference()
    assert "qklab run --shard" in qklab("launch", "slurm", SWEEP, "--shards", "2", "--dry-run", code=2).stderr


def test_killed_again_and_again():
    killed = run_through_kills(SWEEP, "killed", seed=5, lives=12)
    assert tables("killed") == reference()
    return f"passed, {killed} kills"


def test_told_and_seen_by_other_verbs():
    reference()
    line = f"12 points with 4 to {max(map(len, points(reference()['trials.csv']).values()))} replicates"
    status = qklab("status", "one").stdout
    assert line in status and "0 to run" in status, status
    assert line in json.loads((FOLDER / "one/manifest.json").read_text())["replicates"]
    assert line in (FOLDER / "one/report.html").read_text()
    assert line in qklab("run", SWEEP, "--out", "one").stdout
    assert f"4 to {MOST} replicates a point" in qklab("run", SWEEP, "--dry-run").stdout
    qklab("verify", "one")
    qklab("replay", "one", "--trials", "3")
    with without_store("one"):
        qklab("verify", "one")
    assert tables("one") == reference()
    qklab("run", SWEEP, "seeds=5", "--out", "fixed")
    assert {len(values) for values in points(tables("fixed")["trials.csv"]).values()} == {5}


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
