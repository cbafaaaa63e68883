"""Messages name the mistake and what was probably meant; each exit code has its cause."""
import re
import sys

from harness import FOLDER, qklab, run_tests, write

TRAINING = """
name: slips
experiment: training
params: {task: copy, length: 6, vocabulary: 4, dim: 8, batch: 8, steps: 4}
"""


def refused(*arguments, **options):
    said = qklab(*arguments, code=2, **options).stderr
    assert said.count("\n") <= 4, said
    return said


def config(text):
    return write("slips.yaml", TRAINING + text)


def test_a_verb_with_a_slip():
    for words, meant in ((["rnu", "x.yaml"], "run"), (["Verify"], "verify"), (["replya", "--trials", "3"], "replay"),
                         (["--plugin=", "exprot"], None), (["launch", "slrum", "x.yaml"], "slurm")):
        if meant:
            assert f"(did you mean '{meant}'?)" in refused(*words), words
    assert "no verb 'frobnicate'; `qklab --help` lists them" in refused("frobnicate")
    assert "`qklab launch --help` lists them" in refused("launch", "moon")


def test_an_option_with_a_slip():
    for words, meant in ((["run", "x.yaml", "--persent", "paper"], "--preset"), (["run", "x.yaml", "--job=3"], "--jobs"),
                         (["status", "x", "--hlep"], "--help"), (["launch", "slurm", "x.yaml", "--shard", "3"], "--shards"),
                         (["watch", "x", "--onec"], "--once")):
        assert f"(did you mean '{meant}'?)" in refused(*words), words
    assert "qklab status: no option '--preset'; `qklab status --help`" in refused("status", "x", "--preset", "paper")
    assert "no option '-x'" in refused("run", "x.yaml", "-x3")


def test_a_parameter_by_another_name():
    for key, meant in (("learning_rate", "lr"), ("learningRate", "lr"), ("batch_size", "batch"), ("n_layers", "layers"),
                       ("num_heads", "heads"), ("weight-decay", "weight_decay")):
        assert f"(did you mean '{meant}'?)" in refused("run", config(f"sweep: {{{key}: [1, 2]}}\n")), key
        assert f"(did you mean '{meant}'?)" in refused("run", config(""), f"{key}=1"), key


def test_a_parameter_at_the_top_level():
    said = refused("run", config("heads: 2\n"))
    assert "slips.yaml:5:1: unknown key 'heads' in config: 'heads' is a parameter, which stands under 'params'" in said, said
    assert "'sweep'" in said
    assert "is a parameter" in refused("run", config("init.mean: 1\n"))
    assert "is a parameter" in refused("run", config("init: {mean: 1}\n"))
    assert "is a parameter" in refused("run", config("presets: {paper: {steps: 9}}\n"))
    assert "did you mean the parameter 'lr', under 'params'?" in refused("run", config("learning_rate: 0.1\n"))
    assert "(did you mean 'seeds'?)" in refused("run", config("seed: 3\n"))
    assert "(did you mean 'sweep'?)" in refused("run", config("sweeps: {heads: [1]}\n"))


def test_a_point_that_is_refused_tells_how_to_leave_it_out():
    text = TRAINING.replace("dim: 8, ", "") + "sweep: {dim: [8, 12], heads: [2, 3], skip: [true, false]}\n"
    said = refused("run", write("point.yaml", text))
    assert "(at dim=8 heads=3 skip=true)" in said and "where: \"dim % heads == 0\"" in said, said
    where = said.split("as in where: \"")[1].split('"')[0]
    assert where == "not (dim == 8 and heads == 3 and skip == true)", where
    assert "skip=false" in refused("run", write("point.yaml", text + f'where: "{where}"\n'))
    for good in ("dim % heads == 0", "not (dim == 8 and heads == 3)"):
        assert "6 trials" in qklab("run", write("point.yaml", text + f'where: "{good}"\n'), "--dry-run").stdout
    assert "(at " not in refused("run", config(""), "heads=3"), "what is set for all need not be repeated"


def test_a_dotted_name_in_sql():
    qklab("run", config("sweep: {init.mean: [0, 1]}\n"), "--out", "dotted")
    said = refused("query", "dotted", "SELECT init.mean FROM results")
    assert 'SELECT "init.mean" FROM results' in said, said
    assert "double quotes" not in refused("query", "dotted", "SELECT no.such FROM results")
    values = qklab("query", "dotted", 'SELECT "init.mean" FROM results ORDER BY 1').stdout.splitlines()[1:]
    assert [float(value) for value in values] == [0, 1], values


