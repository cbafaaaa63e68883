"""A strategy from a plugin, examples/plugins/random_search.cpp: it adds points, the same after any interruption."""
import functools
import json
import pathlib
import sys

from harness import FOLDER, csv_rows, plugins, qklab, run_tests, tables, write

SWEEP = """
name: searched
experiment: localization
params: {{dim: 16, length: 8, samples: 200}}
sweep: {{mean: [0, 1], variance: [0.1, 10], random_search: {{metric: entropy, {0}}}}}
seeds: 2
figures:
  - {{name: plane, plot: heatmap, x: variance, y: mean, color: entropy}}
"""


def plugin():
    return plugins("random_search")["random_search"]


def run(config, out, *arguments, **options):
    return qklab("run", config, "--out", out, "--plugin", plugin(), *arguments, **options)


def points(out):
    return {(float(row["mean"]), float(row["variance"])) for row in csv_rows(tables(out)["trials.csv"])}


def test_it_spends_its_budget_within_the_box():
    config = write("all.yaml", SWEEP.format("budget: 11"))
    run(config, "all", "-j", "2")
    found = points("all")
    assert len(found) == 4 + 5, found  # five points of two seeds each: a sixth would exceed the budget
    assert all(0 <= mean <= 1 and 0.1 <= variance <= 10 for mean, variance in found), found
    assert (FOLDER / "all/figures/plane.svg").exists()
    qklab("verify", "all", "--plugin", plugin())


def test_it_stops_at_what_is_good_enough():
    config = write("some.yaml", SWEEP.format("below: 100, budget: 1000"))
    run(config, "some")
    assert len(points("some")) == 4


def test_one_job_or_two_and_goings_on_add_the_same():
    config = write("again.yaml", SWEEP.format("budget: 20"))
    run(config, "two", "-j", "2")
    run(write("few.yaml", SWEEP.format("budget: 6")), "one", "-j", "1")
    run(config, "one", "-j", "1")
    assert tables("one") == tables("two")


def test_it_is_checked_like_any_other():
    for keys, told in (("budget: 0", "at least 1"), ("budget: 5, below: low", "below"), ("budgets: 5", "budget")):
        done = run(write("bad.yaml", SWEEP.format(keys)), "bad", code=2)
        assert "bad.yaml:5:" in done.stderr and told in done.stderr, done.stderr
    assert "without shards" in run(write("ok.yaml", SWEEP.format("budget: 5")), "shard", "--shard", "1/2", code=2).stderr
    assert "random_search" in qklab("list", "strategies", "--plugin", plugin()).stdout
    assert "random_search" not in qklab("list", "strategies").stdout


def test_another_build_of_it_is_not_mixed_in_unseen():
    config = write("built.yaml", SWEEP.format("budget: 4"))
    run(config, "built")
    other = FOLDER / "other" / "random_search.so"  # equal but for a byte behind its end: another build
    other.parent.mkdir()
    other.write_bytes(plugin().read_bytes() + b"\0")
    rebuilt = functools.partial(qklab, "run", config, "--out", "built", "--plugin", other)
    assert "another build of the plugin" in rebuilt(code=2).stderr
    rebuilt("--mix-builds")
    assert [pathlib.Path(each["path"]).name for each in json.loads((FOLDER / "built/manifest.json").read_text())["plugins"]] \
        == ["random_search.so"] * 2


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
