"""Reads the trials of a run.db into columns.

A row of Python objects for each trial and number would take most of the time for a million trials. So SQLite joins the
parameters of many trials to one text, which NumPy splits (`_split`), and only different values are parsed; and large
tables are read by several processes, a range of trials each, started as ``python -m qklab._columns PATH FIRST LAST``.
"""
from __future__ import annotations

import gc
import json
import os
import pickle
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Dict, List, Optional

import numpy as np

from qklab._scalars import read_scalars
from qklab._split import Column, joined, split
from qklab._store import open_read_only

Array = np.ndarray[Any, Any]
_ALONE = 200_000  # trials that one process reads; more are worth starting others
_AT_ONCE = 20_000  # trials whose parameters are joined to one text
_NUMBERS = {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}  # JSON has none of these
_LACKING = "NaN"  # what stands for a parameter that a trial does not have


@dataclass
class Columns:
    """Trials in the order in which they finished."""

    ids: Array  # int64
    status: Array  # texts
    parameters: Dict[str, Array]
    scalars: Dict[str, Array]  # float64; nan where a trial has no number


@dataclass
class _Part:
    """A range of them, without the scalars."""

    ids: Array
    status: Column
    parameters: Dict[str, Column]


def read_columns(path: Path) -> Columns:
    """All trials of the store at ``path``. Raises QklabError if it is no store."""
    with open_read_only(path) as database:
        first, last = database.execute("SELECT coalesce(min(trial), 1), coalesce(max(trial), 0) FROM trials").fetchone()
        count = last - first + 1
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        workers = min(cores, 4, count // _ALONE + 1)
        # The others have to start first, and this process reads the scalars while the last of them work.
        bounds = [first + count * k // workers for k in range(workers + 1)]
        others = [_begin(path, bounds[k], bounds[k + 1] - 1) for k in range(1, workers)]
        parts = [_read_range(database, bounds[0], bounds[1] - 1)]
        scalars = read_scalars(database, path, _numbers(database, first, last))
        for k, other in enumerate(others, 1):
            parts.append(_finish(other) or _read_range(database, bounds[k], bounds[k + 1] - 1))
    return _joined(parts, scalars)


def _numbers(database: sqlite3.Connection, first: int, last: int) -> Array:
    """The trials' numbers, which have gaps where trials were run again."""
    if database.execute("SELECT count(*) FROM trials").fetchone()[0] == last - first + 1:
        return np.arange(first, last + 1)
    return np.fromiter(chain.from_iterable(database.execute("SELECT trial FROM trials ORDER BY trial")), "i8")


def _begin(path: Path, first: int, last: int) -> Optional[subprocess.Popen[bytes]]:
    here = str(Path(__file__).resolve().parent.parent)
    paths = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    try:
        return subprocess.Popen([sys.executable, "-m", "qklab._columns", str(path), str(first), str(last)],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                env={**os.environ, "PYTHONPATH": paths})
    except OSError:
        return None  # the range is then read here


def _finish(process: Optional[subprocess.Popen[bytes]]) -> Optional[_Part]:
    if process is None:
        return None
    output, _ = process.communicate()
    return pickle.loads(output) if process.returncode == 0 else None


def _joined(parts: List[_Part], scalars: Dict[str, Array]) -> Columns:
    sizes = [len(part.ids) for part in parts]
    parameters = {name: joined([part.parameters.get(name, Column.of(_LACKING, size))
                                for part, size in zip(parts, sizes)])
                  for name in dict.fromkeys(chain.from_iterable(part.parameters for part in parts))}
    status = joined([part.status for part in parts])
    return Columns(np.concatenate([part.ids for part in parts]), np.array(status.texts, object)[status.codes],
                   {name: _typed([json.loads(text) for text in column.texts])[column.codes]
                    for name, column in parameters.items()}, scalars)


def _typed(values: List[Any]) -> Array:
    """The values as integers, floats, truth values or texts."""
    kinds = {type(value) for value in values}
    if float in kinds and kinds <= {float, int, str} and all(
            value in _NUMBERS for value in values if isinstance(value, str)):
        return np.array([_NUMBERS[value] if isinstance(value, str) else value for value in values], float)
    if kinds == {bool}:
        return np.array(values, bool)
    if kinds == {int}:
        return np.array(values, "i8")
    if kinds == {str} and all(value in _NUMBERS for value in values):
        return np.array([_NUMBERS[value] for value in values], float)
    array = np.empty(len(values), object)
    array[:] = values
    return array


def _read_range(database: sqlite3.Connection, first: int, last: int) -> _Part:
    collecting = gc.isenabled()
    gc.disable()  # it would look through millions of new objects again and again
    try:
        return _read_trials(database, first, last)
    finally:
        if collecting:
            gc.enable()


def _read_trials(database: sqlite3.Connection, first: int, last: int) -> _Part:
    kinds = ["done", *(row[0] for row in database.execute(
        "SELECT DISTINCT status FROM trials WHERE status <> 'done'"))]
    whens = "".join(f" WHEN ? THEN {code}" for code in range(len(kinds)))
    query = (f"SELECT group_concat(id || ',' || CASE status{whens} END), group_concat(params, char(10)) FROM "
             "(SELECT id, status, params FROM trials WHERE trial BETWEEN ? AND ? ORDER BY trial)")
    numbers: List[Array] = []
    parts: List[Dict[str, Column]] = []
    for begin in range(first, last + 1, _AT_ONCE):
        ends = (begin, min(begin + _AT_ONCE - 1, last))
        listed, text = database.execute(query, (*kinds, *ends)).fetchone()
        if text is not None:
            numbers.append(np.fromstring(listed, "i8", sep=",").reshape(-1, 2))
            parts.append(split(text.encode()) or _parse_each(text))
    table = np.concatenate(numbers or [np.zeros((0, 2), "i8")])
    names = dict.fromkeys(chain.from_iterable(parts))
    parameters = {name: joined([part.get(name, Column.of(_LACKING, len(rows))) for part, rows in zip(parts, numbers)])
                  for name in names}
    return _Part(table[:, 0].copy(), Column(table[:, 1].astype("i4"), kinds), parameters)


def _parse_each(text: str) -> Dict[str, Column]:
    """Every trial's parameters by themselves: slower, for any."""
    parsed = [json.loads(line) for line in text.split("\n")]
    names = dict.fromkeys(chain.from_iterable(parsed))
    return {name: Column.from_texts([json.dumps(values[name]) if name in values else _LACKING for values in parsed])
            for name in names}


def _main(path: str, first: str, last: str) -> None:
    with open_read_only(Path(path)) as database:
        pickle.dump(_read_range(database, int(first), int(last)), sys.stdout.buffer, protocol=5)


if __name__ == "__main__":
    from qklab import _columns  # this file under its name, by which the reader of the pickle knows the class

    _columns._main(*sys.argv[1:])
