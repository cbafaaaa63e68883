"""A disk that fills up during a run: a clear error, exit code 1, a readable store, and a run that can continue."""
import os
import subprocess
import sys

from harness import FOLDER, qklab, run_tests, skip, tables, write

SWEEP = write("full.yaml", """
name: full
experiment: localization
params: {dim: 8, length: 64, samples: 64, variance: 1}
sweep: {mean: {linspace: [-1, 1, 1500]}}
""")


def test_full_disk():
    disk = FOLDER / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True)
    if mounted.returncode != 0:
        skip("mounting a small disk needs root")
    try:
        failed = qklab("run", SWEEP, "--out", disk / "out", code=1)
        assert "full" in failed.stderr and "Traceback" not in failed.stderr, failed.stderr
        assert " done, 0 failed" in qklab("status", disk / "out").stdout
        finished = int(qklab("status", disk / "out").stdout.split(" done")[0].split()[-1])
        assert finished > 0, "nothing was kept"

        # If trials are slow, the write-ahead log takes up to 64 MB before it is moved into the file.
        subprocess.run(["mount", "-o", "remount,size=256m", disk], check=True)
        resumed = qklab("run", SWEEP, "--out", disk / "out")
        assert f"{finished} were finished before" in resumed.stderr, resumed.stderr
        qklab("run", SWEEP, "--out", "roomy")
        assert tables(disk / "out") == tables("roomy")
    finally:
        subprocess.run(["umount", disk], check=True)
    return f"passed ({finished} trials were kept)"


def test_read_only_folder():
    folder = FOLDER / "read-only"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder], capture_output=True).returncode != 0:
        skip("mounting needs root")
    try:
        done = qklab("run", SWEEP, "--out", folder / "out", code=1)
        assert os.strerror(30) in done.stderr, done.stderr
    finally:
        subprocess.run(["umount", folder], check=True)


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
