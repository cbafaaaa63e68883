"""Splits the parameters of many trials, one JSON object a line, into columns of few different texts.

Lines with the same names in the same order and no comma within a value are split by NumPy, eight bytes at a time.
"""
from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

import numpy as np
import pandas as pd

Array = np.ndarray[Any, Any]
_COMMA, _NEWLINE, _END = b",\n}"
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no word is lost
# The first k bytes of a word, k from 0 to 8.
_MASKS = np.array([(1 << 8 * k) - 1 for k in range(9)], "<u8")


@dataclass
class Column:
    """Texts that repeat: ``texts[codes[k]]`` is that of row k."""

    codes: Array
    texts: List[str]

    @classmethod
    def of(cls, text: str, size: int) -> "Column":
        return cls(np.zeros(size, "i4"), [text])

    @classmethod
    def from_texts(cls, texts: List[str]) -> "Column":
        places: Dict[str, int] = {}
        codes = np.array([places.setdefault(text, len(places)) for text in texts], "i4")
        return cls(codes, list(places))


def joined(columns: List[Column]) -> Column:
    """One column after the other."""
    places: Dict[str, int] = {}
    codes = []
    for column in columns:
        table = np.array([places.setdefault(text, len(places)) for text in column.texts], "i4")
        codes.append(table[column.codes])
    return Column(np.concatenate(codes) if codes else np.zeros(0, "i4"), list(places))


def split(text: bytes) -> Optional[Dict[str, Column]]:
    """The values of each name as JSON; None where the lines are not alike."""
    names = list(json.loads(text.split(b"\n", 1)[0]))
    if not names:
        return None
    line = np.frombuffer(text, np.uint8)
    ends = np.append(np.flatnonzero(line == _NEWLINE), len(text))
    commas = np.flatnonzero(line == _COMMA)
    if len(commas) != len(ends) * (len(names) - 1) or (line[ends - 1] != _END).any():
        return None
    # Bounds of the fields: the line's brace, its commas, its other brace.
    begins = np.append(-1, ends[:-1]) + 1
    bounds = np.column_stack([begins, commas.reshape(len(ends), -1), ends - 1])
    if (np.diff(bounds, axis=1) <= 0).any():
        return None
    words: Array = np.ndarray(len(text), "<u8", text + bytes(8), strides=(1,))  # the 8 bytes from each place on
    columns = {}
    gap = text.find(b'"', 1) - 1  # blanks before a name
    for number, name in enumerate(names):
        key = json.dumps(name, ensure_ascii=False).encode() + b":" + b" " * gap_behind(text, name)
        before = 1 + (gap if number == 0 else blanks(text, int(bounds[0, number]) + 1))
        at = bounds[:, number] + before
        if not _all_begin_with(words, at, key):
            return None
        column = _column(words, at + len(key), bounds[:, number + 1], text)
        if column is None:
            return None
        columns[name] = column
    return columns


def blanks(text: bytes, at: int) -> int:
    """How many blanks stand there."""
    count = 0
    while text[at + count:at + count + 1] == b" ":
        count += 1
    return count


def gap_behind(text: bytes, name: str) -> int:
    """How many blanks stand behind the colon of a name in the first line."""
    key = json.dumps(name, ensure_ascii=False).encode() + b":"
    return blanks(text, text.find(key) + len(key))


def _all_begin_with(words: Array, at: Array, key: bytes) -> bool:
    for begin in range(0, len(key), 8):
        piece = key[begin:begin + 8]
        expected = np.uint64(int.from_bytes(piece, "little"))
        if ((words[at + begin] & _MASKS[len(piece)]) != expected).any():
            return False
    return True


def _column(words: Array, begins: Array, ends: Array, text: bytes) -> Optional[Column]:
    lengths = ends - begins
    if lengths.min() < 1:
        return None
    pieces = [words[np.minimum(begins + begin, len(text) - 1)] & _MASKS[np.clip(lengths - begin, 0, 8)]
              for begin in range(0, int(lengths.max()), 8)]
    mixed = lengths.astype("u8")
    for piece in pieces:
        mixed = (mixed ^ piece) * _FACTOR
        mixed ^= mixed >> np.uint64(29)
    codes, _ = pd.factorize(mixed)
    first = np.zeros(int(codes.max()) + 1, "i8")
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    # Two texts may in principle have the same number; then they are split another way.
    if not all((piece == piece[first][codes]).all() for piece in [lengths, *pieces]):
        return None
    return Column(codes.astype("i4"), [text[begins[row]:ends[row]].decode() for row in first])
