"""Shards in separate directories are merged: this gives the tables of a single run, or an error that names a trial."""
import re
import sqlite3
import sys

from harness import FOLDER, qklab, run_tests, tables, write

SWEEP = write("sharded.yaml", """
name: sharded
experiment: localization
params: {dim: 16, length: 8, samples: 300}
sweep: {mean: [-0.5, 0, 0.5], variance: [0.01, 1, 10]}
seeds: 4
figures:
  - {name: support, plot: line, x: position, y: support, color: variance, facet: mean, theory: support_theory}
claims:
  - {id: near, text: Support follows theory., test: agreement, metric: support, theory: support_theory,
     tolerance: 0.3, by: [mean, variance]}
""")


def run(out, *arguments, **options):
    return qklab("run", SWEEP, "--out", out, "-j", 2, *arguments, **options)


def test_merge_in_another_order_and_with_overlaps():
    whole = run("whole")
    for shard in (1, 2, 3, 4):
        done = run(f"part-{shard}", "--shard", f"{shard}/4")
        assert "9 of 9 trials" in done.stderr and "27 trials of the sweep have not been run" in done.stdout, done
        assert not (FOLDER / f"part-{shard}" / "claims.json").exists()
    run("overlap", "mean=0.5")
    merged = qklab("merge", "part-3", "part-1", "overlap", "part-4", "part-2", "--out", "merged",
                   "--config-of", "part-1")
    assert tables("merged") == tables("whole")
    for name in ("claims.json", "figures/support.svg", "figures/support.csv"):
        assert (FOLDER / "merged" / name).read_bytes() == (FOLDER / "whole" / name).read_bytes(), name
    assert "36 trials added, 12 were there already" in merged.stderr, merged.stderr
    assert "near" in merged.stdout and "near" in whole.stdout
    qklab("verify", "merged")
    assert "0 of 0 trials" in run("merged").stderr


def test_what_is_missing_is_said():
    done = qklab("merge", "part-1", "part-2", "--out", "half")
    assert "18 trials of the sweep have not been run" in done.stdout, done.stdout
    done = run("half")
    assert "18 of 18 trials" in done.stderr
    assert tables("half") == tables("whole")


def test_besides_leaves_out_what_is_finished_elsewhere():
    done = run("rest", "--besides", "part-1", "--besides", "part-2")
    assert "18 of 18 trials" in done.stderr and "18 were finished before" in done.stderr, done.stderr


def test_conflicts_name_the_trial():
    run("other", "--shard", "1/4")
    with sqlite3.connect(FOLDER / "other" / "run.db") as db:
        # As if another machine had another result: the store is consistent, so the checksum is removed.
        db.execute("UPDATE scalars SET value = value + 1 WHERE trial = 1")
        db.execute("ALTER TABLE trials DROP COLUMN checksum")
        db.execute("ALTER TABLE arrays DROP COLUMN checksum")
        db.execute("PRAGMA user_version = 1")
    done = qklab("merge", "part-1", "other", "--out", "conflict", code=2)
    assert re.search(r"trial [0-9a-f]{16} has two results", done.stderr) and "other" in done.stderr, done.stderr
    assert not (FOLDER / "conflict").exists()


def test_bad_command_lines():
    for shard in ("0/4", "5/4", "1", "one/4"):
        assert "expected I/N" in run("bad", "--shard", shard, code=2).stderr
    assert not (FOLDER / "bad").exists()
    assert "--config-of" in qklab("merge", "part-1", "overlap", "--out", "bad", code=2).stderr
    qklab("merge", "part-1", "nowhere", "--out", "bad", code=2)
    qklab("merge", "part-1", code=2)


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
