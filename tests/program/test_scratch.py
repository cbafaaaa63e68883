"""A run in scratch that is stopped copies its results back, leaves nothing behind, and continues with the same bits."""
import shutil
import signal
import subprocess
import sys

from harness import FOLDER, SLOWER, begin_run, qklab, run_tests, tables, wait_while, write

SWEEP = write("sweep.yaml", f"""
name: scratched
experiment: localization
params: {{dim: 32, length: 16, samples: {20000 // SLOWER}}}
sweep: {{mean: [-0.5, 0, 0.5], variance: {{logspace: [0.01, 10, 10]}}, attention: [piecewise, softmax]}}
seeds: 5
""")
TRIALS = 300
DISK = FOLDER / "node-disk"


def finished_in(folder):
    """The number of trials in a folder's store, 0 without a store. qklab itself reads it, since it adds no files."""
    status = qklab("status", folder, code=None)
    return int(status.stdout.split(": ")[1].split(" done")[0]) if status.returncode == 0 else 0


def stop(out, sent):
    """Runs in scratch until some trials are done, sends the signal, and returns the exit code."""
    run = begin_run(SWEEP, out, "--scratch", DISK, "-j", 2, stderr=subprocess.PIPE, text=True)
    before = finished_in(FOLDER / out)
    wait_while(run, lambda: all(finished_in(folder) <= before for folder in DISK.glob("qklab-*")))
    run.send_signal(sent)
    message = run.communicate()[1]
    return run.returncode, message


def stopped_three_times():
    """The number of trials that are kept; None if a run had ended before its signal came, as on a busy machine."""
    kept = 0
    for sent in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        code, message = stop("stopped", sent)
        now = finished_in(FOLDER / "stopped")
        assert list(DISK.iterdir()) == [], sent
        if now == TRIALS:
            shutil.rmtree(FOLDER / "stopped")
            return None
        assert code == 130 and "the same command goes on" in message, (sent, code, message)
        assert now > kept, (sent, kept, now)
        kept = now
    return kept


def test_stopped_runs_copy_back():
    qklab("run", SWEEP, "--out", "plain")
    kept = stopped_three_times()
    while kept is None:
        kept = stopped_three_times()
    assert f"{kept} done" in qklab("status", "stopped").stdout
    done = qklab("run", SWEEP, "--out", "stopped", "--scratch", DISK).stderr
    assert f"({kept} were finished before)" in done, done
    assert tables("stopped") == tables("plain")
    assert list(DISK.iterdir()) == []
    return f"passed, {kept} of {TRIALS} trials kept over three signals"


def test_a_killed_run_leaves_the_run_directory_whole():
    code, before = None, 0
    while code != -signal.SIGKILL or not before:  # a run may end before it is killed, or be stopped before its first trial
        shutil.rmtree(FOLDER / "killed", ignore_errors=True)
        stop("killed", signal.SIGTERM)
        before = finished_in(FOLDER / "killed")
        code, _ = stop("killed", signal.SIGKILL)
    assert finished_in(FOLDER / "killed") == before  # nothing was copied back since then
    qklab("run", SWEEP, "--out", "killed", "--scratch", DISK)
    qklab("run", SWEEP, "--out", "plain")
    assert tables("killed") == tables("plain")


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
