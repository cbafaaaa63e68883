"""In each shell TAB offers what is allowed at the cursor: files, folders, words, options."""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

from harness import FOLDER, QKLAB, SLOWER, needs_terminals, qklab, run_tests, skip, write

HERE = FOLDER / "here"
for name in ("walk.yaml", "my sweep.yaml", "second.yml", "notes.txt", "configs-of-mine/deep.yaml", "results/walk/run.db"):
    write(f"here/{name}", "")
SCRIPTS = {shell: write(f"complete.{shell}", qklab("completion", shell).stdout) for shell in ("bash", "zsh", "fish")}


def of_bash(line):
    words = line.split(" ")
    script = (f"set -u; source '{SCRIPTS['bash']}'; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _qklab; "
              "printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "--norc", "-c", script, "bash", *words], cwd=HERE, capture_output=True, text=True)
    assert done.stderr == "" and done.returncode == 0, (line, done.stderr)
    return set(done.stdout.splitlines())


def of_fish(line):
    done = subprocess.run(["fish", "--no-config", "-c", f"source '{SCRIPTS['fish']}'; complete -C $argv[1]", line],
                          cwd=HERE, capture_output=True, text=True, env={**os.environ, "HOME": str(FOLDER)})
    assert done.stderr == "" and done.returncode == 0, (line, done.stderr)
    return {each.split("\t")[0].rstrip("/") for each in done.stdout.splitlines()}


class Zsh:
    """A zsh that receives typed keys. Its offers are read from the screen."""

    def __init__(self):
        needs_terminals()
        pid, self.fd = pty.fork()
        if pid == 0:
            os.chdir(HERE)
            os.environ.update(TERM="dumb", PS1="$ ", HOME=str(FOLDER), COLUMNS="200", LINES="200")
            os.execvp("zsh", ["zsh", "-f", "-i"])
        self.pid = pid
        self.type("autoload -Uz compinit; compinit -u -D; LISTMAX=1000; zstyle ':completion:*' verbose no; "
                  f"unsetopt menucomplete automenu beep; . '{SCRIPTS['zsh']}'; echo rea''dy\n", "ready")

    def type(self, text, until=None):
        os.write(self.fd, text.encode())
        seen, quiet, end = "", 0, time.monotonic() + 30 * SLOWER
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.25)[0]:
                seen, quiet = seen + os.read(self.fd, 65536).decode("utf-8", "replace"), 0
            else:
                quiet += 1
            if until in seen if until else quiet > 2:
                return seen
        raise AssertionError(f"zsh: {text!r}: {seen!r}")

    def offered(self, line):
        seen = self.type(line + "\t\t")
        self.type("\x15")  # deletes the line
        return seen.replace(line, "", 1)

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def test_bash():
    configs = {"walk.yaml", "my sweep.yaml", "second.yml", "configs-of-mine", "results"}
    folders = {"configs-of-mine", "results"}
    assert of_bash("qklab rep") == {"report", "replay", "reproduce"}
    for line in ("qklab run ", "qklab run --jobs 4 ", "qklab run --out results ", "qklab --plugin my.so run ", "qklab trace ",
                 "qklab launch slurm ", "qklab run --preset = paper "):
        assert of_bash(line) == configs, line
    for line in ("qklab status ", "qklab run walk.yaml --out ", "qklab run --scratch ", "qklab merge results/walk ",
                 "qklab diff results/walk ", "qklab run walk.yaml --out ="):
        assert of_bash(line) == folders, line
    assert of_bash("qklab --plugin ") == configs | {"notes.txt"}
    assert of_bash("qklab run walk.yaml --pre") == {"--preset"}
    assert of_bash("qklab run walk.yaml --preset ") == {"smoke", "fast", "paper"}
    assert of_bash("qklab export results/walk --format n") == {"npy"}
    assert "fig_localization" in of_bash("qklab reproduce fig_l") & of_bash("qklab reproduce fig_phase fig_l")
    assert {"fig_localization", "results"} <= of_bash("qklab replay ")
    assert {"localization", "sort"} <= of_bash("qklab describe ")
    assert of_bash("qklab launch ") == {"slurm"} and of_bash("qklab list ta") == {"tasks"}
    # At these positions there is nothing useful to offer.
    for line in ("qklab run walk.yaml ", "qklab run walk.yaml --jobs ", "qklab verify results ", "qklab nonsense "):
        assert of_bash(line) - {""} == set(), (line, of_bash(line))


