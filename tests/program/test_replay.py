"""Finished trials are run again from the content of a directory, and compared."""
import json
import shutil
import sys

from harness import FOLDER, qklab, run_tests, write

SWEEP = """
name: small
experiment: localization
params: {dim: 16, length: 8, samples: 500}
sweep: {mean: [0, 0.5], variance: [0.01, 1]}
seeds: 3
figures:
  - {name: contrast, x: variance, y: contrast, color: mean, log: x}
claims:
  - {id: near, text: Support follows theory., test: agreement, metric: support, tolerance: 0.3, by: [mean]}
"""


def reference():
    """A directory in its committed form: CSVs, figures, verdicts and manifest, no store."""
    out = FOLDER / "results" / "small"
    if not out.exists():
        qklab("run", write("small.yaml", SWEEP))
        committed = FOLDER / "results" / "reference" / "small_reference"
        shutil.copytree(out, committed)
        for path in committed.glob("run.*"):
            path.unlink()
    return FOLDER / "results" / "reference" / "small_reference"


def edit(directory, name, change):
    path = directory / name
    path.write_text(change(path.read_text()))


def test_verify_needs_no_store():
    text = qklab("verify", reference()).stdout
    assert "near" in text and "12 trials" in text, text


def test_replay_is_bitwise_on_the_same_machine():
    text = qklab("replay", reference(), "--trials", 3).stdout
    assert "bit by bit" in text and "3 of 3 trials are the same to the last bit" in text, text
    assert qklab("replay", reference(), "--trials", 3).stdout == text, "another draw"
    assert qklab("replay", reference(), "--trials", 3, "--seed", 1).stdout != text, "the same draw"
    assert "12 of 12 trials are the same" in qklab("replay", reference(), "--trials", 99).stdout


def test_the_manifest_says_who_computed_the_trials():
    """Not who wrote it: a run that computes nothing changes no origin, and one that adds trials is listed behind those
    before it."""
    config, cores = write("origin.yaml", SWEEP.replace("name: small", "name: origin")), ("Haswell", "Sandybridge")

    def run(core, *overrides):
        qklab("run", config, "--out", "origin", *overrides, OPENBLAS_CORETYPE=core)
        return json.loads((FOLDER / "origin/manifest.json").read_text())

    first = run(cores[0])
    assert first["blas"].endswith(cores[0]), first["blas"]
    config.write_text(config.read_text().replace("log: x", "log: x, title: Another"))
    second = run(cores[1])
    assert second["config"] != first["config"] and second["seconds"] == first["seconds"]
    assert [second[key] for key in ("commit", "compiler", "blas")] == [first[key] for key in ("commit", "compiler", "blas")]
    third = run(cores[1], "seeds=4")
    assert third["blas"].split("; ") == [first["blas"], first["blas"].replace(*cores)], third["blas"]
    assert third["commit"] == first["commit"] and run(cores[0], "seeds=5")["blas"] == third["blas"]
    assert "same compiler and BLAS core" not in qklab("replay", "origin", "--trials", 2, OPENBLAS_CORETYPE=cores[0]).stdout
    for number, core in enumerate(cores, 1):
        qklab("run", config, "--out", f"part-{number}", "--shard", f"{number}/2", OPENBLAS_CORETYPE=core)
    qklab("merge", "part-1", "part-2", "--out", "merged")
    merged = json.loads((FOLDER / "merged/manifest.json").read_text())
    assert merged["blas"] == third["blas"] and merged["commit"] == first["commit"], merged["blas"]


def test_replay_by_name_of_figure_and_of_trial():
    reference()
    assert "small_reference: 2 of 12" in qklab("replay", "small_reference", "--trials", 2).stdout
    assert "results/small: 2 of 12" in qklab("replay", "small", "--trials", 2).stdout
    trial = (reference() / "trials.csv").read_text().splitlines()[4].split(",")[0]
    text = qklab("replay", trial).stdout
    assert trial in text and "1 of 1 trials are the same" in text, text


