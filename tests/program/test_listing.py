"""What run directories hold, as a list and as JSON; and options that users of other programs type."""
import json
import os
import re
import signal
import sys

from harness import FOLDER, begin_run, csv_rows, plugins, qklab, run_tests, tables, wait_while, write

SWEEP = write("walk.yaml", """
name: walk
experiment: localization
params: {dim: 16, length: 8, samples: 200}
sweep: {mean: [0, 1], variance: [0.01, 1]}
seeds: 2
figures: [{name: entropy, plot: line, x: variance, y: entropy, color: mean}]
""")


def listed(*arguments, **options):
    """The rows of `qklab ls` by directory."""
    lines = qklab("ls", *arguments, **options).stdout.splitlines()
    assert lines[0].split() == ["directory", "state", "trials", "failed", "changed", "experiment"], lines
    return {line.split()[0]: line.split()[1:] for line in lines[1:]}


def test_ls_lists_run_directories_and_references():
    assert "no run directory in" in qklab("ls", ".").stderr
    qklab("run", SWEEP)
    qklab("run", SWEEP, "--shard", "1/2", "--out", "results/half")
    qklab("export", "results/walk", "--format", "reference", "--out", "results/kept")
    (FOLDER / "results/other").mkdir()
    rows = listed()
    assert list(rows) == ["results/half", "results/kept", "results/walk"], rows
    assert rows["results/walk"][:3] == ["complete", "8/8", "0"] and rows["results/walk"][-1] == "localization"
    assert rows["results/half"][:2] == ["incomplete", "4/8"] and rows["results/kept"][:2] == ["reference", "8/8"]
    assert listed("results/walk") == {"results/walk": rows["results/walk"]}
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", rows["results/walk"][3])
    assert "no such folder" in qklab("ls", "nowhere", code=2).stderr
    # One that cannot be read does not hide the others.
    (FOLDER / "results/other/run.db").write_text("no store")
    done = qklab("ls", code=1)
    assert "results/other" in done.stderr and "results/walk" in done.stdout
    (FOLDER / "results/other/run.db").unlink()
    states = {state["directory"]: state for state in json.loads(qklab("ls", "--json").stdout)}
    assert states["results/half"]["to_run"] == 4 and states["results/walk"]["state"] == "complete"


def test_status_as_json():
    failing = write("failing.yaml", "name: failing\nexperiment: training\nseeds: 3\n"
                    "params: {dim: 8, length: 4, steps: 2, lr: 1e6}\n")
    qklab("run", failing, "optimizer=sgd", code=None)
    state = json.loads(qklab("status", "results/failing", "--json").stdout)
    assert state["trials"] == 3 == state["done"] + state["failed"] + state["diverged"], state
    assert state["name"] == "failing" and state["experiment"] == "training" and state["writer"] is None
    assert len(state["failures"]) == state["failed"] + state["diverged"]
    for failure in state["failures"]:
        assert failure["message"] and failure["parameters"]["optimizer"] == "sgd", failure
    run = begin_run(SWEEP, "live", "-j", 1, "samples=3000000")
    wait_while(run, lambda: not (FOLDER / "live/run.db-wal").exists())
    assert wait_while(run, lambda: json.loads(qklab("status", "live", "--json").stdout)["done"] < 1)
    state = json.loads(qklab("status", "live", "--json").stdout)
    assert state["state"] == "running" and state["writer"] == run.pid, state
    assert 0 < state["to_run"] <= 8 - state["done"], state
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert json.loads(qklab("status", "live", "--json").stdout)["state"] == "incomplete"


def test_tables_for_papers():
    qklab("run", SWEEP)
    assert qklab("export", "results/walk", "--format", "markdown").stdout == "results/walk/results.md\n"
    lines = (FOLDER / "results/walk/results.md").read_text().splitlines()
    assert lines[0].startswith("| mean | variance | entropy | ") and set(lines[1]) == {"|", "-", " "}
    assert len(lines) == 6 and lines[2].startswith("| 0 | 0.01 | ")
    shown = {row["variance"] + row["mean"]: row for row in csv_rows(
        (FOLDER / "results/walk/figures/entropy.csv").read_bytes())}
    for line in lines[2:]:
        mean, variance, entropy = (field.strip() for field in line.split("|")[1:4])
        row = shown[variance + mean]
        value, half = map(float, entropy.split(" \u00b1 "))
        assert abs(value - float(row["entropy"])) <= 0.05 * half
        assert abs(half - (float(row["high"]) - float(row["low"])) / 2) <= 0.05 * half
    qklab("export", "results/walk", "--format", "latex", "--out", "paper")
    table = (FOLDER / "paper/results.tex").read_text()
    assert table.count(" \\\\\n") == 5 and "$0.01$ & $" in table and "mean\\_drawn" in table and "\\toprule" in table
    # A reference has tables, too; one seed has no interval.
    qklab("run", SWEEP, "seeds=1", "--out", "single")
    qklab("export", "single", "--format", "reference", "--out", "kept")
    qklab("export", "kept", "--format", "markdown", "--out", "paper")
    assert "\u00b1" not in (FOLDER / "paper/results.md").read_text()


def test_more_than_two_are_compared_with_the_first():
    for out, samples in (("first", 200), ("same", 200), ("other", 300)):
        qklab("run", SWEEP, f"samples={samples}", "--out", out)
    said = qklab("diff", "first", "same", "other").stdout
    assert said == qklab("diff", "first", "same").stdout + "\n" + qklab("diff", "first", "other").stdout
    assert "no difference" in said and "samples" in said


