"""Standard output that cannot be written, and output that nobody reads any more."""
import subprocess
import sys

from harness import FOLDER, QKLAB, qklab, run_tests, write

VERBS = ["status out", "verify out", "query out mean>0", "query out SELECT\t1", "list experiments", "list tasks",
         "describe localization", "completion bash", "export out", "replay out", "report out", "run walk.yaml --out out",
         "run walk.yaml --dry-run", "diff out out", "--version", "--help", "launch slurm walk.yaml --shards 2 --dry-run"]


def call(verb, stdout):
    words = [word.replace("\t", " ") for word in verb.split(" ")]
    return subprocess.run([QKLAB, *words], cwd=FOLDER, stdout=stdout, stderr=subprocess.PIPE, text=True)


def test_output_that_is_lost_is_told_by_every_verb():
    write("walk.yaml", "name: walk\nexperiment: localization\nparams: {dim: 4, length: 4, samples: 20}\n"
                       "sweep: {mean: [0, 1]}\nseeds: 600\n")
    qklab("run", "walk.yaml", "--out", "out")
    for verb in VERBS:
        with open("/dev/null", "w") as null, open("/dev/full", "w") as full:
            done = call(verb, null)
            assert done.returncode == 0, (verb, done)
            done = call(verb, full)
            assert done.returncode == 1 and "standard output cannot be written" in done.stderr, (verb, done)


def test_a_reader_that_has_enough_is_no_error():
    for verb in ["query out mean>=0", "query out SELECT\t*\tFROM\tresults", "completion bash", "status out"]:
        run = subprocess.Popen([QKLAB, *[w.replace("\t", " ") for w in verb.split(" ")]], cwd=FOLDER,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        run.stdout.readline()
        run.stdout.close()
        assert run.wait() == 0 and run.stderr.read() == b"", verb


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