def test_a_changed_number_is_found():
    changed = FOLDER / "changed"
    shutil.copytree(reference(), changed)
    lines = (changed / "series.csv").read_text().splitlines()
    trial, metric, index, value = lines[1].split(",")
    lines[1] = f"{trial},{metric},{index},{float(value) + 1e-4}"
    (changed / "series.csv").write_text("\n".join(lines) + "\n")
    text = qklab("replay", changed, "--trials", 12, code=1).stdout
    assert f"{metric} at position {index}: stored" in text and "11 of 12" in text, text


def test_another_blas_is_told_and_exact_metrics_are_the_same_all_the_same():
    other = FOLDER / "other"
    shutil.copytree(reference(), other)
    edit(other, "manifest.json", lambda text: json.dumps({**json.loads(text), "blas": "OpenBLAS 0.3.21 Prescott"}))
    text = qklab("replay", other, "--trials", 4).stdout
    assert "rounded ones to 1e-09 of their largest value: another BLAS" in text and "Prescott" in text, text
    assert "4 of 4 trials are the same" in text, text
    assert "as asked for" in qklab("replay", other, "--exact").stdout
    # The last digit of an exact metric counts there too, but not that of a rounded one.
    lines = (other / "series.csv").read_text().splitlines()
    def touched(metric):
        at = next(i for i, line in enumerate(lines) if f",{metric}," in line and 0.01 < float(line.split(",")[3]) < 0.99)
        trial, name, index, value = lines[at].split(",")
        changed = lines[:at] + [f"{trial},{name},{index},{float(value) * (1 + 4e-16)!r}"] + lines[at + 1:]
        (other / "series.csv").write_text("\n".join(changed) + "\n")
    touched("support_theory")
    assert "12 of 12" in qklab("replay", other, "--trials", 12).stdout
    touched("support")
    assert "11 of 12" in qklab("replay", other, "--trials", 12, "--exact", code=1).stdout


def test_a_reference_keeps_the_series_that_are_read():
    reference()
    out = FOLDER / "kept"
    qklab("export", "results/small", "--format", "reference", "--out", out)
    assert {path.name for path in out.iterdir()} == {"trials.csv", "series.csv", "claims.json", "figures",
                                                     "manifest.json"}
    metrics = lambda directory: {line.split(",")[1] for line in (directory / "series.csv").read_text().splitlines()[1:]}
    assert metrics(out) == {"support", "support_theory"}, metrics(out)
    assert len(metrics(reference())) > 2
    assert (out / "claims.json").read_bytes() == (reference() / "claims.json").read_bytes()
    text = qklab("verify", out).stdout
    assert "holds what figures and claims read, and no more" in text, text
    text = qklab("replay", out, "--trials", 12).stdout
    assert "12 of 12 trials are the same to the last bit" in text and "as it holds no others" in text, text
    again = FOLDER / "again"  # from a committed directory, which has no run.db
    qklab("export", out, "--format", "reference", "--out", again)
    assert (again / "series.csv").read_bytes() == (out / "series.csv").read_bytes()
    # A series that nothing reads is reported, and so is a changed one.
    shutil.copy(reference() / "series.csv", again / "series.csv")
    assert "for which nothing reads it" in qklab("verify", again, code=1).stderr
    edit(out, "series.csv", lambda text: text.replace(",support,1,0", ",support,1,1", 1))
    assert "11 of 12 trials are the same" in qklab("replay", out, "--trials", 12, code=1).stdout
    told = qklab("export", "results/small", "--format", "reference", code=2).stderr
    assert "--out" in told, told


def test_bad_requests_exit_2():
    reference()
    told = qklab("replay", "smalll", code=2).stderr
    assert "did you mean 'small'" in told, told
    told = qklab("replay", "0123456789abcdef", code=2).stderr
    assert "no directory" in told, told
    qklab("replay", reference(), "--trials", 0, code=2)
    qklab("replay", code=2)


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
