"""A run in scratch that is told to stop copies back what it has, leaves nothing behind, and goes on bitwise."""
import signal
import subprocess
import sys
import time

from harness import FOLDER, QKLAB, SLOWER, qklab, run_tests, tables, write

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
    """Trials of the store in a folder, 0 where it is not there yet. qklab's own reader leaves no files beside it."""
    status = qklab("status", folder, code=None)
    return int(status.stdout.split(": ")[1].split(" done")[0]) if status.returncode == 0 else 0


def stop(out, sent):
    """Runs in scratch until some trials are done, sends the signal; the exit code."""
    run = subprocess.Popen([QKLAB, "run", str(SWEEP), "--out", out, "--scratch", str(DISK), "-j", "2"], cwd=FOLDER,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    before = finished_in(FOLDER / out)
    deadline = time.monotonic() + 60
    while run.poll() is None and time.monotonic() < deadline:
        if any(finished_in(folder) > before for folder in DISK.glob("qklab-*")):
            run.send_signal(sent)
            break
    message = run.communicate(timeout=60)[1]
    return run.returncode, message


def test_stopped_runs_copy_back():
    qklab("run", SWEEP, "--out", "plain")
    kept = 0
    for sent in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        code, message = stop("stopped", sent)
        assert code == 130 and "the same command goes on" in message, (sent, code, message)
        now = finished_in(FOLDER / "stopped")
        assert kept < now < TRIALS, (sent, kept, now)
        kept = now
        assert list(DISK.iterdir()) == [], sent
        assert f"{now} done" in qklab("status", "stopped").stdout
    done = qklab("run", SWEEP, "--out", "stopped", "--scratch", DISK).stderr
    assert f"({kept} were finished before)" in done, done
    assert tables("stopped") == tables("plain")
    assert list(DISK.iterdir()) == []
    return f"passed, {kept} of {TRIALS} trials kept over three signals"


def test_a_killed_run_leaves_the_run_directory_whole():
    stop("killed", signal.SIGTERM)
    before = finished_in(FOLDER / "killed")
    code, _ = stop("killed", signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert finished_in(FOLDER / "killed") == before > 0  # nothing had been copied back since
    qklab("run", SWEEP, "--out", "killed", "--scratch", DISK)
    qklab("run", SWEEP, "--out", "plain")
    assert tables("killed") == tables("plain")


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
