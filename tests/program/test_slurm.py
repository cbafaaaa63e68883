"""`qklab launch slurm` on a real cluster of one node: a shard is cancelled and resubmitted, and the merged tables
are those of a single run. Skipped if slurm.sh cannot start a cluster."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

from harness import FOLDER, QKLAB, SKIPPED, SLOWER, qklab, run_tests, tables, write

HERE = pathlib.Path(__file__).resolve().parent
SWEEP = write("cluster.yaml", f"""
name: cluster
experiment: localization
params: {{dim: 48, length: 24, samples: {60000 // SLOWER}}}
sweep: {{mean: [-0.5, 0, 0.5], variance: {{logspace: [0.01, 10, 4]}}}}
seeds: 4
figures:
  - {{name: support, plot: line, x: position, y: support, color: variance, facet: mean, theory: support_theory}}
claims:
  - {{id: near, text: Support follows theory., test: agreement, metric: support, theory: support_theory,
     tolerance: 0.3, by: [mean, variance]}}
""")


def command(*arguments):
    return subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=300).stdout


def launch(*arguments, out="out", shards=4, **options):
    return qklab("launch", "slurm", SWEEP, "--shards", shards, "--out", out, *arguments, **options).stdout


def job_of(text):
    return text.split("(job ")[1].split(")")[0]


def wait_for_the_queue():
    while command("squeue", "-h", "-r").strip():  # CTest's limit ends an endless wait
        time.sleep(0.2)


def logs(out="out"):
    return "\n".join(f"{path.name}: {path.read_text()}" for path in sorted((FOLDER / out / "slurm/log").iterdir()))


def test_dry_run_writes_and_submits_nothing():
    text = launch("mean=0,0.5", "--max-parallel", 2, "--dry-run", "--", "-p", "main", "-t", "10")
    for part in ("--array=1-4%2", "-p main -t 10", "mean=0,0.5", "afterany:JOB1", "merge"):
        assert part in text, text
    # The trials are listed as by `run --dry-run`: 2 means, 4 variances, 4 seeds.
    assert text.count("to run  ") == 5 and "... and 27 more, which --all lists" in text, text
    assert launch("mean=0,0.5", "-n", "--all").count("to run  ") == 32
    assert launch("mean=0,0.5", "-n", "--limit", 2).count("to run  ") == 2
    assert not (FOLDER / "out").exists()
    assert command("squeue", "-h") == ""


def test_bad_requests_submit_nothing():
    qklab("launch", "slurm", SWEEP, "--shards", 0, "--out", "out", code=2)
    qklab("launch", "slurm", SWEEP, "--shards", 2, "--out", "out", "maen=0", code=2)
    qklab("launch", "slurm", SWEEP, "--shards", 2, "--out", "a%b", code=2)
    assert not (FOLDER / "out").exists()
    refused = launch("--", "-p", "nowhere", out="refused", code=1)
    assert command("squeue", "-h") == "", refused


def cancelled():
    """Cancels task 2 once it has stored trials, and launches again. Returns what was submitted, or None if the task had
    ended before."""
    job = job_of(launch("--", "--time", "5"))
    while f"{job}_2" in command("squeue", "-h", "-r", "-o", "%i") and not (FOLDER / "out/shards/2-of-4/run.db").exists():
        time.sleep(0.02)
    command("scancel", f"{job}_2")
    busy = launch()  # while the others run: only shards that are neither finished nor queued
    wait_for_the_queue()
    if "0 submitted" in busy and "interrupted" not in logs():
        shutil.rmtree(FOLDER / "out")
        return None
    return busy


def test_a_shard_is_cancelled_and_resubmitted():
    busy = None
    while busy is None:
        busy = cancelled()
    again = launch()
    wait_for_the_queue()
    qklab("run", SWEEP, "--out", "whole")
    assert tables("out") == tables("whole"), again + logs()
    for name in ("claims.json", "figures/support.csv"):
        assert (FOLDER / "out" / name).read_bytes() == (FOLDER / "whole" / name).read_bytes(), name
    assert "near" in logs()
    assert "4 finished, 0 queued, 0 submitted" in launch()
    qklab("verify", "out")
    return "passed: " + busy.splitlines()[0] + "; then " + again.splitlines()[0]


def test_scratch_and_arrays_longer_than_the_cluster_allows():
    """The cluster takes 4 tasks per array, so 7 shards need two arrays; each shard runs in a separate folder and copies
    its results back."""
    scratch = FOLDER / "node-disk"
    launch("--max-parallel", 2, "--scratch", scratch, "samples=500", out="many", shards=7)
    wait_for_the_queue()
    qklab("run", SWEEP, "samples=500", "--out", "single")
    assert tables("many") == tables("single"), logs("many")
    assert len(list((FOLDER / "many" / "shards").iterdir())) == 7
    assert list(scratch.iterdir()) == [], "scratch is left behind"


if __name__ == "__main__":
    if "SLURM_CONF" not in os.environ:
        inside = subprocess.run([HERE / "slurm.sh", sys.executable, __file__, QKLAB],
                                env={**os.environ, "MAX_ARRAY_SIZE": "5"})
        if inside.returncode == SKIPPED:
            print("skipped: no Slurm can be started here: it takes root and Debian's slurm-wlm and munge")
        sys.exit(inside.returncode)
    run_tests(sys.modules[__name__])
