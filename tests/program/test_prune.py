"""A pruned sweep: the same trials continue for any number of threads and after any kill, and no other trial counts."""
import functools
import json
import sys

from harness import FOLDER, csv_rows, qklab, run_through_kills, run_tests, tables, without_store, write

BODY = """
experiment: training
params: {task: copy, length: 8, vocabulary: 5, dim: 8, batch: 8, steps: 90, evaluate_every: 10}
sweep: {lr: {logspace: [0.0001, 0.1, 4]}, init.variance: [0.1, 1]}
seeds: 2
"""
SWEEP = write("pruned.yaml", "name: pruned" + BODY + """
prune: {metric: loss, keep: 0.5, at: [20, 45]}
figures:
  - {name: loss, plot: line, x: step, y: loss, color: lr, facet: init.variance}
claims:
  - {id: learns, text: The loss is low at the end., test: difference, metric: final_loss, reference: 0, at_most: 9}
presets: {paper: {prune: none}}
""")
WHOLE = write("whole.yaml", "name: whole" + BODY)


@functools.cache
def reference():
    qklab("run", SWEEP, "--out", "one", "-j", "1")
    return tables("one")


def curves(table):
    """The loss by step, for each trial."""
    found = {}
    for row in csv_rows(table["series.csv"]):
        if row["metric"] == "loss":
            found.setdefault(row["trial"], {})[int(row["index"])] = float(row["value"])
    return found


