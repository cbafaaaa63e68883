"""Single settings of strategies as arguments: refine.budget=50, seeds.until.max=8, prune=none."""
import sys

from harness import qklab, run_tests, write

REFINED = write("refined.yaml", """
name: refined
experiment: entropy_collapse
params: {dim: 16, length: 16}
sweep:
  variance: {logspace: [0.01, 100, 4]}
  refine: {metric: entropy_ratio, threshold: 0.5, budget: 40}
seeds: {until: {metric: entropy_ratio, ci: 0.01, max: 20}}
presets:
  few: {seeds: 2}
  larger: {sweep: {refine: {metric: entropy_ratio, threshold: 0.25, budget: 80}}}
  off: {sweep: {refine: none}}
""")
PRUNED = write("pruned.yaml", """
name: pruned
experiment: training
params: {dim: 16, length: 8, steps: 60}
sweep: {lr: [0.001, 0.01, 0.1]}
prune: {metric: loss, keep: 0.5, at: [20, 40]}
""")


def planned(config, *arguments):
    return qklab("run", config, "--dry-run", *arguments).stdout


def refused(config, *arguments):
    said = qklab("run", config, "--dry-run", *arguments, code=2).stderr
    assert said.startswith("argument") and said.count("\n") == 1, said
    return said


def test_refine():
    assert "up to 40 that refine adds" in planned(REFINED)
    assert "up to 6 that refine adds" in planned(REFINED, "refine.budget=6")
    assert "up to 7 that refine adds" in planned(REFINED, "refine.budget=7", "refine.threshold=0.3")
    assert "up to 80 that refine adds" in planned(REFINED, "--preset", "larger", "refine.threshold=0.3")
    assert "refine adds" not in planned(REFINED, "refine=none") + planned(REFINED, "--preset", "off")
    assert "at least 1" in refused(REFINED, "refine.budget=0")
    assert "did you mean 'budget'" in refused(REFINED, "refine.bugdet=3")
    assert "has no scalar 'entropie'" in refused(REFINED, "refine.metric=entropie")
    assert "has no refine" in refused(REFINED, "--preset", "off", "refine.budget=3")
    assert "given as a whole as well" in refused(REFINED, "refine=none", "refine.budget=3")
    assert "is given twice" in refused(REFINED, "refine.budget=3", "refine.budget=4")


def test_seeds_until():
    assert "to 20 replicates" in planned(REFINED)
    assert "to 8 replicates" in planned(REFINED, "seeds.until.max=8")
    assert "3 to 9 replicates" in planned(REFINED, "seeds.until.max=9", "seeds.until.min=3")
    assert "from" in refused(REFINED, "seeds.until.max=1")
    assert "has no until" in refused(REFINED, "--preset", "few", "seeds.until.max=8")
    assert "'seed' is set by another argument" in refused(REFINED, "seeds=3", "seeds.until.max=8")


def test_prune():
    assert "steps 20, 40" in planned(PRUNED)
    assert "steps 20, 50" in planned(PRUNED, "prune.at=[20, 50]")
    assert "steps" not in planned(PRUNED, "prune=none")
    assert "between 0 and 1" in refused(PRUNED, "prune.keep=2")
    assert "has no refine" in refused(PRUNED, "refine.budget=3")


def test_what_they_mean_is_kept_with_the_results():
    qklab("run", REFINED, "--out", "kept", "refine.budget=4", "seeds.until.max=5", "seeds.until.min=2")
    assert "0 to run" in qklab("status", "kept").stdout
    qklab("verify", "kept")


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
