"""A search for the best point: the same points for any number of threads and after any kill, and readable without
Optuna, which proposes them."""
import json
import re
import subprocess
import sys

from harness import FOLDER, csv_rows, qklab, run_tests, run_through_kills, skip, tables, without_store, write

BUDGET, SEEDS = 18, 2
TEXT = f"""
name: NAME
experiment: entropy_collapse
params: {{dim: 16, length: 16, mean: 1}}
search:
  metric: entropy_ratio
  goal: minimize
  budget: {BUDGET}
  batch: 6
  sampler: NAME
  space:
    mean: {{uniform: [0, 2]}}
    variance: {{loguniform: [0.01, 100]}}
    tokens: [gaussian, normalized]
seeds: {SEEDS}
figures: [{{name: plane, plot: dots, x: entropy, y: participation, color: tokens}}]
claims:
  - {{id: bound, text: No row is below the bound., test: bound, metric: bound_slack, at_least: 0, tolerance: 1e-9}}
"""
SWEEPS = {name: write(f"{name}.yaml", TEXT.replace("NAME", name)) for name in ("random", "tpe", "cmaes")}
# For a program that starts with this, Optuna is not installed.
write("blocked/optuna/__init__.py", "raise ImportError('not here')")
BLOCKED = {"PYTHONPATH": str(FOLDER / "blocked")}


def installed(package):
    return any(subprocess.run([python, "-c", f"import {package}"], stderr=subprocess.DEVNULL).returncode == 0
               for python in ("python3", "/usr/bin/python3"))


def needs_optuna(sampler):
    for package in ("optuna", "cmaes") if sampler == "cmaes" else ("optuna",):
        if not installed(package):
            skip(f"python3-{package} is not installed")


def points_of(directory):
    rows = csv_rows((FOLDER / directory / "trials.csv").read_text())
    assert {row["status"] for row in rows} == {"done"}
    return [(row["mean"], row["variance"], row["tokens"]) for row in rows if row["seed"] == "0"], rows


def check(sampler):
    """Runs the search in several ways, which all end the same."""
    config = SWEEPS[sampler]
    said = qklab("run", config, "--out", f"{sampler}-one", "-j", 1).stdout
    points, rows = points_of(f"{sampler}-one")
    assert len(rows) == BUDGET * SEEDS and len(set(points)) == BUDGET, rows
    assert points[0] == ("1", "1", "normalized"), "the config's own point comes first"
    assert all(0 <= float(mean) <= 2 and 0.01 <= float(variance) <= 100 for mean, variance, _ in points)
    means = {}
    for row in rows:
        means.setdefault((row["mean"], row["variance"], row["tokens"]), []).append(float(row["entropy_ratio"]))
    best = min(means, key=lambda point: sum(means[point]))
    account = re.search(r"search: the best of 18 points has entropy_ratio ([\d.e-]+): mean=(\S+) variance=(\S+) tokens=(\S+)", said)
    assert account and (account[2], account[3], account[4]) == best, (said, best)
    assert abs(float(account[1]) - sum(means[best]) / SEEDS) < 1e-4
    qklab("run", config, "--out", f"{sampler}-two", "-j", 2)
    assert tables(f"{sampler}-two") == tables(f"{sampler}-one")
    kills = run_through_kills(config, f"{sampler}-killed", seed=3, lives=2)
    assert tables(f"{sampler}-killed") == tables(f"{sampler}-one")
    return f"passed, {kills} kills"


def test_random_needs_no_optuna():
    qklab("run", SWEEPS["random"], "--out", "blocked-run", **BLOCKED)
    listed = qklab("run", SWEEPS["random"], "--out", "blocked-run", "--dry-run", "--all").stdout
    assert listed.count("done  ") == BUDGET * SEEDS and "0 to run" in listed, listed
    return check("random")


def test_tpe():
    needs_optuna("tpe")
    return check("tpe")


def test_cmaes():
    needs_optuna("cmaes")
    return check("cmaes")


def test_another_seed_and_a_larger_budget():
    qklab("run", SWEEPS["random"], "--out", "seeds", "search.seed=1")
    points, _ = points_of("seeds")
    qklab("run", SWEEPS["random"], "--out", "seeds", "search.seed=1", "search.budget=20")
    more, _ = points_of("seeds")
    assert more[:BUDGET] == points and len(more) == 20
    qklab("run", SWEEPS["random"], "--out", "seeds")
    other, _ = points_of("seeds")
    assert other[0] == points[0] and not set(other[1:]) & set(points[1:]), "another seed draws other points"


