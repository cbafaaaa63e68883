"""`reproduce` repeats nothing after it was killed at any moment; a figure without trials does not stop the others."""
import json
import re
import signal
import sqlite3
import subprocess
import sys
import time

from harness import FOLDER, QKLAB, ROOT, qklab, run_tests, tables, wait_while, write

FIGURES = ("fig_entropy_collapse", "fig_rank_collapse")
COMMAND = ("reproduce", *FIGURES, "--preset", "smoke", "-j", "2")
DERIVED = ("trials.csv", "series.csv", "claims.json")


def place(name):
    """A folder with a config of the user, and no results."""
    folder = FOLDER / name
    (folder / "configs").mkdir(parents=True)
    (folder / "configs" / "fig_of_mine.yaml").write_text("name: fig_of_mine\n")
    return folder


def directory(folder, figure):
    return folder / "results" / f"{figure}-smoke"


def stored(folder, figure):
    """The number of trials in its run.db."""
    path = directory(folder, figure) / "run.db"
    if not path.exists():
        return 0
    try:
        store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        count = store.execute("SELECT count(*) FROM trials").fetchone()[0]
        store.close()
        return count
    except sqlite3.OperationalError:  # its tables are just being created
        return 0


def run_by_last_call(folder, figure):
    """The number of trials that the last call ran, according to run.log."""
    return int(re.findall(r"(\d+) done, 0 failed, 0 diverged", (directory(folder, figure) / "run.log").read_text())[-1])


def derived(folder):
    files = {}
    for figure in FIGURES:
        for path in sorted(directory(folder, figure).rglob("*")):
            if path.name in DERIVED or path.suffix in (".svg", ".pdf", ".png"):
                files[str(path.relative_to(folder))] = path.read_bytes()
    return files


def kill_when(folder, figure, least):
    """Kills a `reproduce` once that figure's store holds so many trials; True if it was killed before its end."""
    process = subprocess.Popen([QKLAB, *COMMAND], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_while(process, lambda: stored(folder, figure) < least)
    process.kill()
    return process.wait() == -signal.SIGKILL


def test_killed_reproduce_repeats_nothing():
    whole = place("whole")
    qklab(*COMMAND, cwd=whole)
    total = {figure: stored(whole, figure) for figure in FIGURES}
    assert all(count > 100 for count in total.values()), total

    kills, kept = 0, total
    while kept == total:  # try again if every kill came too late, which may happen on a fast machine
        killed = place(f"killed-{time.monotonic_ns()}")
        for figure in FIGURES:
            for share in (0.1, 0.6):
                before = {name: stored(killed, name) for name in FIGURES}
                kills += kill_when(killed, figure, max(1, int(share * total[figure])))
                after = {name: stored(killed, name) for name in FIGURES}
                assert all(after[name] >= before[name] for name in FIGURES), (before, after)
        kept = {name: stored(killed, name) for name in FIGURES}
    assert kills > 0
    qklab(*COMMAND, cwd=killed)
    for figure in FIGURES:
        assert run_by_last_call(killed, figure) + kept[figure] == total[figure], (figure, kept)
        assert stored(killed, figure) == total[figure]
    assert derived(killed) == derived(whole)
    assert len(derived(whole)) > 2 * len(DERIVED)

    qklab(*COMMAND, cwd=killed)
    assert all(run_by_last_call(killed, figure) == 0 for figure in FIGURES)
    return f"passed, {kills} kills"


def test_shipped_figures_are_those_of_this_program():
    folder = place("elsewhere")
    shipped = sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))
    lines = qklab("list", "figures", cwd=folder).stdout.splitlines()
    assert sorted(line.split()[0] for line in lines) == shipped, lines
    (folder / "configs" / "fig_entropy_collapse.yaml").write_text("no config: [")  # it has the name of a shipped config
    refused = qklab("reproduce", "fig_of_mine", cwd=folder, code=2).stderr
    assert "no figure 'fig_of_mine'" in refused and "fig_entropy_collapse" in refused, refused
    refused = qklab("reproduce", "fig_entropy_collapse", "--preset", "nonsense", cwd=folder, code=2).stderr
    assert "no preset 'nonsense'" in refused, refused
    assert qklab("list", "figures", cwd=ROOT).stdout.splitlines()[0].split()[1].startswith("configs/fig")


