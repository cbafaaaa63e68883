"""Confirmation: reserved seeds are drawn once, and verdicts say whether they came back."""
import json
import shutil
import signal
import subprocess
import sys

from harness import FOLDER, QKLAB, csv_rows, plugins, qklab, run_tests, tables, wait_for_changes, without_store, write

RESERVED = 2 ** 40
SWEEP = """
name: walk
experiment: localization
params: {dim: 8, length: 8, samples: 200}
sweep: {mean: [0, 0.5], variance: [0.01, 1, 5]}
"""
CONFIRM = "confirm: {seeds: 8}\n"
CLAIMS = """claims:
  - {id: small, text: Contrast is large., test: difference, metric: contrast, reference: 0, at_least: 0.05,
     where: variance == 0.01 and mean == 0.5}
"""
CONFIG = write("walk.yaml", SWEEP + "seeds: 8\n" + CONFIRM + CLAIMS)
# What holds for the seeds that explore, and for no other: the claim of somebody who has looked too often.
LUCK = """
#include "core/trial/experiment.hpp"
namespace qklab {
namespace {
Experiment make() {
  Experiment experiment;
  experiment.name = "luck";
  experiment.doc = "A gain that reserved seeds do not have.";
  experiment.parameters = {boolean("lucky", false, "whether the gain is luck")};
  experiment.scalars = {{"gain", "", "what is claimed", ""}};
  experiment.run = [](const Trial& trial, Result& result) {
    const bool fresh = trial.params.integer("seed") > (std::int64_t{1} << 40);
    const double luck = trial.params.flag("lucky") && fresh ? -1 : 0;
    result.scalar("gain", 1 + luck + 0.1 * trial.stream("noise").normal());
  };
  return experiment;
}
}  // namespace
}  // namespace qklab
QKLAB_EXPERIMENT(qklab::make)
"""
LUCKY = """
name: luck
experiment: luck
sweep: {lucky: [false, true]}
seeds: 8
confirm: {seeds: 8}
claims:
  - {id: gain, text: There is a gain., test: difference, metric: gain, reference: 0, at_least: 0.5, by: [lucky]}
"""


def claim_of(directory, number=0):
    return json.loads((FOLDER / directory / "claims.json").read_text())["claims"][number]


def manifest_of(directory):
    return json.loads((FOLDER / directory / "manifest.json").read_text())


def explored(name, config=CONFIG, *arguments):
    """A finished exploring run of the config, made once and copied."""
    source = FOLDER / f"{config.stem}-explored"
    if not source.exists():
        qklab("run", config, "--out", source, *arguments)
    shutil.copytree(source, FOLDER / name)
    return name


def seeds_of(directory):
    return {int(row["seed"]) for row in csv_rows((FOLDER / directory / "trials.csv").read_text())}


def test_a_claim_that_comes_back_is_confirmed():
    run = qklab("run", CONFIG, "--out", "done")
    assert "holds, exploratory" in run.stdout, run.stdout
    assert claim_of("done")["confirmation"] == {"standing": "exploratory", "rounds": 0}
    plan = qklab("confirm", "done", "--dry-run").stdout
    assert "8 trials with 8 reserved seeds, 0 finished and 8 to run" in plan and "nothing was written" in plan, plan
    assert not (FOLDER / "done/confirm").exists()
    confirmed = qklab("confirm", "done", "-j", 2)
    assert "holds, confirmed" in confirmed.stdout and "confirmed by 8 reserved seeds" in confirmed.stdout, confirmed.stdout
    # Only what the claim reads, with reserved seeds alone; those of the exploring run are as they were.
    assert seeds_of("done/confirm") == {RESERVED + k for k in range(1, 9)}
    assert len(csv_rows((FOLDER / "done/confirm/trials.csv").read_text())) == 8
    assert seeds_of("done") == set(range(8))
    claim = claim_of("done")
    fresh, = claim_of("done/confirm")["slices"]
    beside = claim["slices"][0]["confirmation"]
    assert claim["confirmation"] == {"standing": "confirmed", "rounds": 1, "verdict": "holds"}, claim
    assert beside["standing"] == "confirmed" and beside["estimate"] == fresh["estimate"], (beside, fresh)
    assert beside["seeds"] == 8 and beside["interval"] == fresh["interval"] and beside["p"] == fresh["p"]
    assert claim["slices"][0]["estimate"] != fresh["estimate"], "other seeds give other numbers"
    assert '"standing":"confirmed"' in (FOLDER / "done/report.html").read_text()
    assert "reserved seeds were judged" in qklab("status", "done").stdout
    assert "holds, confirmed" in qklab("verify", "done").stdout
    qklab("verify", "done/confirm")
    qklab("replay", "done/confirm", "--trials", 2)
    # A second call finds all done, and so does a further run of the config.
    before = tables("done/confirm")
    again = qklab("confirm", "done")
    assert "holds, confirmed" in again.stdout and tables("done/confirm") == before
    assert "holds, confirmed" in qklab("run", CONFIG, "--out", "done").stdout
    assert claim_of("done")["confirmation"]["rounds"] == 1