def test_reproduce_writes_elsewhere():
    qklab("reproduce", "fig_localization", "--preset", "smoke", "--out", "made/here", code=None)
    assert [path.name for path in (FOLDER / "made/here").iterdir()] == ["fig_localization-smoke"]
    assert not (FOLDER / "results/fig_localization-smoke").exists()


def test_options_that_other_programs_have():
    assert qklab("run", SWEEP, "-n", "--out", "dry").stdout == qklab("run", SWEEP, "--dry-run", "--out", "dry").stdout
    assert not (FOLDER / "dry").exists()
    qklab("run", "-m", SWEEP, "-k", "mean=0,0.5", "--out", "fingers")
    qklab("run", SWEEP, "mean=0,0.5", "--out", "plain")
    assert tables("fingers") == tables("plain")
    assert "--fail-fast" in qklab("run", SWEEP, "-k", "--fail-fast", code=2).stderr


def test_quiet_says_only_what_went_wrong():
    done = qklab("run", SWEEP, "--quiet", "--out", "quiet")
    assert done.stdout == done.stderr == "" and (FOLDER / "quiet/figures/entropy.svg").exists()
    short = write("short.yaml", SWEEP.read_text() + "claims:\n  - {id: odd, text: x, test: bound, metric: entropy, "
                  "at_most: 0.5, demand: holds}\n")
    done = qklab("run", short, "--quiet", "--out", "quiet", code=1)
    assert done.stdout == "" and done.stderr.startswith("falls short: odd"), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "unknown parameter" in qklab("run", SWEEP, "--quiet", "maen=0", code=2).stderr


def test_a_config_or_the_environment_names_plugins():
    library = plugins("parity")["parity"]
    (FOLDER / "below").mkdir()
    text = ("name: parity\nexperiment: training\nplugin: ../{}\nparams: {{task: parity, dim: 8, length: 4, steps: 2}}\n"
            ).format(os.path.relpath(library, FOLDER))
    config = write("below/parity.yaml", text)
    qklab("run", config, "--out", "by-config")
    qklab("run", config, "--out", "by-both", "--plugin", library, QKLAB_PLUGIN=str(library))
    qklab("run", write("plain.yaml", text.replace("plugin", "# plugin")), "--out", "by-environment",
          QKLAB_PLUGIN=f":{library}")
    assert tables("by-config") == tables("by-both") == tables("by-environment")
    # Opening somebody else's directory does not load what it names.
    assert "parity" in qklab("verify", "by-config", code=None).stderr
    qklab("verify", "by-config", QKLAB_PLUGIN=str(library))
    wrong = qklab("run", write("below/wrong.yaml", text.replace("../", "../no-")), "--out", "none", code=2)
    assert re.search(r"below/wrong\.yaml:3:9: plugin: .*no such plugin", wrong.stderr), wrong.stderr
    assert "no such plugin" in qklab("list", QKLAB_PLUGIN="/nowhere.so", code=2).stderr


def test_overrides_of_strategies_and_of_axes_in_every_form():
    pruned = write("pruned.yaml", "name: pruned\nexperiment: training\nparams: {dim: 8, length: 4, steps: 6}\n"
                   "sweep: {lr: [0.001, 0.01, 0.1, 1]}\nprune: {metric: loss, keep: 0.5, at: [2]}\n")
    qklab("run", pruned, "evaluate_every=1", "--out", "pruned")
    assert tables("pruned")["trials.csv"].count(b",pruned,") == 2
    qklab("run", pruned, "evaluate_every=1", "prune=none", "--out", "pruned")
    assert tables("pruned")["trials.csv"].count(b",pruned,") == 0
    qklab("run", SWEEP, "zip=[{mean: [0, 2], variance: [1, 3]}]", "points=[{mean: 5, variance: 7}]", "seeds=1",
          "--out", "forms")
    rows = tables("forms")["trials.csv"].decode().splitlines()
    assert [row.split(",")[4:6] for row in rows[1:]] == [["0", "1"], ["2", "3"], ["5", "7"]], rows
    qklab("verify", "forms")
    assert "points" in qklab("run", SWEEP, "points=[{maen: 0}]", "--out", "none", code=2).stderr


def test_numbers_are_written_alike():
    failing = write("alike.yaml", "name: alike\nexperiment: training\nsweep: {lr: [54321, 0.5], dim: [8]}\n"
                    "params: {length: 4, steps: 3, optimizer: sgd}\n")
    said = qklab("run", failing, "--out", "alike", code=None).stderr
    told = qklab("status", "alike").stdout
    assert "(lr=54321)" in said and "(lr=54321)" in told, (said, told)


def test_another_process_at_the_directory_has_an_exit_code_of_its_own():
    run = begin_run(SWEEP, "busy", "-j", 1, "samples=3000000")
    try:
        wait_while(run, lambda: not (FOLDER / "busy/run.db-wal").exists())
        for _ in range(2):
            second = qklab("run", SWEEP, "--out", "busy", code=75)
            assert re.fullmatch(r"qklab: another qklab run is writing to \S+/busy \(pid \d+\): wait for its end, or name "
                                r"another --out DIR\n", second.stderr), second.stderr
        qklab("status", "busy")  # whoever reads is not concerned
    finally:
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)
    assert "75 another process" in " ".join(qklab("--help").stdout.split())


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