CLAIMS = """
name: judged
experiment: localization
params: {dim: 8, length: 6, samples: 50}
sweep: {mean: [0, 0.25]}
seeds: 6
claims:
  - {id: wished, text: Contrast is large., test: difference, metric: contrast, reference: 0, at_least: 9, demand: holds}
  - {id: noted, text: Contrast is large., test: difference, metric: contrast, reference: 0, at_least: 9}
  - {id: met, text: Contrast is not large., test: difference, metric: contrast, reference: 0, at_most: 9, demand: holds}
"""


def test_a_claim_that_falls_short_is_named():
    run = qklab("run", write("judged.yaml", CLAIMS), "--out", "judged", code=1)
    short = [line for line in run.stderr.splitlines() if "falls short" in line]
    assert len(short) == 1 and "wished" in short[0] and "fails" in short[0], run.stderr
    again = qklab("run", FOLDER / "judged.yaml", "--out", "judged", code=1)
    assert short[0] in again.stderr
    merged = qklab("merge", "judged", "--out", "merged", code=1)
    assert short[0] in merged.stderr
    assert "falls short" not in qklab("run", write("kept.yaml", CLAIMS.replace(", demand: holds", "")), "--out", "kept").stderr


def test_trials_that_failed_are_told_by_what_differs():
    path = config("sweep: {lr: [0.01, 0.02], norm: [pre, none]}\n")
    run = qklab("run", path, "--out", "failed", "--memory", "1K", code=1)
    status = qklab("status", "failed").stdout
    watch = qklab("watch", "failed", "--once").stdout
    log = (FOLDER / "failed/run.log").read_text()
    for text in (run.stderr, status, log):
        lines = [line for line in text.splitlines() if "not started" in line]
        assert len(lines) == 4 and sum("(norm=none lr=0.02)" in line for line in lines) == 1, text
        assert all("dim=" not in line and "{" not in line for line in lines), text
    assert '"lr"' not in watch
    one = next((FOLDER / "failed/logs").iterdir()).read_text()
    assert "\ndim=8\n" in one and "\nbatch=8\n" in one, one


def test_fail_fast_runs_no_more_after_the_first_failure():
    path = config("sweep: {lr: {linspace: [0.01, 0.02, 30]}}\n")
    run = qklab("run", path, "--out", "fast", "--memory", "1K", "--fail-fast", "-j", "1", code=1)
    assert "1 failed" in qklab("status", "fast").stdout and "29 trials of the sweep have not been run" in run.stdout
    assert "stopped at the first failed trial" in run.stderr
    again = qklab("run", path, "--out", "fast", "--fail-fast", code=1).stderr
    assert "29 of 29 trials done" in again and "1 trials failed" in again and "stopped" not in again, again


def test_a_dry_run_lists_what_the_run_would_find():
    path = config("sweep: {lr: [0.01, 0.02], norm: [pre, none], skip: [true, false]}\n")

    def listed(*arguments):
        lines = qklab("run", path, "--out", "listed", "--dry-run", *arguments).stdout.splitlines()
        return [re.split(" {2,}", line) for line in lines[:-1]], lines[-1]

    lines, last = listed()
    assert len(lines) == 6 and lines[5] == ["... and 3 more, which --all lists"], lines
    assert "8 trials of training, 0 finished and 8 to run" in last and not (FOLDER / "listed").exists()
    qklab("run", path, "norm=none", "--out", "listed")
    lines, last = listed("--all")
    assert all((line[0] == "done") == ("norm=none" in line[2]) for line in lines) and len(lines) == 8, lines
    assert "4 finished and 4 to run" in last
    assert listed("--all", "--fresh")[1].startswith("slips: 8 trials of training, 0 finished and 8 to run")
    assert listed("--all", "--rerun", "all")[1].startswith("slips: 8 trials of training, 0 finished and 8 to run")
    parts = [{line[1] for line in listed("--all", "--shard", f"{i}/3")[0]} for i in (1, 2, 3)]
    assert len(set.union(*parts)) == 8 and sum(map(len, parts)) == 8, parts
    assert "--dry-run" in refused("run", path, "--all") and "--dry-run" in refused("run", path, "--limit", "3")
    for limit in (0, 2, 8, 100):
        lines, last = listed("--limit", limit)
        assert sum(line[0] in ("done", "to run") for line in lines) == min(limit, 8), lines
        assert (lines[-1:] == [[f"... and {8 - limit} more, which --all lists"]]) == (limit < 8) and "4 to run" in last


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
