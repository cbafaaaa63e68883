"""The package python/qklab beside a run: it reads while another process writes, stops a run as Ctrl-C does, and shows
its progress."""
import fcntl
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time

from harness import (FOLDER, SLOWER, begin_run, csv_rows, needs, needs_terminals, qklab, run_tests, tables, wait_while,
                     write)
from python_package import package

TRIALS = 40
SWEEP = write("slow.yaml", f"""
name: slow
experiment: localization
params: {{dim: 32, length: 16, samples: {600000 // SLOWER}}}
sweep: {{mean: {{linspace: [0, 1, {TRIALS}]}}}}
""")
SCRIPT = write("script.py", f"""
import sys, qklab
try:
    print("begins", flush=True)
    run = qklab.run({str(SWEEP)!r}, out=sys.argv[1], jobs=1)
    print(len(run.trials), "trials", flush=True)
except KeyboardInterrupt:
    print("KeyboardInterrupt", flush=True)
    sys.exit(3)
""")


def whole():
    if not (FOLDER / "whole").exists():
        qklab("run", SWEEP, "--out", "whole")
    return tables("whole")


def begin(out, **options):
    return subprocess.Popen([sys.executable, SCRIPT, FOLDER / out], cwd=FOLDER, text=True, stdout=subprocess.PIPE,
                            **{"stderr": subprocess.DEVNULL, **options})


def finished(out):
    """How many trials are finished, read as anyone may; 0 as long as there is no table."""
    import qklab as lab
    try:
        return len(lab.Run(FOLDER / out).trials)
    except lab.QklabError:
        return 0


def test_a_run_that_writes_is_read_and_not_disturbed():
    package()
    run = begin_run(SWEEP, "live", "-j", 1)
    counts = []

    def few():
        counts.append(finished("live"))
        return counts[-1] < 12

    assert wait_while(run, few), "over before it was looked at"
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert counts == sorted(counts) and counts[-1] < TRIALS
    # A killed run leaves its log; what it had finished is read, and nothing is written.
    before = sorted((path.name, path.stat().st_size) for path in (FOLDER / "live").iterdir())
    trials = package().open(FOLDER / "live").trials
    assert len(trials) >= counts[-1] and (trials["status"] == "done").all()
    assert sorted((path.name, path.stat().st_size) for path in (FOLDER / "live").iterdir()) == before
    known = {row["trial"]: row for row in csv_rows(whole()["trials.csv"])}
    for _, trial in trials.iterrows():
        assert float(known[trial["trial"]]["entropy"]) == trial["entropy"]
    qklab("run", SWEEP, "--out", "live")
    assert tables("live") == whole()


def test_only_the_trials_of_the_last_config():
    lab = package()
    qklab("run", SWEEP, "--out", "two", "mean=0,1", "samples=100")
    qklab("run", SWEEP, "--out", "two", "mean=1,0", "samples=200")
    run = lab.open(FOLDER / "two")
    assert list(run.trials["samples"]) == [200, 200] and list(run.trials["mean"]) == [1, 0]
    # The same while the next one is writing, in which case no table says so.
    writing = begin_run(SWEEP, "two", "-j", 1)

    def is_earlier(trials):
        return len(trials) in (0, 2) and set(trials["samples"]) <= {200}
    assert wait_while(writing, lambda: is_earlier(run.trials))
    assert set(run.trials["samples"]) == {600000 // SLOWER}
    writing.send_signal(signal.SIGKILL)
    writing.wait()
    # And where the program cannot be asked, all that are in the file.
    place, os.environ["QKLAB_PROGRAM"] = os.environ["QKLAB_PROGRAM"], "/nowhere"
    try:
        assert set(lab.open(FOLDER / "two").trials["samples"]) == {100, 200, 600000 // SLOWER}
    finally:
        os.environ["QKLAB_PROGRAM"] = place


def test_ctrl_c_saves_and_the_same_call_goes_on():
    package()
    for signals in (1, 2):  # a second one ends it at once
        before = finished("stopped")
        run = begin("stopped")
        assert wait_while(run, lambda: finished("stopped") < before + 3), "over before it could be stopped"
        for _ in range(signals):
            run.send_signal(signal.SIGINT)
            time.sleep(0.02)
        said, _ = run.communicate(timeout=120)
        # On a fast machine the second one comes when Python is ending already, which then ends by the signal.
        assert run.returncode in ((3,) if signals == 1 else (3, 130, -signal.SIGINT)), run.returncode
        assert said.split() == ["begins", "KeyboardInterrupt"], said
        assert before + 3 <= finished("stopped") < TRIALS
    done = begin("stopped")
    said, _ = done.communicate(timeout=250)
    assert done.returncode == 0 and f"{TRIALS} trials" in said and tables("stopped") == whole()


def test_a_run_ends_with_the_process_that_began_it():
    needs_terminals()
    package()
    run = begin("orphan")
    assert wait_while(run, lambda: finished("orphan") < 2)
    program = int((FOLDER / "orphan/run.db.lock").read_text())
    run.send_signal(signal.SIGKILL)
    run.wait()
    end = time.monotonic() + 60
    while os.path.exists(f"/proc/{program}") and open(f"/proc/{program}/stat").read().split()[2] != "Z":
        assert time.monotonic() < end, "the program goes on"
        time.sleep(0.05)
    assert not (FOLDER / "orphan/run.db-wal").exists(), "it was killed, instead of ending by itself"
    assert 2 <= finished("orphan") < TRIALS, finished("orphan")


def shown_on_a_terminal(out, **environment):
    needs_terminals()
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    run = begin(out, stderr=slave, env={**os.environ, **environment})
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 65536):
            shown += piece
    except OSError:
        pass  # the end of a terminal
    said, _ = run.communicate(timeout=250)
    os.close(master)
    assert run.returncode == 0 and f"{TRIALS} trials" in said, said
    return shown.decode(errors="replace")


def test_progress_on_a_terminal():
    package()
    needs("tqdm")
    shown = shown_on_a_terminal("bar")
    counts = [int(count) for count in re.findall(rf"(\d+)/{TRIALS} trials", shown)]
    assert len(set(counts)) > 3 and counts == sorted(counts) and re.search(r"%\|.*left", shown), shown[-500:]


def test_progress_without_tqdm():
    package()
    hidden = FOLDER / "hidden"
    hidden.mkdir()
    (hidden / "tqdm.py").write_text("raise ImportError('hidden')\n")
    shown = shown_on_a_terminal("line", PYTHONPATH=f"{hidden}{os.pathsep}{os.environ['PYTHONPATH']}")
    assert re.search(rf"slow: \d+/{TRIALS} trials, ", shown) and "|" not in shown, shown[-500:]


def test_no_progress_where_nobody_watches():
    package()
    shutil.rmtree(FOLDER / "quiet", ignore_errors=True)
    run = begin("quiet", stderr=subprocess.PIPE)
    said, notes = run.communicate(timeout=250)
    assert run.returncode == 0 and notes == "", notes


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