def test_the_standing_follows_from_the_results():
    explored("edited")
    qklab("confirm", "edited")
    path = FOLDER / "edited/claims.json"
    path.write_text(path.read_text().replace('"standing": "confirmed"', '"standing": "exploratory"'))
    assert "claims.json" in qklab("verify", "edited", code=1).stderr
    qklab("confirm", "edited")  # writes it again
    qklab("verify", "edited")
    path = FOLDER / "edited/confirm/trials.csv"
    path.write_text(path.read_text().replace(",done,", ",failed,", 1))
    assert "confirm/trials.csv" in qklab("verify", "edited", code=1).stderr


def test_a_reference_keeps_what_it_was_confirmed_by():
    explored("kept")
    qklab("confirm", "kept")
    qklab("export", "kept", "--format", "reference", "--out", "reference")
    assert not list((FOLDER / "reference").rglob("run.db"))
    assert claim_of("reference")["confirmation"]["standing"] == "confirmed"
    assert "holds, confirmed" in qklab("verify", "reference").stdout
    table = FOLDER / "reference/confirm/trials.csv"
    rows = table.read_text().splitlines(keepends=True)
    table.write_text("".join(rows[:-2]))  # without two of the seeds
    assert "claims.json" in qklab("verify", "reference", code=1).stderr


def lucky(*arguments, **options):
    source = FOLDER / "sources"
    if not source.exists():
        source.mkdir()
        (source / "luck.cpp").write_text(LUCK)
    return qklab(*arguments, "--plugin", plugins("luck", folder=source)["luck"], **options)


def test_a_claim_that_holds_by_luck_is_not_confirmed():
    config = write("luck.yaml", LUCKY)
    run = lucky("run", config, "--out", "luck")
    assert "holds (2 of 2), exploratory" in run.stdout, run.stdout
    confirmed = lucky("confirm", "luck").stdout
    assert "holds (2 of 2), not confirmed" in confirmed, confirmed
    standings = {s["at"]["lucky"]: s["confirmation"]["standing"] for s in claim_of("luck")["slices"]}
    assert standings == {False: "confirmed", True: "not confirmed"}, standings
    assert claim_of("luck")["confirmation"] == {"standing": "not confirmed", "rounds": 1, "verdict": "holds in part"}
    assert claim_of("luck")["verdict"] == "holds", "the exploring verdict stays what it was"


def test_a_demand_to_be_confirmed_looks_at_reserved_seeds_once_they_have_run():
    config = write("demand.yaml", LUCKY.replace("by: [lucky]", "where: lucky == true, demand: confirmed"))
    lucky("run", config, "--out", "demand")
    short = lucky("confirm", "demand", code=1).stderr
    assert "falls short: gain is demanded to be confirmed, and its verdict is: holds, not confirmed" in short, short
    lucky("run", config, "--out", "demand", code=1)


