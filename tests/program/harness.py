"""Shared by the tests of the program: runs it in a temporary folder and checks what it does."""
import contextlib
import csv
import functools
import importlib
import io
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
QKLAB = str(pathlib.Path(sys.argv[1]).resolve())
FIGURE = ROOT / "configs" / "fig_localization.yaml"
SLOWER = int(os.environ.get("QKLAB_SLOWER", "1"))  # slow-down by a sanitizer: tests divide sample counts by it
SKIPPED = 77  # the exit code that CTest takes for "skipped"

# A shell makes its background jobs ignore Ctrl-C, and the programs started here would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

_folder = tempfile.TemporaryDirectory(prefix="qklab-test-")
FOLDER = pathlib.Path(_folder.name)


def qklab(*arguments, code=0, cwd=FOLDER, timeout=300, **environment):
    """Runs qklab, checks its exit code (None: any), and returns the completed process."""
    done = subprocess.run([QKLAB, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          errors="backslashreplace", timeout=timeout, stdin=subprocess.DEVNULL,
                          env={**os.environ, **environment})
    shown = f"qklab {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}"
    assert code is None or done.returncode == code, f"exit code {done.returncode}, not {code}: {shown}"
    assert "terminate called" not in done.stderr and "Sanitizer" not in done.stderr, shown
    return done


@functools.cache
def plugins(*names, folder=ROOT / "examples" / "plugins"):
    """The libraries that files of the folder become, by name. They are built at the first call, by CMake."""
    source = pathlib.Path(tempfile.mkdtemp(prefix="plugins-", dir=FOLDER))
    lines = "\n".join(f'qklab_plugin({name} "{folder}/{name}.cpp")' for name in names)
    (source / "CMakeLists.txt").write_text(
        f'cmake_minimum_required(VERSION 3.25)\nproject(plugins LANGUAGES CXX)\n'
        f'include("{ROOT}/cmake/plugin.cmake")\n{lines}\n')
    for command in (("cmake", "-S", source, "-B", source / "build", f"-DQKLAB_PROGRAM={QKLAB}"),
                    ("cmake", "--build", source / "build")):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "warning" not in done.stdout + done.stderr, done.stdout + done.stderr
    return {name: source / "build" / f"{name}.so" for name in names}


def write(name, text):
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def tables(directory):
    """The bytes of both CSVs of a run directory."""
    return {name: (pathlib.Path(FOLDER) / directory / name).read_bytes() for name in ("trials.csv", "series.csv")}


def csv_rows(table):
    """The rows of a CSV given as text or bytes, each a dict."""
    return list(csv.DictReader(io.StringIO(table if isinstance(table, str) else table.decode())))


def begin_run(config, out, *arguments, cwd=FOLDER, **options):
    """Starts a run in the background, which writes into `out`."""
    return subprocess.Popen([QKLAB, "run", str(config), "--out", str(out), *map(str, arguments)], cwd=cwd,
                            **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options})


def wait_while(process, condition):
    """Waits until the condition is false or the process has ended; True if the process still runs. There is no time
    limit, since a suitable one differs between machines: CTest's limit ends a test that would wait for ever."""
    while process.poll() is None:
        if not condition():
            return True
        time.sleep(0.001)
    return False


def handles_signals(process):
    """Whether the process already handles SIGINT, SIGTERM and SIGHUP by itself, according to Linux."""
    try:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    caught = int(re.search(r"^SigCgt:\s*([0-9a-f]+)", status, re.M)[1], 16)
    return all(caught >> (number - 1) & 1 for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))


def contents(directory):
    """Names, sizes and times of the files in the directory: they change with everything that a run writes."""
    found = set()
    for path in (FOLDER / directory).rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            status = path.stat()
            found.add((str(path), status.st_size, status.st_mtime_ns))
    return found


def wait_for_changes(process, directory, times):
    """Waits until the directory was seen to change `times` times; True if the process still runs."""
    for _ in range(times):
        before = contents(directory)
        if not wait_while(process, lambda: contents(directory) == before):  # noqa: B023: called at once
            return False
    return True


def run_through_kills(config, out, *arguments, seed, lives):
    """Runs into `out`, kills the run `lives` times, each time after a few more changes to the directory, and then lets
    it finish. If a run finishes before it is killed, everything starts again."""
    choose, killed = random.Random(seed), 0
    while killed < lives:
        run = begin_run(config, out, "-j", 2, *arguments)
        wait_for_changes(run, out, choose.randrange(1, 12))
        run.send_signal(signal.SIGKILL)
        if run.wait() == -signal.SIGKILL:
            killed += 1
        else:
            shutil.rmtree(FOLDER / out)
    qklab("run", config, "--out", out, "-j", "2")
    return killed


@contextlib.contextmanager
def without_store(directory):
    """Turns a run directory into the form of a committed reference: only CSVs and manifest."""
    store, aside = FOLDER / directory / "run.db", FOLDER / "aside.db"
    store.rename(aside)
    yield
    aside.rename(store)


class Skipped(Exception):
    """Raised by `skip`: the test cannot run here."""


def skip(reason):
    """Ends the test. The reason is shown, and CTest reports the file as skipped, not as passed."""
    raise Skipped(reason)


def needs_terminals():
    """Skips the test where the system has none to give, as in a chroot without /dev/pts."""
    try:
        for file in os.openpty():
            os.close(file)
    except OSError as error:
        skip(f"no terminal can be opened: {error}")


def needs(module):
    """Imports a Python package that not every machine has, or skips the test."""
    try:
        return importlib.import_module(module)
    except ImportError:
        skip(f"Python's {module} is not installed")


def run_tests(module):
    """Runs every function named test_*, prints one line for each, and exits with 1 if one failed, otherwise with 77 if
    one was skipped."""
    failed = skipped = 0
    tests = [(name, test) for name, test in vars(module).items() if name.startswith("test_")]
    assert tests, "no test here"
    for name, test in tests:
        try:
            outcome = test() or "passed"
        except Skipped as reason:
            outcome, skipped = f"skipped: {reason}", skipped + 1
        except Exception as error:  # noqa: BLE001: the next tests must run too
            outcome, failed = f"FAILED: {type(error).__name__}: {error}", failed + 1
        print(f"{name}: {outcome}", flush=True)
    sys.exit(1 if failed else SKIPPED if skipped else 0)
