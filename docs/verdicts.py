"""Writes docs/verdicts.md, every claim of the references with its verdicts, and what `qklab audit` says of it.

    python3 docs/verdicts.py build/release/qklab     writes it; a minute, since each claim is judged on null data
    python3 docs/verdicts.py --check                 exits with 1 if a verdict on the page is not that of the reference
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/verdicts.md"
HEAD = """# Every claim and its verdicts

What each claim of `results/reference/` came to. *Explored* is its verdict on the seeds that were looked at, *reserved* the
one on seeds that no exploring run had drawn: it is confirmed where both agree that it holds. *Baseline* says whether the
claim refers to what needs no attention. *Null data* is what `qklab audit` says: in how many slices the claim holds if its
metric is dealt out anew among the points, and if every trial has the median's result. [Figures and
claims](figures-and-claims.md) explains all of these, [findings](findings.md) what follows. The page is written by
`python3 docs/verdicts.py build/release/qklab`.

"""
COLUMNS = "| claim | explored | reserved | standing | baseline | null data: dealt out; median |\n|---|---|---|---|---|---|\n"


def shown(verdict, slices):
    """"holds in part, 2 of 4": how many slices of the claim hold."""
    if len(slices) < 2:
        return verdict
    return f"{verdict}, {sum(each == 'holds' for each in slices)} of {len(slices)}"


def row(claim):
    explored = shown(claim["verdict"], [each["verdict"] for each in claim["slices"]])
    confirmation = claim.get("confirmation")
    reserved, standing = "not run", "exploratory"
    if claim["check"]:
        standing = "check"
    asked = [each["confirmation"]["verdict"] for each in claim["slices"] if "verdict" in each.get("confirmation", {})]
    if asked:
        reserved = shown(confirmation["verdict"], asked)
        if not claim["check"]:
            standing = confirmation["standing"]
    baseline = "yes" if "baseline" in claim["metric"] else "no"
    return [f"`{claim['id']}`", explored, reserved, standing, baseline]


def audits(program, reference):
    """What the audit says of each claim, by its id."""
    done = subprocess.run([program, "audit", reference], capture_output=True, text=True, check=True)
    lines = done.stdout.split("\n\n")[0].splitlines()
    columns = re.split(r" {2,}", lines[0].strip())
    rows = [dict(zip(columns, re.split(r" {2,}", line.strip()))) for line in lines[1:]]
    return {row["claim"]: f"{row['shuffled']}; {row['constant']}" for row in rows}


def tables():
    """(figure, rows) of each reference."""
    for path in sorted((ROOT / "results/reference").glob("*/claims.json")):
        claims = json.loads(path.read_text())["claims"]
        if claims:
            yield path.parent.name, [row(claim) for claim in claims]


def write(program):
    text = HEAD
    for figure, rows in tables():
        audit = audits(program, ROOT / "results/reference" / figure)
        text += f"## {figure}\n{COLUMNS}"
        for cells in rows:
            text += f"| {' | '.join(cells)} | {audit.get(cells[0].strip('`'), 'no claim')} |\n"
        text += "\n"
    PAGE.write_text(text.rstrip() + "\n")


def check():
    page = PAGE.read_text()
    missing = [f"{figure}: {cells[0]}" for figure, rows in tables() for cells in rows
               if f"| {' | '.join(cells)} |" not in page.split(f"## {figure}\n")[-1].split("\n## ")[0]]
    if missing:
        sys.exit(f"docs/verdicts.md does not say what the references do, of {', '.join(missing)}: "
                 "python3 docs/verdicts.py PROGRAM writes it")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    check() if sys.argv[1] == "--check" else write(sys.argv[1])