def test_the_end_is_one_table_of_all_verdicts():
    folder = FOLDER / "whole"  # finished above
    said = qklab(*COMMAND, cwd=folder).stdout
    head, *rows = said.split("\n\n")[-1].splitlines()
    expected = []
    for figure in FIGURES:
        for claim in json.loads((directory(folder, figure) / "claims.json").read_text())["claims"]:
            expected.append((figure, claim["id"], claim["verdict"].replace("_", " ")))
    assert head.split() == ["figure", "claim", "verdict"] and len(rows) == len(expected) > 3, said
    for row, (figure, claim, verdict) in zip(rows, expected):
        cells = re.split(" {2,}", row)
        assert cells[:2] == [figure, claim] and cells[2].startswith(verdict), (row, verdict)


def test_every_claim_says_whose_words_it_judges():
    """A quotation names the abstract that it is from; any other text is marked as a paraphrase or as our own."""
    seen = 0
    for path in sorted((ROOT / "configs").glob("*.yaml")):
        _, _, claims = path.read_text().partition("\nclaims:\n")
        for claim in re.split(r"(?m)^(?=  - id: )", claims):
            wording = re.search(r"(?m)^    paper: (?:>-\n)?((?:.*\n)(?:      .*\n)*)", claim)
            if not claim.strip():
                continue
            assert wording, f"{path.name}: {claim.splitlines()[0]} has no paper"
            text = " ".join(wording[1].split()).strip('"')
            assert text.startswith(("(our paraphrase) ", "(ours) ")) or ", abstract" in text, f"{path.name}: {text}"
            seen += 1
    assert seen > 50, seen


# Trials of the wider model fail where they may not have the memory that they need.
HALF = """
name: half
experiment: training
params: {task: copy, length: 8, batch: 2, layers: 1, steps: 2, evaluate_every: 1, evaluation_batches: 1}
sweep: {dim: [8, 256]}
seeds: 2
figures:
  - {name: lost, x: step, y: loss, where: "dim == 256"}
  - {name: drawn, x: step, y: loss, where: "dim == 8"}
claims:
  - {id: finite, text: The loss is finite., test: bound, metric: final_loss, at_least: 0, by: [dim]}
  - {id: gone, text: So is that of a model that is too wide., test: bound, metric: final_loss, at_least: 0,
     where: "dim == 256"}
"""
TOO_LITTLE = ("--memory", "3M")


def test_a_figure_that_cannot_be_drawn_stops_nothing():
    config = write("half.yaml", HALF)
    for _ in range(2):  # the second call finds the results there
        told = qklab("run", config, "--out", "half", *TOO_LITTLE, code=1)
        assert "figure 'lost': no trial to draw (2 failed" in told.stderr, told.stderr
        assert "1 of 2 figures could not be drawn" in told.stderr, told.stderr
        assert "drawn.svg" in told.stdout and "lost.svg" not in told.stdout, told.stdout
    out = FOLDER / "half"
    assert (out / "figures" / "drawn.svg").exists() and not (out / "figures" / "lost.svg").exists()
    assert (out / "report.html").exists() and (out / "manifest.json").exists()
    claims = {claim["id"]: claim for claim in json.loads((out / "claims.json").read_text())["claims"]}
    assert claims["gone"]["verdict"] == "undecided" and claims["gone"]["slices"][0]["failed"] == 2, claims["gone"]
    outcomes = {slice["at"]["dim"]: slice["verdict"] for slice in claims["finite"]["slices"]}
    assert outcomes == {8: "holds", 256: "undecided"}, outcomes
    qklab("run", config, "--out", "half", "--rerun", "failed")  # no trace of the failure is left
    assert (out / "figures" / "lost.svg").exists()


def test_a_figure_of_an_earlier_time_is_removed():
    config = write("half.yaml", HALF)
    qklab("run", config, "--out", "earlier")
    assert (FOLDER / "earlier" / "figures" / "lost.svg").exists()
    qklab("run", config, "--out", "earlier", "--rerun", "all", *TOO_LITTLE, code=1)
    assert not list((FOLDER / "earlier" / "figures").glob("lost.*"))


if __name__ == "__main__":
    run_tests(sys.modules[__name__])