def test_it_is_read_without_optuna():
    needs_optuna("tpe")
    qklab("run", SWEEPS["tpe"], "--out", "read")
    before = tables("read")
    for verb in (("status", "read"), ("verify", "read"), ("report", "read"), ("watch", "read", "--once"),
                 ("export", "read", "--out", "exported"), ("replay", "read", "--trials", "2"), ("ls", "read"),
                 ("merge", "read", "--out", "merged"), ("run", SWEEPS["tpe"], "--out", "read")):
        qklab(*verb, **BLOCKED)
    assert "complete" in qklab("ls", "read", **BLOCKED).stdout
    assert tables("merged") == tables("read") == before
    query = qklab("query", "read", "SELECT count(*) AS n FROM results", **BLOCKED).stdout
    assert str(BUDGET * SEEDS) in query, query
    with without_store("read"):
        qklab("verify", "read", **BLOCKED)
    manifest = json.loads((FOLDER / "read/manifest.json").read_text())
    assert "optuna" in json.loads(manifest["config"]["proposals"])["by"]
    # A larger budget needs it.
    assert "needs python3-optuna" in qklab("run", SWEEPS["tpe"], "--out", "read", "search.budget=30", code=2, **BLOCKED).stderr
    qklab("run", SWEEPS["tpe"], "--out", "read", "search.budget=24")
    assert points_of("read")[0][:BUDGET] == [(row["mean"], row["variance"], row["tokens"])
                                             for row in csv_rows(before["trials.csv"]) if row["seed"] == "0"]


def test_missing_optuna_is_told_before_anything_runs():
    for more in ([], ["--dry-run"]):
        said = qklab("run", SWEEPS["tpe"], "--out", "missing", *more, code=2, **BLOCKED).stderr
        assert "/tpe.yaml:6:" in said and "sampler tpe needs python3-optuna (" in said and "random" in said, said
        assert said.count("\n") == 1 and not (FOLDER / "missing").exists()


def test_bad_searches_are_told():
    good = TEXT.replace("NAME", "random")
    cases = {
        ("metric: entropy_ratio", "metric: entropy_rato"): "has no scalar 'entropy_rato' .did you mean 'entropy_ratio'",
        ("goal: minimize", "goal: minimise"): "did you mean 'minimize'",
        ("budget: 18", "budget: 1"): "how many points to try, 2 to",
        ("uniform: [0, 2]", "uniform: [2, 0]"): "the lower one first",
        ("loguniform: [0.01, 100]", "loguniform: [0, 100]"): "above 0",
        ("loguniform: [0.01, 100]", "uniform: [-1, 100]"): "'variance': expected a number",
        ("[gaussian, normalized]", "[gaussian, normal]"): "'tokens': expected one of",
        ("[gaussian, normalized]", "{uniform: [0, 1]}"): "list its values",
        ("    mean: {", "    maen: {"): "no such parameter .did you mean 'mean'",
        ("    mean: {", "    seed: {"): "taken over the seeds",
        ("sampler: random", "sampler: anneal"): "expected one of cmaes, random, tpe|expected one of random, tpe, cmaes",
        ("  batch: 6", "  bach: 6"): "did you mean 'batch'",
        ("seeds: 2", "seeds: {until: {metric: entropy, ci: 1, max: 4}}"): "does not go with until",
        ("params: {dim: 16, length: 16, mean: 1}", "sweep: {dim: [16, 32]}"): "several values of 'dim'",
    }
    for (old, new), message in cases.items():
        assert old in good, old
        said = qklab("run", write("bad.yaml", good.replace(old, new)), code=2).stderr
        assert re.search(message, said) and "/bad.yaml:" in said, (new, said)
    assert "without shards" in qklab("run", SWEEPS["random"], "--shard", "1/2", code=2).stderr
    assert not (FOLDER / "results").exists()
    # A preset or an argument can switch it off.
    assert "2 trials of entropy_collapse" in qklab("run", SWEEPS["tpe"], "search=none", "--dry-run", **BLOCKED).stdout


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