# What a config allows: each shell asks the program.
REAL = write("here/configs-of-mine/real.yaml", """
name: real
experiment: training
sweep: {lr: [0.001, 0.01], refine: {metric: final_loss, threshold: 1, budget: 4}}
presets: {tiny: {params: {steps: 2}}, smoke: {params: {steps: 1}}}
""")
os.environ["PATH"] = f"{os.path.dirname(os.path.abspath(QKLAB))}{os.pathsep}{os.environ['PATH']}"


def test_bash_knows_the_config():
    keys = of_bash("qklab run configs-of-mine/real.yaml ")
    assert {"lr=", "norm=", "init.mean=", "seeds=", "refine=", "refine.budget="} <= keys and "seed=" not in keys, keys
    assert of_bash("qklab run configs-of-mine/real.yaml init.me") == {"init.mean="} == of_bash("qklab run configs-of-mine/real.yaml lr = 0.1 init.me")
    assert of_bash("qklab run configs-of-mine/real.yaml norm = ") == {"none", "pre", "post"} == of_bash("qklab run configs-of-mine/real.yaml norm =") | {"post"}
    assert of_bash("qklab run configs-of-mine/real.yaml norm = p") == {"pre", "post"}
    assert of_bash("qklab run configs-of-mine/real.yaml norm = pre,po") == {"pre,post"}
    assert of_bash("qklab launch slurm configs-of-mine/real.yaml --shards 2 causal = ") == {"true", "false"}
    assert of_bash("qklab run configs-of-mine/real.yaml --preset ") == {"smoke", "fast", "paper", "tiny"} - {""}
    assert of_bash("qklab run configs-of-mine/real.yaml --preset ti") == {"tiny"}
    assert of_bash("qklab run nowhere.yaml lr") - {""} == set()


def test_fish_knows_the_config():
    if not shutil.which("fish"):
        skip("fish is not installed")
    assert {"init.mean=", "init.variance="} <= of_fish("qklab run configs-of-mine/real.yaml init.")
    assert of_fish("qklab run configs-of-mine/real.yaml norm=p") >= {"norm=pre", "norm=post"}
    assert of_fish("qklab run configs-of-mine/real.yaml --preset ") == {"smoke", "fast", "paper", "tiny"}


def test_zsh_knows_the_config():
    if not shutil.which("zsh"):
        skip("zsh is not installed")
    zsh = Zsh()
    try:
        got = zsh.offered("qklab run configs-of-mine/real.yaml init.")
        assert "mean=" in got and "variance=" in got, got
        got = zsh.offered("qklab run configs-of-mine/real.yaml norm=p")
        assert "norm=pre" in got and "norm=post" in got, got
        assert re.search("fast.*paper.*smoke.*tiny", zsh.offered("qklab run configs-of-mine/real.yaml --preset "), re.S)
    finally:
        zsh.close()


def test_fish():
    if not shutil.which("fish"):
        skip("fish is not installed")
    assert {"report", "replay", "reproduce"} <= of_fish("qklab rep")
    # fish also offers files with other extensions, after those with the right one.
    assert of_fish("qklab run ") >= {"walk.yaml", "second.yml", "my sweep.yaml", "configs-of-mine", "results"}, of_fish("qklab run ")
    for line in ("qklab status ", "qklab run walk.yaml --out "):
        assert {"results", "configs-of-mine"} <= of_fish(line) and "walk.yaml" not in of_fish(line), (line, of_fish(line))
    assert of_fish("qklab run walk.yaml --preset ") == {"smoke", "fast", "paper"}
    assert of_fish("qklab launch ") == {"slurm"}
    assert "--shards" in of_fish("qklab launch slurm --sh")
    assert "fig_localization" in of_fish("qklab reproduce fig_l")


def test_zsh():
    if not shutil.which("zsh"):
        skip("zsh is not installed")
    zsh = Zsh()
    try:
        assert all(verb in zsh.offered("qklab rep") for verb in ("report", "replay", "reproduce"))
        for line in ("qklab run ", "qklab run --jobs 4 ", "qklab launch slurm "):
            got = zsh.offered(line)
            assert "walk.yaml" in got and "second.yml" in got and "results" in got and "notes.txt" not in got, (line, got)
        for line in ("qklab status ", "qklab run walk.yaml --out "):
            got = zsh.offered(line)
            assert "results" in got and "configs-of-mine" in got and "second.yml" not in got, (line, got)
        got = zsh.offered("qklab run walk.yaml --preset ")
        assert re.search("fast.*paper.*smoke", got, re.S), got
        assert "ards " in zsh.offered("qklab launch slurm --sh")  # there is only one, which is completed
        assert "fig_localization" in zsh.offered("qklab reproduce fig_l")
    finally:
        zsh.close()


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