def test_a_claim_that_is_changed_afterwards_is_exploratory():
    directory = explored("changed")
    qklab("confirm", directory)
    changed = write("changed.yaml", CONFIG.read_text().replace("at_least: 0.05", "at_least: 0.04"))
    run = qklab("run", changed, "--out", directory)
    assert "holds, exploratory" in run.stdout and "changed after reserved seeds had run" in run.stdout, run.stdout
    assert "first seen in this form when results" in run.stdout
    claim = claim_of(directory)
    assert claim["history"]["after_results"] and claim["confirmation"]["standing"] == "exploratory", claim
    forms = {form["hash"]: form for form in manifest_of(directory)["history"]["claims"]}
    assert len(forms) == 2 and forms[claim["history"]["hash"]]["since"].endswith("Z"), forms
    assert sorted(form["after_results"] for form in forms.values()) == [False, True]
    # Reserved seeds are drawn once.
    refused = qklab("confirm", directory, code=2).stderr
    assert "claim 'small' was changed after its reserved seeds had been judged" in refused and "--fresh" in refused
    qklab("confirm", directory, "--fresh")
    claim = claim_of(directory)
    assert claim["confirmation"] == {"standing": "confirmed", "rounds": 2, "verdict": "holds"}, claim
    assert not seeds_of(f"{directory}/confirm") & seeds_of(f"{directory}/confirm.before-1"), "seeds were drawn again"
    assert "reserved seeds were drawn 2 times" in qklab("verify", directory).stdout
    # As it was at first, it is known from before there were results, but these seeds have judged another form.
    qklab("run", CONFIG, "--out", directory)
    assert not claim_of(directory)["history"]["after_results"]
    assert claim_of(directory)["confirmation"]["standing"] == "exploratory"


def test_results_of_reserved_seeds_cannot_be_made_to_go_away():
    directory = explored("gone")
    qklab("confirm", directory)
    shutil.rmtree(FOLDER / directory / "confirm")
    assert "are gone" in qklab("verify", directory, code=1).stdout
    assert "are gone" in qklab("confirm", directory, code=2).stderr


def test_seeds_that_were_added_after_looking_are_counted():
    for seeds, times in ((3, None), (4, "once"), (4, "once"), (6, "2 times")):
        run = qklab("run", CONFIG, f"seeds={seeds}", "--out", "looked")
        assert ("seeds were added" in run.stdout) == (times is not None), run.stdout
        assert times is None or f"seeds were added {times} after looking" in run.stdout, run.stdout
    assert claim_of("looked")["slices"][0]["added_after_looking"] == 2
    qklab("verify", "looked")
    # A page that was read counts too; what was run in parts and never judged does not.
    qklab("run", CONFIG, "seeds=3", "--out", "parts", "--shard", "1/2")
    qklab("run", CONFIG, "seeds=3", "--out", "parts")
    assert claim_of("parts")["slices"][0]["added_after_looking"] == 0
    qklab("report", "parts")
    assert claim_of("parts")["slices"][0]["added_after_looking"] == 0
    qklab("verify", "parts")


def test_seeds_that_were_exchanged_after_looking_leave_a_trace():
    said = qklab("run", CONFIG, "--out", "exchanged").stdout
    assert "left out" not in said and "left_out_after_looking" not in claim_of("exchanged")["slices"][0]
    said = qklab("run", CONFIG, "seeds=8,9,10,11,12,13,14,15", "--out", "exchanged").stdout
    assert "8 seeds; seeds were added once after looking; 8 seeds that ran before are left out" in said, said
    assert claim_of("exchanged")["slices"][0]["left_out_after_looking"] == 8
    qklab("verify", "exchanged")
    with without_store("exchanged"):
        qklab("verify", "exchanged")
    # The best seven of sixteen.
    said = qklab("run", CONFIG, "seeds=0,1,2,3,8,9,10", "--out", "exchanged").stdout
    assert "9 seeds that ran before are left out" in said, said
    said = qklab("run", CONFIG, "seeds=16", "--out", "exchanged").stdout
    assert "left out" not in said and "16 seeds; seeds were added 2 times after looking" in said, said


def test_too_few_reserved_seeds_are_told():
    few = write("few.yaml", CONFIG.read_text().replace("{seeds: 8}", "{seeds: 4}"))
    said = qklab("run", few, "--out", "few").stderr
    assert "few.yaml: confirm: 4 reserved seeds can confirm nothing of small: 6 would be the fewest" in said, said
    assert "can confirm nothing of small" in qklab("confirm", "few").stderr
    share = write("share.yaml", CONFIG.read_text().replace("at_least: 0.05", "at_least: 0.05, about: share, share: 0.9"))
    assert "8 reserved seeds can confirm nothing of small: 36 would be" in qklab("run", share, "--out", "share").stderr
    assert "can confirm nothing" not in qklab("run", CONFIG, "--out", "enough", "--dry-run").stderr


