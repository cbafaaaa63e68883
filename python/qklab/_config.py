"""Configs and overrides as the program reads them."""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, List, Mapping, Optional, Sequence, Union

import numpy as np

_FORM = re.compile(r"^\s*(values|range|linspace|logspace|random)\s*\(.*\)\s*$", re.S)
_FORMS = ("values", "range", "linspace", "logspace")
Config = Union[str, Path, Mapping[str, Any]]


def to_yaml(config: Mapping[str, Any]) -> str:
    """The config as YAML: one line for each key, its value in YAML's flow style, which JSON is a part of."""
    return "".join(f"{json.dumps(str(key))}: {_flow(value)}\n" for key, value in config.items())


def _flow(value: Any) -> str:
    value = _plain(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return _number(value)


def _plain(value: Any) -> Any:
    """Arrays, ranges and tuples as lists, NumPy's numbers as Python's, paths as texts."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    if not isinstance(value, (str, bytes, Mapping)) and hasattr(value, "__iter__"):
        return list(value)
    return value


def _number(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    raise TypeError(f"a config holds numbers, texts, truth values, lists and maps, not {type(value).__name__}")


def to_arguments(overrides: Mapping[str, Any]) -> List[str]:
    """``mean=[0, 0.25]`` as ``mean=0,0.25``, and so on."""
    return [f"{key}={_setting(key, value)}" for key, value in overrides.items()]


def _setting(key: str, value: Any) -> str:
    value = _plain(value)
    if isinstance(value, Mapping):
        if len(value) == 1 and next(iter(value)) in _FORMS:
            (form, items), = value.items()
            return f"{form}({','.join(map(_item, _plain(items)))})"
        return _flow(value)
    if isinstance(value, list):
        if not value:
            raise ValueError(f"{key}: no value is given")
        if any(isinstance(_plain(each), Mapping) for each in value):
            return _flow(value)
        # One value in brackets is a list too: seeds=[3] is the seed 3, not three seeds.
        return f"values({_item(value[0])})" if len(value) == 1 else ",".join(map(_item, value))
    if isinstance(value, str) and (key in ("where", "name") or _FORM.match(value)):
        return value
    return _item(value)


def _item(value: Any) -> str:
    value = _plain(value)
    if not isinstance(value, str):
        return _number(value)
    if re.search(r"[,\"'()\\]", value) or value != value.strip() or not value:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value


def to_points(before: Optional[str], points: Sequence[Mapping[str, Any]]) -> str:
    """The override that adds these points, after those of an earlier override, to a sweep."""
    names = list(points[0])
    for point in points:
        if set(point) != set(names):
            raise ValueError(f"every point must set the same parameters; {dict(points[0])} and {dict(point)} do not")
    text = ", ".join(map(_flow, points))
    return f"points=[{before[len('points=['):-1] + ', ' if before else ''}{text}]"
