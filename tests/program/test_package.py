"""An installed qklab and the Debian package: the program runs from any prefix, and find_package builds plugins."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

from harness import FOLDER, QKLAB, ROOT, needs, qklab, run_tests, skip, write

BUILD = pathlib.Path(QKLAB).parent
CLEAN = {"PATH": "/usr/bin:/bin", "HOME": str(FOLDER), "LANG": "C.UTF-8"}  # no variable of the build's environment

SWEEP = write("installed.yaml", """
name: installed
experiment: localization
params: {dim: 8, length: 4, samples: 100}
sweep: {mean: [0, 0.5]}
seeds: 2
figures: [{name: support, plot: line, x: position, y: support, color: mean}]
""")


def command(*arguments, cwd=FOLDER, env=None):
    done = subprocess.run(list(map(str, arguments)), cwd=cwd, capture_output=True, text=True, env=env)
    assert done.returncode == 0, f"{' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}"
    return done.stdout


def check_program(prefix):
    program = prefix / "bin" / "qklab"
    assert "localization" in command(program, "list", env=CLEAN)
    command(program, "run", SWEEP, "--out", f"out-{prefix.name}", env=CLEAN)
    assert (FOLDER / f"out-{prefix.name}" / "figures/support.svg").stat().st_size > 0
    configs = sorted(path.stem for path in (prefix / "share/qklab/configs").glob("*.yaml"))
    assert configs == sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))
    refused = subprocess.run([program, "reproduce", "none"], cwd=FOLDER, capture_output=True, text=True, env=CLEAN)
    assert all(name in refused.stderr for name in configs), refused.stderr


def test_install():
    command("cmake", "--install", BUILD, "--prefix", FOLDER / "prefix")
    check_program(FOLDER / "prefix")


def test_manual_and_completion():
    prefix = FOLDER / "prefix"
    verbs = re.findall(r"^  ([a-z]+) ", qklab("--help").stdout.split("Subcommands:")[1], re.M)
    assert len(verbs) > 12 and "launch" in verbs, verbs
    man = (prefix / "share/man/man1/qklab.1").read_text()
    scripts = {shell: (prefix / "share" / path).read_text() for shell, path in (
        ("bash", "bash-completion/completions/qklab"), ("zsh", "zsh/vendor-completions/_qklab"),
        ("fish", "fish/vendor_completions.d/qklab.fish"))}
    for verb in verbs:
        assert f".SS {verb}\n" in man, verb
        for shell, script in scripts.items():
            assert re.search(rf"\b{verb}\b", script), (shell, verb)

    def completed(*words):
        script = f"source {prefix}/share/bash-completion/completions/qklab; COMP_WORDS=({' '.join(words)}); " \
                 f"COMP_CWORD={len(words) - 1}; _qklab; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        return command("bash", "-c", script).split()

    assert "run" in completed("qklab", "r") and "launch" not in completed("qklab", "r")
    assert completed("qklab", "run", "x.yaml", "--sha") == ["--shard"]
    assert completed("qklab", "launch", "sl") == ["slurm"]
    assert completed("qklab", "list", "ta") == ["tasks"]
    for text in (man, *scripts.values()):
        assert re.search(r"\bregularizers\b", text)


def test_what_reads_them_finds_no_fault():
    """Checks the manual page and the completions with each program that reads them, if it is installed."""
    share = FOLDER / "prefix/share"
    readers = {"man": ["man", "--warnings", "-l", share / "man/man1/qklab.1"],
               "zsh": ["zsh", "-n", share / "zsh/vendor-completions/_qklab"],
               "fish": ["fish", "-n", share / "fish/vendor_completions.d/qklab.fish"]}
    for name, reader in readers.items():
        if shutil.which(name):
            read = subprocess.run(reader, capture_output=True, text=True,
                                  env={**os.environ, "MANROFFSEQ": "", "MANWIDTH": "80"})
            assert read.returncode == 0 and not read.stderr.strip(), (name, read.stderr)
    missing = [name for name in readers if not shutil.which(name)]
    if missing:
        skip(f"not installed: {', '.join(missing)}")


def test_a_plugin_builds_by_find_package():
    prefix = FOLDER / "prefix"
    command(prefix / "bin/qklab", "new", "experiment", "bar", env=CLEAN)
    text = (FOLDER / "bar/CMakeLists.txt").read_text()
    assert "find_package(qklab" in text and f"{ROOT}/" not in text and f'{ROOT}"' not in text, text
    command("cmake", "-S", "bar", "-B", "bar/build", f"-DCMAKE_PREFIX_PATH={prefix}")
    command("cmake", "--build", "bar/build")
    command(prefix / "bin/qklab", "run", "bar/bar.yaml", "--preset", "smoke", "--plugin", "bar/build/bar.so", env=CLEAN)
    # Uses only the exported target, without our function.
    write("own/CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(own LANGUAGES CXX)\n"
          "find_package(qklab 0.1 REQUIRED)\nadd_library(own MODULE ../bar/bar.cpp)\n"
          "target_link_libraries(own PRIVATE qklab::plugin)\n")
    command("cmake", "-S", "own", "-B", "own/build", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Debug")
    command("cmake", "--build", "own/build")
    assert "bar" in command(prefix / "bin/qklab", "--plugin", "own/build/libown.so", "list", env=CLEAN)


def test_the_headers_of_plugins_are_installed_and_no_others():
    """All of these compile together, and each example of a plugin finds all that it includes among them."""
    include = FOLDER / "prefix/include/qklab"
    headers = sorted(str(path.relative_to(include)) for path in include.glob("**/*.hpp"))
    assert "core/trial/experiment.hpp" in headers and "core/autodiff/tape.hpp" in headers, headers
    rooms = {header.split("/")[1] for header in headers}
    assert not rooms & {"cli", "program", "study", "report", "store", "run", "compare", "directory"}, rooms
    examples = sorted((ROOT / "examples/plugins").glob("*.cpp"))
    assert len(examples) > 5, examples
    write("every/every.cpp", "".join(f'#include "{header}"\n' for header in headers))
    write("every/CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(every LANGUAGES CXX)\n"
          "find_package(qklab 0.1 REQUIRED)\nqklab_plugin(headers every.cpp)\n")
    command("cmake", "-S", "every", "-B", "every/build", f"-DCMAKE_PREFIX_PATH={FOLDER / 'prefix'}",
            "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")
    command("cmake", "--build", "every/build")
    # That they compile is tested elsewhere, and takes long.
    compile_, = json.loads((FOLDER / "every/build/compile_commands.json").read_text())
    words = shlex.split(compile_["command"])
    for example in examples:
        command(*words[:words.index("-o")], "-E", "-o", "/dev/null", example)


def test_below_a_folder_of_any_name():
    """Paths written for CMake and for shells are escaped by their rules. ; and " and ${} are not tested, since CMake
    itself cannot run in such a folder."""
    for name in ("My $HOME and more", "it's (round) & [square] #1"):
        prefix = FOLDER / "places" / name
        prefix.parent.mkdir(exist_ok=True)
        shutil.copytree(FOLDER / "prefix", prefix)
        said = command(prefix / "bin/qklab", "new", "experiment", "wander", "--out", "a new one", cwd=prefix, env=CLEAN)
        lines = {line.split(":")[0]: line.split(":", 1)[1] for line in said.splitlines() if not line.startswith("wrote")}
        assert set(lines) == {"build", "run", "test"}, said
        configure = lines["build"].split("&&")[0]
        command("bash", "-c", configure, cwd=prefix)
        cache = (prefix / "a new one/build/CMakeCache.txt").read_text()
        assert f"QKLAB_PROGRAM:FILEPATH={prefix}/bin/qklab\n" in cache, (name, cache)
        shutil.rmtree(prefix)


def test_names_that_cmake_keeps_for_itself():
    for name in ("test", "install", "all", "null"):
        refused = subprocess.run([QKLAB, "new", "experiment", name], cwd=FOLDER, capture_output=True, text=True)
        assert refused.returncode == 2 and name in refused.stderr and not (FOLDER / name).exists(), refused.stderr


def test_debian_package():
    if not shutil.which("cpack") or not shutil.which("dpkg-shlibdeps"):
        skip("no cpack or dpkg-shlibdeps")
    command("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", FOLDER / "deb")
    package, = (FOLDER / "deb").glob("qklab_*.deb")
    depends = command("dpkg-deb", "--field", package, "Depends")
    for name in ("libopenblas0", "libtbb12", "libsqlite3-0", "libyaml-cpp", "gnuplot"):
        assert name in depends, depends
    command("dpkg", "-x", package, FOLDER / "root")
    check_program(FOLDER / "root/usr")
    listing = command("dpkg-deb", "--contents", package)
    assert str(ROOT) not in listing and "dist-packages" not in listing
    return f"passed ({package.name}, {package.stat().st_size >> 10} KiB)"


def test_debian_package_for_python():
    if not (FOLDER / "deb").exists():
        skip("no cpack or dpkg-shlibdeps")
    package, = (FOLDER / "deb").glob("python3-qklab_*_all.deb")
    depends = command("dpkg-deb", "--field", package, "Depends")
    assert "python3-pandas" in depends and re.search(r"qklab \(= [\d.]+\)", depends), depends
    command("dpkg", "-x", package, FOLDER / "python-root")
    files = {path.name for path in (FOLDER / "python-root").rglob("*") if path.is_file()}
    assert files == {path.name for path in (ROOT / "python/qklab").iterdir() if path.suffix in (".py", ".typed")}
    needs("pandas")
    check_program(FOLDER / "root/usr")
    script = f"import qklab; print(len(qklab.open({str(FOLDER / 'out-usr')!r}).trials))"
    paths = {"PYTHONPATH": FOLDER / "python-root/usr/lib/python3/dist-packages"}
    assert command(sys.executable, "-c", script, env={**CLEAN, **paths}) == "4\n"


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
