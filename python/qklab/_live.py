"""The trials under way in a run directory, as a run that is writing it tells them once a second."""
from __future__ import annotations

import contextlib
import json
import math
import time
from pathlib import Path
from typing import Any, Dict, List

import pandas as pd

_RENEWED_WITHIN = 30  # seconds, by a run that is running
_COLUMNS = ["trial", "about", "step", "of", "seconds_left"]


def read_running(directory: Path) -> pd.DataFrame:
    """A row for each trial under way; no rows where no run is writing, or its trials tell nothing."""
    trials: List[Dict[str, Any]] = []
    path = directory / "running.json"
    with contextlib.suppress(OSError, ValueError):  # the run has just ended
        if time.time() - path.stat().st_mtime < _RENEWED_WITHIN:
            trials = json.loads(path.read_text(encoding="utf-8"))["trials"]
    rows = [{**{name: trial[name] for name in _COLUMNS},
             **{name: metric["last"] for name, metric in trial["metrics"].items()}} for trial in trials]
    table = pd.DataFrame(rows, columns=list(dict.fromkeys([*_COLUMNS, *(name for row in rows for name in row)])))
    table.attrs["curves"] = {
        trial["trial"]: {name: pd.Series(_numbers(metric["value"]), index=metric["step"], name=name, dtype=float)
                         for name, metric in trial["metrics"].items()} for trial in trials}
    numbers = [name for name in table.columns if name not in ("trial", "about", "step", "of")]
    return table.astype({name: float for name in numbers})


def _numbers(values: List[Any]) -> List[float]:
    return [math.nan if value is None else value for value in values]
