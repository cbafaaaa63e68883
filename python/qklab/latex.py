"""Tables for papers."""
from __future__ import annotations

import math
from typing import Any, List, Optional, Sequence

import pandas as pd

_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
            **{character: "\\" + character for character in "&%$#_{}"}}


def escaped(text: object) -> str:
    """The text as LaTeX shows it character by character."""
    return "".join(_SPECIAL.get(character, character) for character in str(text))


def number(value: float, digits: int = 3) -> str:
    """A number with so many significant digits, in mathematical mode: ``0.0125``, ``1.2 \\cdot 10^{-7}``."""
    if math.isnan(value):
        return "--"
    if math.isinf(value):
        return r"$\infty$" if value > 0 else r"$-\infty$"
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        return rf"${mantissa} \cdot 10^{{{int(exponent)}}}$"
    return f"${text}$"


def with_interval(value: float, half: float, digits: int = 2) -> str:
    """A mean and half of its interval, which gets ``digits`` significant digits; the mean gets as many decimals."""
    if not (math.isfinite(value) and math.isfinite(half) and half > 0):
        return number(value, digits + 2)
    decimals = digits - 1 - math.floor(math.log10(half))
    if not -3 <= decimals <= 6:
        return f"{number(value, digits + 2)} $\\pm$ {number(half, digits)}"
    places = max(decimals, 0)
    return f"${value:.{places}f} \\pm {half:.{places}f}$"


def table(points: pd.DataFrame, value: str, rows: Sequence[str], column: Optional[str], best: Optional[str],
          caption: Optional[str], label: Optional[str]) -> str:
    """A table for the package booktabs. ``points``: the result of ``Run.points``. ``best``: ``lowest`` or ``highest``,
    whose cell is bold."""
    if best not in (None, "lowest", "highest"):
        raise ValueError(f"best: expected 'lowest', 'highest' or None, got {best!r}")
    chosen = None
    if best and points[value].notna().any():
        chosen = points[value].idxmin() if best == "lowest" else points[value].idxmax()
    cells = {}
    for at, point in points.iterrows():
        text = with_interval(float(point[value]), (float(point["high"]) - float(point["low"])) / 2)
        key = (tuple(point[name] for name in rows), point[column] if column else None)
        if key in cells:
            raise ValueError("several points have the same row and column: choose among them with `where`, or name "
                             "more parameters in `rows`")
        cells[key] = rf"{{\boldmath {text}}}" if at == chosen else text
    row_keys = list(dict.fromkeys(row for row, _ in cells))
    column_keys = list(dict.fromkeys(each for _, each in cells))
    lines = [rf"\begin{{tabular}}{{{'l' * len(rows)}{'c' * len(column_keys)}}}", r"\toprule"]
    if column:
        lines.append(" & " * len(rows) + rf"\multicolumn{{{len(column_keys)}}}{{c}}{{{escaped(column)}}} \\")
    heads = [escaped(name) for name in rows] + [_entry(each) if column else escaped(value) for each in column_keys]
    lines += [_line(heads), r"\midrule"]
    lines += [_line([_entry(each) for each in row] + [cells.get((row, each), "--") for each in column_keys])
              for row in row_keys]
    lines += [r"\bottomrule", r"\end{tabular}"]
    if caption is not None or label is not None:
        heading = [rf"\caption{{{escaped(caption)}}}"] if caption is not None else []
        heading += [rf"\label{{{label}}}"] if label is not None else []
        lines = [r"\begin{table}", r"\centering", *heading, *lines, r"\end{table}"]
    return "\n".join(lines) + "\n"


def _entry(value: Any) -> str:
    return number(value, 4) if isinstance(value, float) else escaped(value)


def _line(fields: List[str]) -> str:
    return " & ".join(fields) + r" \\"
