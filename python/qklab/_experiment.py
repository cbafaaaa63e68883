"""A Python function as an experiment of qklab, in a program that qklab starts and keeps alive.

docs/process-experiment.md describes the lines that are exchanged. Nothing here needs another package.
"""
from __future__ import annotations

import inspect
import json
import math
import os
import sys
import time
import traceback
import typing
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, TextIO, Union

PROTOCOL = 1
_TYPES = {float: "number", int: "integer", bool: "boolean", str: "text"}


class Diverged(Exception):
    """Raised by an experiment whose trial has diverged, which is a result and not a fault."""


class Experiment:
    """A function with what qklab has to know about it. It is called like the function itself."""

    def __init__(self, function: Callable[..., Any], name: str, version: int, scalars: Mapping[str, str],
                 series: Mapping[str, str], files: Iterable[str]) -> None:
        self.function, self.name, self.version = function, name, version
        self.scalars, self.series, self.files = dict(scalars), dict(series), list(files)
        self._signature = inspect.signature(function)
        self._hints = typing.get_type_hints(function, include_extras=True)
        self._trial: Optional[str] = None
        self._channel: Optional[TextIO] = None
        self._next_progress = 0.0
        self.__doc__ = function.__doc__
        for parameter in self._signature.parameters.values():
            self._declared(parameter)  # a mistake shows when the function is decorated

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.function(*arguments, **named)

    def progress(self, step: int, of: int, **values: float) -> None:
        """Tells qklab how far the trial is, and the latest values of metrics: both are shown while it runs. It may be
        called at every step: at most 20 calls a second are passed on. Outside qklab nothing happens."""
        now = time.monotonic()
        if self._trial is None or now < self._next_progress:
            return
        self._next_progress = now + 0.05
        self._send({"trial": self._trial, "progress": int(step), "of": int(of),
                    **({"values": {name: _plain(value) for name, value in values.items()}} if values else {})})

    def serve(self) -> None:
        """Answers for one trial after the other, until qklab closes standard input. What the function prints goes to
        standard error, of which a failed trial shows the end."""
        self._channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._send(self.hello())
        for line in sys.stdin:
            message = json.loads(line)
            if "trial" in message:
                self._answer(message["trial"], message["parameters"])

    def hello(self) -> Dict[str, Any]:
        parameters = [self._declared(each) for name, each in self._signature.parameters.items() if name != "seed"]
        return {"protocol": PROTOCOL, "hello": {
            "name": self.name, "version": self.version, "doc": (self.__doc__ or "").strip().split("\n")[0],
            "parameters": parameters,
            "scalars": [{"name": name, "unit": unit} for name, unit in self.scalars.items()],
            "series": [{"name": name, "index": index} for name, index in self.series.items()],
            "files": sorted({*self.files, *_own_modules()})}}

    def _declared(self, parameter: inspect.Parameter) -> Dict[str, Any]:
        name, hint = parameter.name, self._hints.get(parameter.name)
        if hint is None:
            raise TypeError(f"{self.name}: argument '{name}' needs a type: float, int, bool, str or Literal[...]")
        declared: Dict[str, Any] = {"name": name}
        if typing.get_origin(hint) is typing.Annotated:
            hint, *notes = typing.get_args(hint)
            for note in notes:
                if isinstance(note, str):
                    declared["doc"] = note
                elif isinstance(note, tuple) and len(note) == 2:
                    declared["low"], declared["high"] = note
                else:
                    raise TypeError(f"{self.name}: '{name}': a note is a text or (low, high), not {note!r}")
        if typing.get_origin(hint) is typing.Literal:
            declared.update(type="text", choices=list(typing.get_args(hint)))
        elif hint in _TYPES:
            declared["type"] = _TYPES[hint]
        else:
            raise TypeError(f"{self.name}: argument '{name}' is {hint!r}; known are float, int, bool, str, Literal[...]")
        if parameter.default is not inspect.Parameter.empty:
            declared["default"] = hint(parameter.default) if hint in _TYPES else parameter.default
        return declared

    def _send(self, message: Dict[str, Any]) -> None:
        assert self._channel is not None
        self._channel.write(json.dumps(message, allow_nan=False) + "\n")
        self._channel.flush()

    def _answer(self, trial: str, parameters: Dict[str, Any]) -> None:
        self._trial, self._next_progress = trial, 0.0
        if "seed" not in self._signature.parameters:
            parameters.pop("seed", None)
        for name, value in parameters.items():
            if self._hints.get(name) is not None and isinstance(value, str) and value in ("nan", "inf", "-inf"):
                parameters[name] = float(value)
        try:
            answer: Dict[str, Any] = {"result": self._collected(self.function(**parameters))}
        except (Diverged, FloatingPointError) as error:
            answer = {"diverged": str(error) or type(error).__name__}
        except Exception as error:  # noqa: BLE001: a trial that fails is told, and the next one runs
            traceback.print_exc()
            where = traceback.extract_tb(error.__traceback__)[-1]
            answer = {"failed": f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"}
        self._trial = None
        self._send({"trial": trial, **answer})

    def _collected(self, outcome: Any) -> Dict[str, Any]:
        """What the function returned, and what it yielded before: a number for a series is one more of it."""
        result: Dict[str, Dict[str, Any]] = {"scalars": {}, "series": {}}
        grown: Dict[str, List[Any]] = {}
        if inspect.isgenerator(outcome):
            while True:
                try:
                    values = next(outcome)
                except StopIteration as end:
                    outcome = end.value
                    break
                for name, value in values.items():
                    if name in self.series:
                        grown.setdefault(name, []).append(_plain(value))
                    else:
                        result["scalars"][name] = _plain(value)
        result["series"].update(grown)
        for name, value in (outcome or {}).items():
            result["series" if name in self.series else "scalars"][name] = _plain(value)
        return result


def experiment(*, scalars: Union[Iterable[str], Mapping[str, str]] = (),
               series: Union[Iterable[str], Mapping[str, str]] = (), name: Optional[str] = None, version: int = 1,
               files: Iterable[str] = ()) -> Callable[[Callable[..., Any]], Experiment]:
    """Makes an experiment of a function. Its arguments, which need a type, are the parameters; `seed` is the seed.
    The function returns a map from metrics to numbers, lists or arrays; or it yields such maps, whose numbers become
    series.

    scalars: names of metrics that are one number, with their units if it is a map
    series: names of metrics that are many numbers, with the name of their index if it is a map
    version: is to be raised if results change for a cause that no file shows
    files: what the program reads besides itself and the modules beside it; a trial's identity covers their content
    """
    def decorate(function: Callable[..., Any]) -> Experiment:
        units = dict(scalars) if isinstance(scalars, Mapping) else {each: "" for each in scalars}
        indices = dict(series) if isinstance(series, Mapping) else {each: "index" for each in series}
        return Experiment(function, name or function.__name__, version, units, indices, files)
    return decorate


def _plain(value: Any) -> Any:
    """A number, list or array as JSON has it, where null and texts stand for numbers that are not finite."""
    if hasattr(value, "detach"):
        value = value.detach()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    value = float(value)
    if math.isnan(value):
        return None
    return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def _own_modules() -> List[str]:
    """The files of the modules that lie beside the program, besides the program itself."""
    main = os.path.realpath(getattr(sys.modules["__main__"], "__file__", "") or "")
    folder = os.path.dirname(main) + os.sep
    found = []
    for module in list(sys.modules.values()):
        path = os.path.realpath(getattr(module, "__file__", None) or "")
        if main and path != main and path.startswith(folder) and path.endswith(".py"):
            found.append(os.path.relpath(path))
    return found
