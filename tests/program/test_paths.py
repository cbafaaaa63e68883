"""Names of run directories and files: links, slashes, long and unusual names, shared and locked folders."""
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys

from harness import FOLDER, QKLAB, SLOWER, begin_run, csv_rows, qklab, run_tests, tables, wait_while, write

WALK = "name: walk\nexperiment: localization\nparams: {dim: 4, length: 4, samples: 20}\nsweep: {mean: [0, 1]}\nseeds: 3\n"
ODD = [b"with space", b"100%25", b"a#b", b"what?", b"line\nend", b"caf\xe9", b"it's \"so\" $HOME", b"file:x"]


def rows(directory):
    return len(csv_rows(tables(directory)["trials.csv"]))


def test_every_verb_takes_a_directory_of_any_name():
    write("walk.yaml", WALK)
    for name in ODD:
        directory = os.fsdecode(name)
        qklab("run", "walk.yaml", "--out", directory)
        assert rows(directory) == 6
        for verb in (["status"], ["verify"], ["export"], ["report"], ["replay"], ["watch", "--once"]):
            qklab(*verb, directory)
        assert qklab("query", directory, "SELECT count(*) FROM results").stdout.split()[-1] == "6"
        qklab("run", "walk.yaml", "--out", directory, "--fresh")
        assert rows(directory) == 6 and rows(directory + ".before-1") == 6


def test_two_slashes_in_front_are_one():
    directory = f"/{FOLDER}/slashes"
    qklab("run", "walk.yaml", "--out", directory)
    for verb in ("status", "verify", "export", "report"):
        qklab(verb, directory)
    assert qklab("query", directory, "SELECT count(*) FROM results").stdout.split()[-1] == "6"


def test_a_config_of_an_odd_name_is_a_config():
    for number, name in enumerate((b"caf\xe9.yaml", b"two\nlines.yaml", b"a b%20.yaml")):
        shutil.copy(FOLDER / "walk.yaml", os.fsdecode(os.fsencode(FOLDER) + b"/" + name))
        qklab("run", os.fsdecode(name), "--out", f"odd-{number}")
        qklab("verify", f"odd-{number}")
        assert (FOLDER / f"odd-{number}" / "report.html").exists()
    qklab("run", "walk.yaml", os.fsdecode(b"mean=\xe9"), "--out", "not-made", code=2)
    assert not (FOLDER / "not-made").exists()


def test_messages_are_text_whatever_they_tell_of():
    for name in (b"no\xe9where.yaml", b"no\x1b[31mwhere.yaml"):
        done = subprocess.run([QKLAB, "run", name], cwd=FOLDER, capture_output=True)
        assert done.returncode == 2 and b"\x1b" not in done.stderr, done
        done.stderr.decode("utf-8")


def test_fresh_follows_links_and_minds_slashes():
    (FOLDER / "big" / "walk").mkdir(parents=True)
    os.symlink("big/walk", FOLDER / "link")
    qklab("run", "walk.yaml", "--out", "link")
    qklab("run", "walk.yaml", "--out", "link/", "--fresh", "mean=0.5")
    assert (FOLDER / "link").is_symlink() and rows("link") == rows("big/walk") == 3
    assert rows("big/walk.before-1") == 6
    qklab("run", "walk.yaml", "--out", "./big//walk/", "--fresh", "mean=0.25,0.75")
    assert rows("link") == 6 and rows("big/walk.before-2") == 3


def test_fresh_moves_nothing_but_run_directories():
    (FOLDER / "photos").mkdir()
    write("photos/one.jpg", "")
    assert "no run directory" in qklab("run", "walk.yaml", "--out", "photos", "--fresh", code=2).stderr
    assert sorted(path.name for path in FOLDER.glob("photos*")) == ["photos"]
    inside = FOLDER / "inside"
    qklab("run", "walk.yaml", "--out", "inside")
    shutil.copy(FOLDER / "walk.yaml", inside / "walk.yaml")
    assert "another folder" in qklab("run", "walk.yaml", "--out", ".", "--fresh", code=2, cwd=inside).stderr
    assert rows("inside") == 6


def test_fresh_heeds_the_lock_of_a_run_under_way():
    """The first run is stopped while the second one tries, so that it cannot end before."""
    long = write("long.yaml", WALK.replace("samples: 20", f"samples: {200000 // SLOWER}").replace("seeds: 3", "seeds: 40"))
    first = begin_run(long, "busy", "-j1")
    assert wait_while(first, lambda: not (FOLDER / "busy" / "run.db-wal").exists())
    first.send_signal(signal.SIGSTOP)
    done = qklab("run", long, "--out", "busy", "--fresh", "mean=0.5", code=75)
    first.send_signal(signal.SIGCONT)
    assert f"pid {first.pid}" in done.stderr, done.stderr
    assert first.wait() == 0 and rows("busy") == 80
    assert not list(FOLDER.glob("busy.before*"))
    qklab("verify", "busy")


def test_folders_that_cannot_be_written_are_bad_input():
    closed = FOLDER / "closed"
    closed.mkdir()
    qklab("run", "walk.yaml", "--out", "given")
    shutil.copytree(FOLDER / "given", closed / "given")
    os.chmod(closed / "given", 0o555)
    os.chmod(closed, 0o555)
    calls = [["run", "walk.yaml", "--out", "closed/new"], ["run", "walk.yaml", "--out", "closed/given"],
             ["export", "given", "--out", "closed/new"], ["merge", "given", "--out", "closed/new"],
             ["run", "walk.yaml", "--out", "fine", "--scratch", "closed/new"],
             ["run", "walk.yaml", "--out", "walk.yaml/below"]]
    demoted = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all"]
    prefix = demoted if os.geteuid() == 0 else []
    os.chmod(FOLDER, 0o777)
    for call in calls:
        done = subprocess.run([*prefix, QKLAB, *call], cwd=FOLDER, capture_output=True, text=True)
        assert done.returncode == 2, (call, done)
        named = call[-1]
        assert named in done.stderr and "choose another folder" in done.stderr, (call, done.stderr)
    os.chmod(closed, 0o755)
    os.chmod(closed / "given", 0o755)


def test_the_umask_decides_who_may_write_what_a_run_leaves():
    for mask, wanted in ((0o002, 0o664), (0o077, 0o600)):
        name = f"mask-{mask:o}"
        subprocess.run([QKLAB, "run", "walk.yaml", "--out", name], cwd=FOLDER, check=True, capture_output=True,
                       preexec_fn=lambda mask=mask: os.umask(mask))
        subprocess.run([QKLAB, "run", "walk.yaml", "--out", name, "--scratch", "scratch", "mean=2"], cwd=FOLDER,
                       check=True, capture_output=True, preexec_fn=lambda mask=mask: os.umask(mask))
        for path in (FOLDER / name).rglob("*"):
            if path.is_file():
                assert stat.S_IMODE(path.stat().st_mode) == wanted, (path, oct(path.stat().st_mode))


def test_a_path_that_is_too_long_is_told_before_anything_is_made():
    deep = pathlib.Path("deep", *(["d" * 60] * 9))
    assert "too long" in qklab("run", "walk.yaml", "--out", deep, code=2).stderr
    assert not (FOLDER / "deep").exists()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
