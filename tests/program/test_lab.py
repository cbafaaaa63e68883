"""`./lab` on systems other than Debian, and tests that cannot run: these are reported, and do not pass."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

from harness import FOLDER, ROOT, SKIPPED, run_tests, write

# Builds nothing, so that the test takes seconds; all other calls go to the real CMake.
CMAKE = f"""#!/bin/sh
[ "$1" != --build ] || {{ echo "building $*" >&2; exit 0; }}
[ "$1" != --preset ] || set -- "$@" $WITHOUT
exec {shutil.which("cmake")} "$@"
"""


def system(name, *hidden):
    """A PATH with all programs of this system except dpkg and the hidden ones."""
    folder = FOLDER / name
    folder.mkdir()
    for directory in map(pathlib.Path, os.environ["PATH"].split(":")):
        for program in directory.iterdir() if directory.is_dir() else ():
            link = folder / program.name
            if program.name not in ("dpkg-query", "cmake", *hidden) and not link.is_symlink():
                link.symlink_to(program)
    (folder / "cmake").write_text(CMAKE)
    (folder / "cmake").chmod(0o755)
    return str(folder)


def tree(name):
    """A view of the source tree that has a separate build folder."""
    folder = FOLDER / name
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.name not in ("build", ".git"):
            (folder / path.name).symlink_to(path)
    return folder


def lab(folder, *arguments, path, **environment):
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("QKLAB_", "LAB_"))}
    return subprocess.run([folder / "lab", *arguments], capture_output=True, text=True,
                          env={**keep, "PATH": path, **environment})


def test_without_dpkg_it_goes_on_with_what_cmake_finds():
    done = lab(tree("found"), "build", path=system("other"))
    assert done.returncode == 0 and done.stdout == "build/release/qklab\n", done.stderr
    assert "no dpkg here" in done.stderr and "building --build build/release --target qklab" in done.stderr, done.stderr


def test_without_dpkg_missing_libraries_are_called_by_their_own_names():
    without = " ".join(f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ("xsimd", "SQLite3", "CLI11"))
    done = lab(tree("lacking"), "build", path=system("lacking-path"), WITHOUT=without)
    assert done.returncode != 0, done.stdout
    for name in ("xsimd 8 or later", "SQLite 3", "CLI11 2"):
        assert name in done.stderr, done.stderr
    for name in ("yaml-cpp", "fmt 9", "oneTBB", "-dev"):
        assert name not in done.stderr, done.stderr


def test_without_dpkg_missing_programs_are_named():
    done = lab(tree("bare"), "build", path=system("bare-path", "ninja", "gnuplot"))
    assert done.returncode == 1 and "missing: Ninja" in done.stderr, done.stderr


def test_what_tests_need_is_found_though_the_program_was_built_without():
    folder, path = tree("grown"), system("grown-path", "ctest")
    (pathlib.Path(path) / "ctest").write_text(
        "#!/bin/sh\nmkdir -p build/release/Testing/Temporary && : >build/release/Testing/Temporary/LastTest.log\n")
    (pathlib.Path(path) / "ctest").chmod(0o755)
    assert lab(folder, "build", path=path).returncode == 0
    cache = folder / "build/release/CMakeCache.txt"
    cache.write_text(re.sub(r"^QKLAB_DOCTEST:PATH=.*$", "QKLAB_DOCTEST:PATH=QKLAB_DOCTEST-NOTFOUND", cache.read_text(), flags=re.M))
    done = lab(folder, "test", path=path)
    assert done.returncode == 0, done.stderr
    found = re.search(r"^QKLAB_DOCTEST:PATH=(.*)$", cache.read_text(), re.M)[1]
    assert pathlib.Path(found, "doctest/doctest.h").exists(), found


def test_a_test_that_cannot_be_made_is_skipped_and_says_why():
    script = """
import sys
sys.path.insert(0, HERE)
from harness import needs, run_tests, skip
def test_first(): pass
def test_second(): needs("nosuchmodule")
def test_third(): skip("the moon is not full")
"""
    head = script.replace("HERE", repr(str(ROOT / "tests/program")))
    for extra, code in (("", SKIPPED), ("def test_fourth(): assert False\n", 1)):
        path = write("skips.py", head + extra + "run_tests(sys.modules[__name__])\n")
        done = subprocess.run([sys.executable, path, sys.argv[1]], capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        assert "test_second: skipped: Python's nosuchmodule is not installed" in done.stdout, done.stdout
        assert "test_third: skipped: the moon is not full" in done.stdout, done.stdout
        assert "test_first: passed" in done.stdout


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
