"""Each verb as a user calls it: output, exit code, and written files."""
import json
import re
import sys

from harness import FIGURE, FOLDER, QKLAB, qklab, run_tests, tables, write

SWEEP = """
name: small
experiment: localization
params: {dim: 16, length: 8, samples: 500}
sweep: {mean: [0, 0.5], variance: [0.01, 1]}
seeds: 3
figures:
  - {name: support, plot: line, x: position, y: support, color: variance, facet: mean, theory: support_theory}
claims:
  - {id: near, text: Support follows theory., test: agreement, metric: support, theory: support_theory,
     tolerance: 0.3, by: [mean, variance]}
"""


def test_version_and_help():
    text = qklab("--version").stdout
    assert re.search(r"qklab \d+\.\d+\.\d+", text) and "OpenBLAS" in text and "SIMD" in text, text
    for verb in ("run", "reproduce", "status", "export", "verify", "merge", "list", "describe", "new", "bench"):
        assert verb in qklab("--help").stdout
        assert "--help" in qklab(verb, "--help").stdout


def test_bad_command_lines_exit_2():
    for arguments in ([], ["rum"], ["run"], ["run", "missing.yaml"], ["describe", "localisation"], ["list", "modells"], ["status", "nowhere"],
                      ["run", FIGURE, "-j", "0"], ["run", FIGURE, "-j", "many"], ["run", FIGURE, "--preset", "fats"],
                      ["verify", "nowhere"], ["export", "nowhere"], ["new", "experiment", "1abc"],
                      ["new", "experiment", "../abc"], ["reproduce", "fig_lokalization"],
                      ["--plugin", "missing.so", "list"], ["--plugin", QKLAB, "list"]):
        done = qklab(*arguments, code=2)
        assert done.stderr.strip(), arguments
    assert "did you mean 'localization'" in qklab("describe", "localisation", code=2).stderr
    assert "did you mean 'models'" in qklab("list", "modells", code=2).stderr
    assert "did you mean 'markov'" in qklab("describe", "markow", code=2).stderr
    assert "did you mean 'fig_localization'" in qklab("reproduce", "fig_lokalization", code=2).stderr
    assert sorted(FOLDER.iterdir()) == [], "something was written"


def test_list_and_describe():
    assert "localization" in qklab("list").stdout
    assert qklab("list", "experiments").stdout == qklab("list").stdout
    schema = qklab("describe", "training").stdout
    for noun, parameter in (("tasks", "task"), ("models", "attention"), ("optimizers", "optimizer"),
                            ("regularizers", "regularizer")):
        lines = qklab("list", noun).stdout.splitlines()
        assert all(re.fullmatch(r"\w+ +\S.*", line) for line in lines), lines
        choices = re.search(rf"^  {parameter} +\w+ +(\S+)", schema, re.M)[1]
        assert [line.split()[0] for line in lines] == choices.split("|"), noun
    for task in qklab("list", "tasks").stdout.splitlines():
        name, doc = task.split(maxsplit=1)
        assert doc in qklab("describe", name).stdout, name
    text = qklab("describe", "localization").stdout
    for name in ("variance", "sqrt(dim)", "support_theory", "probability", "position"):
        assert name in text, name


def test_dry_run_writes_nothing():
    config = write("dry/sweep.yaml", SWEEP)
    text = qklab("run", config, "--dry-run", cwd=config.parent).stdout
    assert "12 trials" in text, text
    assert list(config.parent.iterdir()) == [config]


def test_run_writes_all_that_it_promises():
    config = write("run/sweep.yaml", SWEEP)
    done = qklab("run", config, "--out", "out", cwd=config.parent)
    out = config.parent / "out"
    for name in ("run.db", "trials.csv", "series.csv", "claims.json", "manifest.json",
                 "figures/support.svg", "figures/support.pdf", "figures/support.png", "figures/support.csv"):
        assert (out / name).stat().st_size > 0, name
    assert "near" in done.stdout and "out" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr, "escape codes on a pipe"
    header, *rows = (out / "trials.csv").read_text().splitlines()
    assert header.startswith("trial,status,dim,length,mean,variance,"), header
    assert len(rows) == 12 and all(row.split(",")[1] == "done" for row in rows)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["parameters"]["mean"] == [0, 0.5] and manifest["trials"] == 12
    assert {"commit", "compiler", "blas", "simd", "threads", "seconds"} <= manifest.keys()


def test_second_run_repeats_nothing():
    out = FOLDER / "run" / "out"
    before = tables(out)
    done = qklab("run", FOLDER / "run" / "sweep.yaml", "--out", out)
    assert "0 of 0 trials" in done.stderr and "12 were finished" in done.stderr, done.stderr
    assert tables(out) == before


def test_overrides_extend_a_run():
    out = FOLDER / "run" / "out"
    done = qklab("run", FOLDER / "run" / "sweep.yaml", "mean=0,0.5,1", "seeds=3", "--out", out)
    assert "6 of 6 trials" in done.stderr, done.stderr
    assert len((out / "trials.csv").read_text().splitlines()) == 1 + 18


def test_status_export_verify():
    out = FOLDER / "run" / "out"
    assert "18 done, 0 failed" in qklab("status", out).stdout
    (out / "trials.csv").unlink()
    qklab("export", out)
    assert len((out / "trials.csv").read_text().splitlines()) == 1 + 18
    qklab("verify", out)
    claims = out / "claims.json"
    claims.write_text(claims.read_text().replace('"undecided"', '"fails"'))
    assert "claims.json" in qklab("verify", out, code=1).stderr


def test_fresh_keeps_earlier_results():
    out = FOLDER / "run" / "out"
    before = tables(out)
    qklab("run", FOLDER / "run" / "sweep.yaml", "--out", out, "--fresh")
    assert tables(FOLDER / "run" / "out.before-1") == before


def test_a_huge_sweep_needs_a_yes():
    config = write("huge.yaml", "name: huge\nexperiment: localization\n"
                   "sweep: {mean: {linspace: [0, 1, 10000]}, variance: {linspace: [0, 1, 2000]}}\n")
    done = qklab("run", config, "--out", "huge", code=2)
    assert "20000000" in done.stderr and "--yes" in done.stderr
    assert not (FOLDER / "huge").exists()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