def test_too_few_seeds_are_told_before_a_run_is_waited_for():
    said = qklab("run", CONFIG, "seeds=4", "--out", "few-explored", "--dry-run").stderr
    assert "4 seeds can decide nothing of small: 6 would be the fewest" in said, said
    assert "one seed can decide nothing of small" in qklab("run", CONFIG, "seeds=1", "--out", "few-explored", "--dry-run").stderr
    assert "can decide nothing" not in qklab("run", CONFIG, "seeds=6", "--out", "few-explored", "--dry-run").stderr


def test_a_claim_that_is_changed_between_two_shards_is_noticed():
    directory = explored("between")
    qklab("confirm", directory, "--shard", "1/2")
    for change in (("at_least: 0.05", "at_least: 0.04"), ("id: small", "id: other")):
        changed = write("changed.yaml", CONFIG.read_text().replace(*change))
        qklab("run", changed, "--out", directory)
        said = qklab("confirm", directory, "--shard", "2/2", code=2).stderr
        assert "after some of its reserved seeds had run" in said and "--fresh" in said, said
    qklab("run", CONFIG, "--out", directory)  # as it was
    qklab("confirm", directory, "--shard", "2/2")
    assert claim_of(directory)["confirmation"]["standing"] == "confirmed"


def test_merging_keeps_what_happened_to_claims():
    for part in (1, 2):
        qklab("run", CONFIG, "--out", f"part-{part}", "--shard", f"{part}/2")
    qklab("merge", "part-1", "part-2", "--out", "whole")
    explored("single")
    assert (FOLDER / "whole/claims.json").read_bytes() == (FOLDER / "single/claims.json").read_bytes()
    assert not claim_of("whole")["history"]["after_results"]


def test_more_seeds_are_added_only_before_they_are_judged():
    directory = explored("more")
    qklab("confirm", directory, "--shard", "1/2")
    assert not (FOLDER / directory / "confirm/claims.json").exists()
    assert "holds, exploratory" in qklab("verify", directory).stdout
    assert "and not yet judged" in qklab("status", directory).stdout
    more = write("more.yaml", CONFIG.read_text().replace("{seeds: 8}", "{seeds: 10}"))
    qklab("run", more, "--out", directory)
    qklab("confirm", directory)
    assert seeds_of(f"{directory}/confirm") == {RESERVED + k for k in range(1, 11)}
    qklab("run", write("most.yaml", CONFIG.read_text().replace("{seeds: 8}", "{seeds: 11}")), "--out", directory)
    assert "10 seeds became 11 after its reserved seeds had been judged" in qklab("confirm", directory, code=2).stderr


def slow(directory):
    config = write("slow.yaml", CONFIG.read_text().replace("samples: 200", "samples: 20000")
                   .replace("{seeds: 8}", "{seeds: 40}"))
    return explored(directory, config)