def test_the_best_go_on():
    trials, loss = csv_rows(reference()["trials.csv"]), curves(reference())
    points = {}
    for row in trials:
        points.setdefault((row["lr"], row["init.variance"]), []).append(row)
    alive = list(points)
    for step, last in ((20, 20), (45, 40)):
        mean = {at: sum(loss[row["trial"]][last] for row in points[at]) for at in alive}
        kept = sorted(alive, key=lambda at: mean[at])[:len(alive) // 2]
        for at in set(alive) - set(kept):
            for row in points[at]:
                assert row["status"] == "pruned" and row["final_loss"] == "" and float(row["updates"]) == step, row
                assert list(loss[row["trial"]]) == list(range(0, step + 1, 10)), row
        alive = kept
    assert len(alive) == 2
    assert all(row["status"] == "done" for at in alive for row in points[at])


def test_finished_trials_are_those_of_a_whole_sweep():
    qklab("run", WHOLE, "--out", "whole")
    whole = {row["trial"]: row for row in csv_rows(tables("whole")["trials.csv"])}
    losses, whole_losses = curves(reference()), curves(tables("whole"))
    for row in csv_rows(reference()["trials.csv"]):
        if row["status"] == "done":
            assert row == whole[row["trial"]]
        part = losses[row["trial"]]
        assert part == {step: whole_losses[row["trial"]][step] for step in part}
    # When everything has been run already, nothing is run again, and nothing is undone.
    again = qklab("run", SWEEP, "--out", "whole").stderr
    assert "0 of 0 trials" in again, again
    assert all(row["status"] == "done" for row in csv_rows(tables("whole")["trials.csv"]))


def test_threads():
    qklab("run", SWEEP, "--out", "two", "-j", "2")
    assert tables("two") == reference()


def test_killed_again_and_again():
    killed = run_through_kills(SWEEP, "killed", "--checkpoint-every", "0.01", seed=7, lives=15)
    assert tables("killed") == reference()
    assert not list((FOLDER / "killed/checkpoints").glob("*"))
    return f"passed, {killed} kills"


def test_pruned_trials_are_told_and_do_not_count():
    reference()
    status = qklab("status", "one").stdout
    assert "4 done, 0 failed, 0 diverged, 12 pruned" in status and "0 to run" in status, status
    first = qklab("run", SWEEP, "--out", "told")
    assert "4 of 16 trials done" in first.stderr and "12 pruned" in first.stderr, first.stderr
    assert "figure 'loss': 12 pruned trials left out" in first.stderr, first.stderr
    assert json.loads((FOLDER / "told/manifest.json").read_text())["pruned"] == 12
    (claim,) = json.loads((FOLDER / "told/claims.json").read_text())["claims"]
    (slice_,) = claim["slices"]
    assert slice_["trials"] == 4 and slice_["not_run"] == 0 and slice_["note"] == "12 pruned trials left out", slice_
    drawn = {(row["lr"], row["init.variance"]) for row in csv_rows((FOLDER / "told/figures/loss.csv").read_text())}
    assert len(drawn) == 2, drawn
    assert '"pruned"' in (FOLDER / "told/report.html").read_text()
    qklab("verify", "told")
    assert "4 of 4 trials are the same" in qklab("replay", "told", "--trials", "16").stdout
    pruned = qklab("query", "told", "SELECT count(*) FROM trials WHERE status = 'pruned'").stdout
    assert pruned.split() == ["count(*)", "12"], pruned
    with without_store("told"):
        qklab("verify", "told")
        assert "4 of 4 trials are the same" in qklab("replay", "told", "--trials", "16").stdout


def test_pruned_trials_go_on_where_more_are_to_be_kept():
    qklab("run", SWEEP, "--out", "more")
    done = qklab("run", SWEEP, "--preset", "paper", "--out", "more")
    assert "12 of 12 trials done" in done.stderr, done.stderr
    qklab("run", WHOLE, "--out", "whole")
    assert tables("more") == tables("whole")


def test_merging_keeps_what_went_further():
    qklab("run", SWEEP, "--out", "left")
    qklab("run", SWEEP, "init.variance=1", "--out", "right")
    qklab("merge", "left", "right", "--config-of", "left", "--out", "both")
    qklab("merge", "right", "left", "--config-of", "left", "--out", "other")
    assert tables("both") == tables("other")
    statuses = [csv_rows(tables(run)["trials.csv"]) for run in ("left", "right", "both")]
    done = [{row["trial"] for row in table if row["status"] == "done"} for table in statuses]
    assert done[2] == done[0] | done[1]


def test_failures():
    """A trial that fails ends there, whether the others go on or not: here one that needs more memory than it may have."""
    failing = write("failing.yaml", SWEEP.read_text().replace("sweep: {", "sweep: {dim: [8, 2048], ")
                    .replace("dim: 8, ", "").replace("facet: init.variance}", "facet: init.variance, where: \"dim == 8\"}"))
    run = functools.partial(qklab, "run", failing, "--memory", "100M", code=1)
    stopped = run("--out", "stopped", "--fail-fast", "-j", "1")
    assert "may be used" in stopped.stderr, stopped.stderr
    assert not (FOLDER / "stopped/report.html").exists()
    for _ in range(2):  # goes on, and then finds nothing left but the failures, which it tries again
        run("--out", "stopped")
    table = csv_rows(tables("stopped")["trials.csv"])
    by_width = {dim: [row["status"] for row in table if row["dim"] == dim] for dim in ("8", "2048")}
    assert by_width["2048"] == ["failed"] * 16, by_width
    assert by_width["8"].count("done") >= 4 and "failed" not in by_width["8"], by_width
    run("--out", "whole-run", "-j", "2")
    assert tables("whole-run") == tables("stopped")


def test_refused():
    message = qklab("run", SWEEP, "--out", "shards", "--shard", "1/2", code=2).stderr
    assert "prune" in message and "without shards" in message, message
    assert not (FOLDER / "shards").exists()
    assert "steps 20, 45" in qklab("run", SWEEP, "--dry-run").stdout
    other = write("other.yaml", SWEEP.read_text().replace("experiment: training", "experiment: localization")
                  .split("params")[0] + "prune: {metric: support, keep: 0.5, at: [3]}\n")
    assert "cannot stop" in qklab("run", other, code=2).stderr


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
