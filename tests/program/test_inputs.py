"""What a result depends on besides its parameters: data files, a plugin's build, the owner of the directory."""
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys

from harness import FOLDER, QKLAB, csv_rows, qklab, run_tests, tables, write

TRAIN = """name: reads
experiment: training
params: {task: text, text: lines.txt, dim: 8, length: 8, batch: 2, layers: 1, steps: 3, vocabulary: 8}
seeds: 2
"""


def lines(text):
    write("lines.txt", "".join(f"{text} {i}\n" for i in range(60)))


def losses(directory):
    return [row["final_loss"] for row in csv_rows(tables(directory)["trials.csv"])]


def finished(directory):
    with sqlite3.connect(f"file:{FOLDER / directory / 'run.db'}?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM trials").fetchone()[0]


def contents(directory):
    """Every file except those that only record the attempt."""
    return {path.relative_to(FOLDER): path.read_bytes() for path in sorted((FOLDER / directory).rglob("*"))
            if path.is_file() and path.name != "run.log" and not path.name.startswith("run.db")}


def test_a_changed_data_file_makes_new_trials_and_says_so():
    config = write("reads.yaml", TRAIN)
    lines("the sun rises and sets")
    qklab("run", config, "--out", "reads")
    first = losses("reads")
    recorded = json.loads((FOLDER / "reads" / "manifest.json").read_text())["config"]["files"]
    bytes_of = (FOLDER / "lines.txt").read_bytes()
    assert recorded == [{"path": "lines.txt", "size": len(bytes_of), "sha256": hashlib.sha256(bytes_of).hexdigest()}]
    os.utime(FOLDER / "lines.txt", (1e9, 1e9))
    assert "another file" not in qklab("run", config, "--out", "reads").stderr
    assert finished("reads") == 2 and losses("reads") == first

    lines("a moon, two moons")
    done = qklab("run", config, "--out", "reads")
    assert "lines.txt" in done.stderr and "is another file" in done.stderr, done.stderr
    assert "lines.txt" in (FOLDER / "reads" / "run.log").read_text()
    assert finished("reads") == 4 and not set(losses("reads")) & set(first)
    qklab("run", config, "--out", "alone")
    assert losses("alone") == losses("reads")
    for verb in ("verify", "replay", "status"):
        qklab(verb, "reads")
    assert "2 more trials are kept" in qklab("status", "reads").stdout

    # When the first content is restored, its trials are found again.
    lines("the sun rises and sets")
    assert "replay" not in qklab("replay", "reads", code=2).stdout
    qklab("run", config, "--out", "reads")
    assert finished("reads") == 4 and losses("reads") == first


def test_what_is_stored_needs_the_file_no_more_but_replay():
    (FOLDER / "lines.txt").rename(FOLDER / "away.txt")
    for verb in ("verify", "status", "export", "report"):
        qklab(verb, "reads")
    for name in ("run.db", "run.db-wal", "run.db-shm"):
        (FOLDER / "alone" / name).unlink(missing_ok=True)
    qklab("verify", "alone")
    assert "lines.txt" in qklab("replay", "reads", code=2).stderr
    (FOLDER / "away.txt").rename(FOLDER / "lines.txt")


def test_hashes_are_sha256_at_every_length():
    for size in (9000, 9024, 9055, 9056, 9063, 9064):  # around the ends of SHA-256 blocks
        (FOLDER / "lines.txt").write_bytes((b"abcdefgh " * 2000)[:size])
        qklab("run", "reads.yaml", "--out", f"of-{size}")
        known = json.loads((FOLDER / f"of-{size}" / "manifest.json").read_text())["config"]["files"][0]
        assert known["sha256"] == hashlib.sha256((FOLDER / "lines.txt").read_bytes()).hexdigest(), size


def test_a_missing_file_is_told_before_anything_runs():
    (FOLDER / "lines.txt").unlink()
    for verb in (["run", "reads.yaml", "--out", "missing"], ["run", "reads.yaml", "--dry-run"],
                 ["run", "reads.yaml", "--out", "missing", "text=nowhere.txt"]):
        done = qklab(*verb, code=2)
        assert len(done.stderr.splitlines()) == 1 and "cannot be read" in done.stderr, done.stderr
    told = qklab("run", "reads.yaml", "--dry-run", code=2).stderr
    assert "reads.yaml:3:28: 'text': lines.txt" in told, told
    assert "argument 'text=nowhere.txt'" in done.stderr, done.stderr
    assert not (FOLDER / "missing").exists()
    qklab("run", "reads.yaml", "--dry-run", "task=sort")  # reads no file