def killed_while_confirming(name, changes):
    """A directory whose `confirm` was killed after so many changes to it; None if it had ended before."""
    directory = slow(name)
    run = subprocess.Popen([QKLAB, "confirm", directory, "-j", "2"], cwd=FOLDER, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    wait_for_changes(run, directory, changes)
    run.send_signal(signal.SIGKILL)
    return directory if run.wait() == -signal.SIGKILL else None


def test_a_kill_and_shards_change_no_bit():
    qklab("confirm", slow("whole-run"), "-j", 1)
    killed = [name for changes in (2, 4, 8, 12) if (name := killed_while_confirming(f"killed-{changes}", changes))]
    assert killed, "every run had ended before it was killed"
    for directory in killed:
        qklab("confirm", directory)
    for part in (2, 1):
        out = qklab("confirm", slow("sharded") if part == 2 else "sharded", "--shard", f"{part}/2").stdout
        assert ("no verdicts yet" in out) == (part == 2), out
    for other in (*killed, "sharded"):
        assert tables(f"{other}/confirm") == tables("whole-run/confirm"), other
        for name in ("claims.json", "confirm/claims.json"):
            assert (FOLDER / other / name).read_bytes() == (FOLDER / "whole-run" / name).read_bytes(), (other, name)
        qklab("verify", other)


GROWN = """
name: grown
experiment: localization
params: {dim: 8, length: 8, samples: 200}
sweep: {variance: {linspace: [0.1, 4, 3]}, refine: {metric: contrast, threshold: 0.15, budget: 60}}
seeds: {until: {metric: contrast, ci: 0.05, min: 4, max: 12}}
confirm: {seeds: 5}
claims:
  - {id: small, text: There is contrast., test: difference, metric: contrast, reference: 0, at_least: 0.01, by: [variance]}
"""


def points_of(directory):
    return {float(row["variance"]) for row in csv_rows((FOLDER / directory / "trials.csv").read_text())}


def test_a_sweep_that_grew_is_confirmed_at_the_points_that_it_ended_with():
    qklab("run", write("grown.yaml", GROWN), "--out", "grown")
    qklab("confirm", "grown")
    assert len(points_of("grown")) > 3 and points_of("grown/confirm") == points_of("grown")
    rows = csv_rows((FOLDER / "grown/confirm/trials.csv").read_text())
    assert len(rows) == 5 * len(points_of("grown")), "every point has all reserved seeds"
    assert all("confirmation" in each for each in claim_of("grown")["slices"])
    qklab("verify", "grown")
    qklab("verify", "grown/confirm")


PRUNED = """
name: pruned
experiment: training
params: {task: copy, length: 4, vocabulary: 4, dim: 4, batch: 4, steps: 20, evaluate_every: 10}
sweep: {lr: [0.01, 0.1]}
seeds: 2
prune: {metric: loss, keep: 0.5, at: [10]}
confirm: {seeds: 4}
"""


def test_what_pruning_left_cannot_be_confirmed():
    refused = qklab("run", write("pruned.yaml", PRUNED), code=2).stderr
    assert "pruned.yaml:8:" in refused and "confirm: does not go with prune" in refused, refused
    assert not (FOLDER / "results").exists()


def test_bad_input_is_told_before_anything_is_written():
    def told(*arguments):
        return qklab("confirm", *arguments, code=2).stderr

    assert "no run directory" in told("nowhere")
    plain = write("plain.yaml", SWEEP + "seeds: 2\n" + CLAIMS)
    qklab("run", plain, "--out", "plain")
    assert "reserves no seeds: add 'confirm: {seeds: 32}'" in told("plain")
    qklab("run", write("silent.yaml", SWEEP + "seeds: 2\n" + CONFIRM), "--out", "silent")
    assert "makes no claims" in told("silent")
    qklab("run", CONFIG, "--out", "half", "--shard", "1/2")
    assert "have not been run: run" in told("half")
    explored("nested")
    qklab("confirm", "nested")
    assert "holds reserved seeds itself" in told("nested/confirm")
    assert "holds the results of reserved seeds" in qklab("run", CONFIG, "--out", "nested/confirm", code=2).stderr
    wrong = qklab("run", write("wrong.yaml", SWEEP + f"seeds: [1, {RESERVED + 1}]\n" + CONFIRM + CLAIMS), code=2).stderr
    assert f"wrong.yaml:6:8: seeds: {RESERVED + 1} is reserved" in wrong, wrong
    assert "did you mean 'confirm'" in qklab("run", write("typo.yaml", SWEEP + "confrm: {seeds: 2}\n"), code=2).stderr
    for directory in ("plain", "silent", "half"):
        assert not (FOLDER / directory / "confirm").exists()



def test_starting_over_does_not_make_reserved_seeds_unseen():
    """Equal seeds give equal data: once judged, they confirm nothing after a change, whatever was moved aside."""
    config = write("over.yaml", """
name: over
experiment: localization
params: {dim: 8, length: 6, samples: 100, mean: 0.5, variance: 0.01}
seeds: 8
confirm: {seeds: 8}
claims:
  - {id: x, text: t, test: difference, metric: contrast, reference: 0, at_least: 0.2}
""")
    qklab("run", config, "--out", "over")
    assert "confirmed by 8" in qklab("confirm", "over").stdout
    said = qklab("run", config, "--out", "over", "--fresh").stdout
    assert "holds, exploratory" in said and "reserved seeds are gone" in said, said
    assert "--fresh draws others" in qklab("confirm", "over", code=2).stderr
    assert "drawn 2 times" in qklab("confirm", "over", "--fresh").stdout
    # Nor does another sweep keep the standing of the points that have run.
    said = qklab("run", config, "variance=3", "--out", "over").stdout
    assert "holds, exploratory" in said and "at other points" in said, said


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
