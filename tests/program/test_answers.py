"""Additional output of Slurm's programs is not taken for their answer. Scripts stand in for these programs."""
import os
import sys

from harness import FOLDER, qklab, run_tests, write

SWEEP = write("queued.yaml", """
name: queued
experiment: localization
params: {dim: 8, length: 4, samples: 50}
sweep: {mean: [0, 0.25, 0.5, 1]}
""")
CALLS = FOLDER / "calls"


def slurm(**programs):
    """Puts scripts with these texts first in PATH, in place of Slurm's programs; each call of sbatch is recorded."""
    folder = FOLDER / "bin"
    folder.mkdir(exist_ok=True)
    usual = {"scontrol": "echo 'MaxArraySize = 100'", "squeue": "true", "sbatch": "echo 70"}
    for name, text in {**usual, **programs}.items():
        (folder / name).write_text(f"#!/bin/sh\n[ {name} != sbatch ] || echo \"$*\" >> '{CALLS}'\n{text}\n")
        (folder / name).chmod(0o755)
    CALLS.write_text("")
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def launch(out, environment, code=0):
    return qklab("launch", "slurm", SWEEP, "--shards", 4, "--out", out, code=code, **environment)


def calls():
    return CALLS.read_text().splitlines()


def remembered(out):
    path = FOLDER / out / "slurm/jobs.csv"
    return path.read_text() if path.exists() else ""


def test_notes_before_behind_and_around_a_job_number():
    for k, sbatch in enumerate(("echo 'sbatch: 17 hours are left' >&2; echo 70",
                                "echo 70; echo 12 >&2", "echo Welcome; echo 70; echo; echo 'see you'",
                                "echo '70;cluster'", "yes note | head -n 30000 >&2; echo 70")):
        done = launch(f"notes-{k}", slurm(sbatch=sbatch))
        assert remembered(f"notes-{k}") == "70,0,4\n", sbatch
        assert len(calls()) == 2 and "afterany:70" in calls()[1], (sbatch, calls())
        assert (">&2" in sbatch) == (done.stderr.strip() != ""), "notes are for people"


def test_an_answer_without_a_number_is_told():
    for sbatch, code in (("echo 'Submitted batch job 70'", 1), ("true", 1), ("echo 70 >&2", 1), ("echo 70; echo 71", 1),
                         ("echo 70; exit 1", 1)):
        done = launch("unclear", slurm(sbatch=sbatch), code=code)
        assert remembered("unclear") == "" and len(calls()) == 1, sbatch
        assert ("scancel" in done.stderr) == ("exit 1" not in sbatch), done.stderr


def test_what_is_queued_is_not_submitted_again():
    queue = "for t in 1 2 3 4; do echo 70 $t; done"
    for k, squeue in enumerate((queue, f"echo 'squeue: slow today 70 9' >&2; {queue}", f"echo CLUSTER: a; {queue}; echo 71 N/A",
                                # squeue variables of the user
                                f'[ -n "$SQUEUE_STATES$SQUEUE_FORMAT" ] || {{ {queue}; }}')):
        launch(f"queued-{k}", slurm())
        again = launch(f"queued-{k}", {**slurm(squeue=squeue), "SQUEUE_STATES": "R", "SQUEUE_FORMAT": "%i"})
        assert "4 queued, 0 submitted" in again.stdout, (squeue, again.stdout)
        assert not any("--array" in call for call in calls()), calls()


def test_an_unreadable_queue_submits_nothing():
    launch("unreadable", slurm())
    for squeue in ("echo '70 [1-4]'", "echo no; exit 1"):
        assert "what is queued is unknown" in launch("unreadable", slurm(squeue=squeue), code=1).stderr
        assert calls() == []


def test_the_words_are_those_of_the_c_locale():
    launch("words", {**slurm(sbatch='[ "$LC_ALL" = C ] && echo 70'), "LC_ALL": "C.UTF-8"})
    assert remembered("words") == "70,0,4\n"


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
