"""Sizes beyond the limits of an argument list, an argument or a process."""
import re
import shlex
import sys

from harness import qklab, run_tests, write


def test_a_list_of_tasks_is_cut_where_it_would_be_too_long_an_argument():
    """One trial per shard, and every second one finished: the list of tasks has one number per gap."""
    config = write("many.yaml", "name: many\nexperiment: localization\nparams: {dim: 2, length: 1, samples: 1}\n"
                                "seeds: 40000\n")
    qklab("run", config, "--out", "many", "where=seed % 2 == 0")
    done = qklab("launch", "slurm", config, "--out", "many", "--shards", 40000, "--max-array-size", 50000, "--dry-run")
    arrays = [shlex.split(line) for line in done.stdout.splitlines() if line.startswith("sbatch") and "--array" in line]
    assert len(arrays) > 1, done.stdout[-2000:]
    tasks = set()
    for words in arrays:
        assert max(map(len, words)) < 100_000
        for part in next(word for word in words if word.startswith("--array="))[8:].split(","):
            first, last = re.fullmatch(r"(\d+)(?:-(\d+))?", part).groups()
            now = set(range(int(first), int(last or first) + 1))
            assert not tasks & now
            tasks |= now
    assert len(tasks) == 20000


def test_names_that_no_file_system_takes_are_bad_input():
    long = "x" * 300
    for verb in (["run", long], ["run", "many.yaml", "--out", long], ["status", long], ["verify", long],
                 ["query", long, "mean > 0"], ["report", long], ["export", long], ["merge", long, "--out", "m"],
                 ["replay", long], ["run", "many.yaml", "--plugin", long]):
        done = qklab(*verb, code=2)
        assert "filesystem error" not in done.stderr and long in done.stderr, done.stderr


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