def test_results_of_another_experiment_are_not_written_over():
    walk = "name: walk\nexperiment: localization\nparams: {dim: 4, length: 4, samples: 10}\nsweep: {mean: [0, 1]}\n"
    write("walk.yaml", walk)
    write("copied.yaml", "name: walk\nexperiment: entropy_collapse\nparams: {dim: 4, length: [4]}\n".replace("[4]", "4"))
    qklab("run", "walk.yaml")
    before = contents("results/walk")
    done = qklab("run", "copied.yaml", code=2)
    assert "localization" in done.stderr and "entropy_collapse" in done.stderr and "--fresh" in done.stderr, done.stderr
    assert contents("results/walk") == before and finished("results/walk") == 2
    # A directory with only the tables is protected too.
    shutil.copytree(FOLDER / "results" / "walk", FOLDER / "tables", ignore=shutil.ignore_patterns("run.db*"))
    qklab("run", "copied.yaml", "--out", "tables", code=2)
    assert not (FOLDER / "tables" / "run.db").exists()
    qklab("run", "walk.yaml", "mean=0.5", "name=other", "--out", "results/walk")  # the same experiment
    assert finished("results/walk") == 3
    qklab("run", "copied.yaml", "--fresh")
    assert finished("results/walk") == 1 and finished("results/walk.before-1") == 3


def test_another_config_of_the_same_experiment_is_told():
    write("walk-2.yaml", (FOLDER / "walk.yaml").read_text().replace("[0, 1]", "[2, 3]"))
    write("first.yaml", (FOLDER / "walk.yaml").read_text())
    qklab("run", "first.yaml", "--out", "shared")
    assert "replaced" not in qklab("run", "first.yaml", "mean=0.5", "--out", "shared").stderr
    done = qklab("run", "walk-2.yaml", "--out", "shared")
    assert "tables and figures of first.yaml" in done.stderr and "walk-2.yaml" in done.stderr, done.stderr
    assert finished("shared") == 5
    done = qklab("run", "walk-2.yaml", "--out", "new", "--besides", "nowhere", code=2)
    assert "no run directory" in done.stderr and not (FOLDER / "new").exists(), done.stderr


def test_a_run_does_not_write_over_a_reference():
    qklab("run", "walk.yaml", "--out", "to-keep")
    qklab("export", "to-keep", "--format", "reference", "--out", "kept")
    before = contents("kept")
    assert "reference" in qklab("run", "walk.yaml", "--out", "kept", code=2).stderr
    assert contents("kept") == before


def build(folder):
    for arguments in (["cmake", "-S", folder, "-B", f"{folder}/build", f"-DQKLAB_PROGRAM={QKLAB}"],
                      ["cmake", "--build", f"{folder}/build"]):
        done = subprocess.run(arguments, cwd=FOLDER, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return FOLDER / folder / "build" / "steps.so"


def test_trials_of_two_builds_of_a_plugin_do_not_mix_unasked():
    qklab("new", "experiment", "steps")
    plugin = build("steps")
    run = ["run", "steps/steps.yaml", "--preset", "smoke", "--plugin", plugin, "--out", "steps-out"]
    qklab(*run)
    sha = hashlib.sha256(plugin.read_bytes()).hexdigest()
    manifest = json.loads((FOLDER / "steps-out" / "manifest.json").read_text())
    assert manifest["plugins"] == [{"path": str(plugin), "size": plugin.stat().st_size, "sha256": sha}]
    assert str(plugin) in (FOLDER / "steps-out" / "run.log").read_text()
    qklab(*run)
    before = contents("steps-out")

    source = FOLDER / "steps" / "steps.cpp"
    source.write_text(source.read_text().replace("drift + random.normal()", "2 * drift + random.normal()"))
    build("steps")
    other = hashlib.sha256(plugin.read_bytes()).hexdigest()
    assert other != sha
    done = qklab(*run, "seeds=60", code=2)
    assert "another build" in done.stderr and sha[:16] in done.stderr and other[:16] in done.stderr, done.stderr
    assert contents("steps-out") == before
    done = qklab("run", *run[1:5], plugin, "--out", "besides-out", "seeds=60", "--besides", "steps-out", code=2)
    assert "steps-out: " in done.stderr, done.stderr
    qklab(*run, "--mix-builds", "seeds=60")
    hashes = [build["sha256"] for build in json.loads((FOLDER / "steps-out" / "manifest.json").read_text())["plugins"]]
    assert hashes == [sha, other]
    report = (FOLDER / "steps-out" / "report.html").read_text()
    assert f"sha256 {sha[:16]}" in report and f"sha256 {other[:16]}" in report
    qklab(*run, "--rerun", "all")
    qklab(*run)  # now all trials are from this build

    # With another version they are other trials.
    source.write_text(re.sub(r"version = 1", "version = 2", source.read_text()))
    build("steps")
    qklab(*run)

    qklab(*run[:-1], "old-build", "--fresh")
    source.write_text(source.read_text().replace("2 * drift", "3 * drift"))
    build("steps")
    qklab(*run[:-1], "new-build", "seeds=70")
    done = qklab("merge", "old-build", "new-build", "--out", "merged", "--plugin", plugin, code=2)
    assert "different builds" in done.stderr, done.stderr
    assert not (FOLDER / "merged").exists()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
