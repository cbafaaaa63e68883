"""Reads the table `scalars` of a run.db.

SQLite gives Python one number at a time, which takes most of the time for a million trials. In a file that nobody writes,
NumPy reads the table's pages instead, many numbers at a time, by https://www.sqlite.org/fileformat2.html (1.5 and 2): a
B-tree of records (trial, metric, value). Whatever it does not expect, it leaves to SQLite.
"""
from __future__ import annotations

import os
import sqlite3
from itertools import chain
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

import numpy as np

Array = np.ndarray[Any, Any]
_INTERIOR, _LEAF = 2, 10  # kinds of pages of a B-tree of records
_AT_ONCE = 1024  # pages
# Bytes of a value, by its type in a record's header: NULL, integers, a float, 0, 1, and two that do not exist.
_SIZES = np.array([0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0])
_FLOAT = 7


def read_scalars(database: sqlite3.Connection, path: Path, trials: Array) -> Dict[str, Array]:
    """Each scalar of these trials (numbers, in ascending order) by name; nan where a trial has none."""
    names = dict(database.execute("SELECT metric, name FROM metrics ORDER BY metric"))
    if not names or not len(trials):
        return {}
    table = np.full((max(names) + 1, len(trials)), np.nan)
    last = int(trials[-1])
    if _fill(_from_pages(database, path), table, trials) != _count(database, last):
        table[:] = np.nan
        rows = database.execute("SELECT trial, metric, value FROM scalars WHERE trial <= ?", (last,))
        triples = np.fromiter(chain.from_iterable(rows), float).reshape(-1, 3)
        _fill(iter([(triples[:, 0].astype("i8"), triples[:, 1].astype("i8"), triples[:, 2])]), table, trials)
    return {name: table[metric] for metric, name in names.items() if not np.isnan(table[metric]).all()}


def _count(database: sqlite3.Connection, last: int) -> int:
    if database.execute("SELECT max(trial) FROM scalars").fetchone()[0] == last:
        return int(database.execute("SELECT count(*) FROM scalars").fetchone()[0])  # which SQLite does by pages
    return int(database.execute("SELECT count(*) FROM scalars WHERE trial <= ?", (last,)).fetchone()[0])


Triples = Tuple[Array, Array, Array]


def _fill(parts: Iterator[Optional[Triples]], table: Array, trials: Array) -> int:
    """Enters trials' metrics into the table; how many, or -1 if something was not as expected."""
    count = 0
    first, last = int(trials[0]), int(trials[-1])
    dense = last - first + 1 == len(trials)
    for part in parts:
        if part is None:
            return -1
        trial, metric, value = part
        known = (trial >= first) & (trial <= last) & (metric >= 0) & (metric < len(table))
        if not known.all():
            trial, metric, value = trial[known], metric[known], value[known]
        at = trial - first if dense else np.searchsorted(trials, trial)
        table[metric, at] = value
        count += len(value)
    return count


def _from_pages(database: sqlite3.Connection, path: Path) -> Iterator[Optional[Triples]]:
    before = _stamp(path)
    if before is None:
        return (yield None)
    size = int(database.execute("PRAGMA page_size").fetchone()[0])
    root = int(database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'scalars'").fetchone()[0])
    data = np.memmap(path, np.uint8, "r")
    pages = data[:len(data) // size * size].reshape(-1, size)
    numbers = np.array([root - 1])
    while len(numbers):  # a level of the tree
        children: List[Array] = []
        for begin in range(0, len(numbers), _AT_ONCE):
            chosen = numbers[begin:begin + _AT_ONCE]
            if chosen.min() < 1 or chosen.max() >= len(pages):  # the first page begins with the file's header
                return (yield None)
            block = pages[chosen]
            kind = int(block[0, 0])
            if kind not in (_INTERIOR, _LEAF) or (block[:, 0] != kind).any():
                return (yield None)
            yield _records(block, kind, children)
        numbers = np.concatenate(children) if children else np.zeros(0, int)
    if _stamp(path) != before:
        yield None


def _records(block: Array, kind: int, children: List[Array]) -> Optional[Triples]:
    size = block.shape[1]
    cells = (block[:, 3].astype(int) << 8) | block[:, 4]
    text = block.tobytes()
    # The 8 bytes that begin at each place, as one number.
    words: Array = np.ndarray(len(text), ">u8", text + bytes(8), strides=(1,))
    page = np.repeat(np.arange(len(block)) * size, cells)
    number = np.arange(len(page)) - np.repeat(np.cumsum(cells) - cells, cells)
    at = page + (words[page + (8 if kind == _LEAF else 12) + 2 * number] >> np.uint64(48)).astype(int)
    if kind == _INTERIOR:
        children.append((words[at] >> np.uint64(32)).astype(int) - 1)
        children.append((words[np.arange(len(block)) * size + 8] >> np.uint64(32)).astype(int) - 1)
        at = at + 4
    # A length, the header's length, three types.
    head = words[at]
    length, header, *types = ((head >> np.uint64(8 * k)).astype(int) & 255 for k in (7, 6, 5, 4, 3))
    if (length > 127).any() or (header != 4).any() or any((kinds > 9).any() for kinds in types) or (types[2] < 1).any():
        return None
    ends: List[Array] = []
    for kinds in types:
        ends.append((ends[-1] if ends else at + 5) + _SIZES[kinds])
    if (ends[2] != at + 1 + length).any() or (ends[2] > page + size).any():
        return None
    trial, metric = _integer(words, ends[0], types[0]), _integer(words, ends[1], types[1])
    value = words[ends[2] - 8].astype("<u8").view("f8")
    whole = types[2] != _FLOAT
    if whole.any():
        value = np.where(whole, _integer(words, ends[2], types[2]), value)
    return trial, metric, value


def _integer(words: Array, ends: Array, kinds: Array) -> Array:
    unused = ((8 - _SIZES[kinds]) * 8).astype("u8")
    numbers = (words[ends - 8] << np.minimum(unused, 63).astype("u8")).astype("<u8").view("i8")
    numbers = numbers >> np.minimum(unused, 63).astype("i8")
    constant = unused == 64
    whole: Array = np.where(constant, kinds == 9, numbers)
    return whole


def _stamp(path: Path) -> Optional[Tuple[int, int, int]]:
    """The file's identity; None if somebody is writing it."""
    if path.with_name(path.name + "-wal").exists():
        return None
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size, status.st_ino
