"""Series of a run directory, from run.db or series.csv."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, List, Tuple

import numpy as np
import pandas as pd

from qklab._store import open_read_only
from qklab._tables import names_of, read_table

Array = np.ndarray[Any, Any]
Values = Tuple[str, Array, Array]  # a trial, the index, the values
_LEVELS = ["layer", "head"]


def series_names(directory: Path) -> List[str]:
    """The series that trials have, in the order in which they are declared."""
    store = directory / "run.db"
    if not store.exists():
        return list(dict.fromkeys(read_table(directory / "series.csv", usecols=["metric"])["metric"]))
    with open_read_only(store) as database:
        return [row[0] for row in database.execute(
            "SELECT name FROM metrics WHERE metric IN (SELECT DISTINCT metric FROM series) ORDER BY metric")]


def read_series(directory: Path, name: str, trials: pd.DataFrame) -> pd.DataFrame:
    """The series of these trials, tidy, with the columns of `trials` joined."""
    members = _members(directory, name)
    parts = [_tidy(values, name, levels, trials) for levels, values in _read(directory, members).items()]
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def matrix(directory: Path, name: str, trials: pd.DataFrame) -> Array:
    """A row for each trial, filled up with nan."""
    if name not in series_names(directory):
        raise KeyError(f"no series {name!r}; there are {', '.join(series_names(directory)) or 'none'}. "
                       "An array that trials record is read for one trial: run.array(name, trial)")
    values, = _read(directory, {name: ()}).values()
    place = {trial: row for row, trial in enumerate(trials["trial"])}
    rows: Array = np.full((len(trials), max((len(each) for _, _, each in values), default=0)), np.nan)
    for trial, _, each in values:
        if trial in place:
            rows[place[trial], :len(each)] = each
    return rows


def _members(directory: Path, name: str) -> Dict[str, Tuple[int, ...]]:
    """The series that are meant, each with its numbers within its family."""
    known = series_names(directory)
    if name in known:
        return {name: ()}
    family = re.compile(re.escape(name) + r"((?:\.\d+)+)$")
    members = {each: tuple(map(int, found[1][1:].split("."))) for each in known if (found := family.match(each))}
    if not members:
        raise KeyError(f"no series {name!r}; there are {', '.join(known) or 'none'}")
    return dict(sorted(members.items(), key=lambda each: each[1]))


def _read(directory: Path, members: Dict[str, Tuple[int, ...]]) -> Dict[Tuple[int, ...], List[Values]]:
    store = directory / "run.db"
    if store.exists():
        return _read_store(store, members)
    table = read_table(directory / "series.csv")
    return {levels: [(trial, group["index"].to_numpy(), group["value"].to_numpy(float)) for trial, group in
                     table[table["metric"] == name].groupby("trial", sort=False)] for name, levels in members.items()}


def _read_store(store: Path, members: Dict[str, Tuple[int, ...]]) -> Dict[Tuple[int, ...], List[Values]]:
    query = ("SELECT id, idx, value FROM series JOIN trials USING(trial) "
             "WHERE metric = (SELECT metric FROM metrics WHERE name = ?)")
    found: Dict[Tuple[int, ...], List[Values]] = {}
    with open_read_only(store) as database:
        for name, levels in members.items():
            rows = database.execute(query, (name,)).fetchall()
            names = names_of(np.array([row[0] for row in rows], "i8"))
            values = [np.frombuffer(row[2], "<f8") for row in rows]
            indices = [np.arange(1.0, len(each) + 1) if row[1] is None else np.frombuffer(row[1], "<f8")
                       for row, each in zip(rows, values)]
            found[levels] = list(zip(names, indices, values))
    return found


def _tidy(values: List[Values], name: str, levels: Tuple[int, ...], trials: pd.DataFrame) -> pd.DataFrame:
    place = {trial: row for row, trial in enumerate(trials["trial"])}
    mine = sorted((each for each in values if each[0] in place), key=lambda each: place[each[0]])
    rows = np.repeat([place[trial] for trial, _, _ in mine], [len(each) for _, _, each in mine]).astype(int)
    table = trials.iloc[rows].reset_index(drop=True)
    for depth, number in enumerate(levels):
        table[_LEVELS[depth] if depth < len(_LEVELS) else f"level_{depth + 1}"] = number
    index = np.concatenate([each for _, each, _ in mine] or [np.zeros(0)])
    whole = np.isfinite(index).all() and (index == np.floor(index)).all()
    table["index"] = index.astype("int64") if whole else index
    table[name] = np.concatenate([each for _, _, each in mine] or [np.zeros(0)])
    return table
