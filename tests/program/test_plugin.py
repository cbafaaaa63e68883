"""The path of docs/own-experiment.md: write an experiment, build it as a shared library, run and test it."""
import json
import re
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


def test_editors_know_the_new_experiment():
    first = (FOLDER / "foo" / "foo.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=foo.schema.json", first
    schema = json.loads((FOLDER / "foo" / "foo.schema.json").read_text())
    assert "drift" in schema["definitions"]["experiments"]["foo"]["params"]["properties"]


def test_without_its_plugin_the_error_says_so():
    done = qklab("run", "foo/foo.yaml", code=2)
    assert "foo.yaml:3:13" in done.stderr and "--plugin" in done.stderr, done.stderr


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
    lists = FOLDER / "old" / "CMakeLists.txt"  # without the schema, for which the build loads the plugin
    lists.write_text(re.sub(r"add_custom_command\(.*?VERBATIM\)", "", lists.read_text(), flags=re.S))
    command("cmake", "-S", "old", "-B", "old/build", f"-DQKLAB_PROGRAM={QKLAB}")
    command("cmake", "--build", "old/build")
    done = qklab("--plugin", FOLDER / "old" / "build" / "foo.so", "list", code=2)
    assert "plugin ABI" in done.stderr and "compile it again" in done.stderr, done.stderr


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
