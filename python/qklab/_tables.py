"""Reads the CSVs of a run directory: exactly the numbers that were written."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional

import numpy as np
import pandas as pd

from qklab.errors import QklabError

_TRUTH = {"true": True, "false": False}
_AT_ONCE = 1 << 22  # bytes of a file, which a processor's cache holds


def read_table(path: Path, **options: Any) -> pd.DataFrame:
    """A CSV. An empty field is nan in a column of numbers; a column `trial` is text."""
    try:
        return pd.read_csv(path, float_precision="round_trip", dtype={"trial": str}, **options)
    except FileNotFoundError as error:
        raise QklabError(f"{path}: no such file") from error
    except pd.errors.ParserError as error:
        raise QklabError(f"{path}: {error}") from error


def read_trials(path: Path, kinds: Dict[str, type]) -> pd.DataFrame:
    """A ``trials.csv``. ``kinds`` gives the parameters' types; every other column but `trial` and `status` is real."""
    texts = pd.read_csv(path, dtype=str, keep_default_na=False, nrows=0)
    types: Dict[str, Any] = {name: str if kinds.get(name) in (str, bool) or name in ("trial", "status") else None
                             for name in texts.columns}
    table = read_table(path, keep_default_na=False,
                       na_values={name: ["", "nan"] for name, kind in types.items() if kind is None},
                       converters={name: str for name, kind in types.items() if kind is str and name != "trial"})
    for name in table.columns:
        kind = kinds.get(name, float)
        if types[name] is str and kind is bool:
            table[name] = table[name].map(_TRUTH).astype(bool)
        elif types[name] is None:
            whole = kind is int and not table[name].isna().any()
            table[name] = table[name].astype("int64" if whole else "float64")
    return table


def ids_in_order(path: Path) -> Optional[np.ndarray[Any, Any]]:
    """The ids of a ``trials.csv`` as int64, without reading the rest. None if there is no such file."""
    try:
        text = np.memmap(path, np.uint8, "r")
    except (FileNotFoundError, ValueError):  # ValueError: the file is empty
        return None
    ids: List[np.ndarray[Any, Any]] = [np.empty(0, "i8")]
    for begin in range(0, len(text) - 17, _AT_ONCE):
        # A row begins with 16 digits and a comma. A line end within a quoted text seldom has that behind it, and an id
        # that no trial has is left out later.
        part = text[begin:begin + _AT_ONCE + 17]
        starts = np.flatnonzero(part[:min(_AT_ONCE, len(part) - 17)] == ord("\n")) + 1
        starts = starts[part[starts + 16] == ord(",")]
        ids.append(parse_ids(part[starts[:, None] + np.arange(16)]))
    joined: np.ndarray[Any, Any] = np.concatenate(ids)
    return joined


def parse_ids(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Ids as int64, from rows of 16 hexadecimal digits (ASCII, lower case); rows with other characters are left out."""
    values = np.full(256, 255, np.uint8)
    for value, digit in enumerate(b"0123456789abcdef"):
        values[digit] = value
    nibbles = values[digits]
    nibbles = nibbles[(nibbles < 16).all(axis=1)]
    octets = (nibbles[:, 0::2] << 4) | nibbles[:, 1::2]
    return np.ascontiguousarray(octets).view(">i8").ravel().astype("i8")


def names_of(ids: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Ids as texts of 16 hexadecimal digits."""
    names = np.empty(len(ids), object)
    names[:] = ids.astype(">i8").tobytes().hex(",", 8).split(",") if len(ids) else []
    return names
