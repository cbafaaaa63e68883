"""What an experiment declares."""
from __future__ import annotations

import json
from typing import Any, Dict, Sequence

import pandas as pd

from qklab._program import call


class Description:
    """An experiment's parameters and metrics, as ``qklab describe`` shows them."""

    def __init__(self, declared: Dict[str, Any], text: str) -> None:
        self._declared = declared
        self._text = text
        self.name: str = declared["name"]
        self.version: int = declared["version"]
        self.doc: str = declared["doc"]

    @property
    def parameters(self) -> pd.DataFrame:
        """By name: type, default (a text, as derived ones are), low, high, choices, unit, doc."""
        return self._table("parameters")

    @property
    def scalars(self) -> pd.DataFrame:
        """By name: unit, whether exact on every machine, low, high, doc."""
        return self._table("scalars")

    @property
    def series(self) -> pd.DataFrame:
        """By name: index, unit, whether exact on every machine, low, high, doc."""
        return self._table("series")

    @property
    def arrays(self) -> pd.DataFrame:
        """By name: unit, whether exact on every machine, doc."""
        return self._table("arrays")

    def _table(self, kind: str) -> pd.DataFrame:
        return pd.DataFrame(self._declared[kind], columns=_COLUMNS[kind]).set_index("name")

    def __repr__(self) -> str:
        return self._text.rstrip("\n")


_METRIC = ["name", "unit", "exact", "low", "high", "doc"]
_COLUMNS = {"parameters": ["name", "type", "default", "low", "high", "choices", "unit", "doc"], "scalars": _METRIC,
            "series": ["name", "index", *_METRIC[1:]], "arrays": ["name", "unit", "exact", "doc"]}


def describe(experiment: str, plugins: Sequence[str] = ()) -> Description:
    """What the experiment declares. Raises InputError, with the nearest name, if there is none of this name."""
    _, text, _ = call(["describe", experiment], plugins)
    _, output, _ = call(["describe", experiment, "--json"], plugins)
    return Description(json.loads(output), text)
