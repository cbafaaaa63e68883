"""The path of docs/own-experiment.md: write an experiment, build it as a shared library, run and test it."""
import shutil
import subprocess
import sys

from harness import FOLDER, QKLAB, qklab, run_tests


def command(*arguments):
    done = subprocess.run(list(map(str, arguments)), cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, f"{arguments}\n{done.stdout}{done.stderr}"


def test_new_experiment_builds_and_runs():
    qklab("new", "experiment", "foo")
    command("cmake", "-S", "foo", "-B", "foo/build", f"-DQKLAB_PROGRAM={QKLAB}")
    command("cmake", "--build", "foo/build")
    plugin = FOLDER / "foo" / "build" / "foo.so"
    done = qklab("run", "foo/foo.yaml", "--plugin", plugin)
    assert "faster_with_drift" in done.stdout and "holds" in done.stdout, done.stdout
    assert (FOLDER / "results" / "foo" / "figures" / "distance.svg").exists()
    command("ctest", "--test-dir", "foo/build", "--no-tests=error")


def test_without_its_plugin_the_error_says_so():
    done = qklab("run", "foo/foo.yaml", code=2)
    assert "foo.yaml:2:13" in done.stderr and "--plugin" in done.stderr, done.stderr


def test_nothing_is_overwritten():
    assert "exists" in qklab("new", "experiment", "foo", code=2).stderr


def test_another_abi_is_refused():
    """The same source with the version in its header changed."""
    shutil.copytree(FOLDER / "foo", FOLDER / "old", ignore=shutil.ignore_patterns("build"))
    source = FOLDER / "old" / "foo.cpp"
    text = source.read_text()
    source.write_text(text.replace(
        "QKLAB_EXPERIMENT(qklab::make)",
        'extern "C" const qklab::PluginHeader qklab_plugin{qklab::plugin_abi - 1, __VERSION__, &qklab::make};'))
    assert source.read_text() != text
    command("cmake", "-S", "old", "-B", "old/build", f"-DQKLAB_PROGRAM={QKLAB}")
    command("cmake", "--build", "old/build")
    done = qklab("--plugin", FOLDER / "old" / "build" / "foo.so", "list", code=2)
    assert "plugin ABI" in done.stderr and "compile it again" in done.stderr, done.stderr


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
