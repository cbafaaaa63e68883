"""A run directory, opened."""
from __future__ import annotations

import html
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np
import pandas as pd

from qklab import latex, safetensors
from qklab._columns import read_columns
from qklab._config import to_points
from qklab._live import read_running
from qklab._program import call, program
from qklab._query import is_sql, select
from qklab._series import matrix, read_series, series_names
from qklab._store import is_written, open_read_only
from qklab._tables import ids_in_order, names_of, parse_ids, read_trials
from qklab.errors import ProgramNotFound, QklabError
from qklab.figures import Figures
from qklab.statistics import over_seeds

Array = np.ndarray[Any, Any]
PathName = Union[str, "os.PathLike[str]"]
Trial = Union[str, "pd.Series[Any]", Mapping[str, Any]]


class Text(str):
    """What the program says, shown as it says it. ``ok``: whether it found no difference, or did what was asked."""

    ok: bool = True

    def __new__(cls, text: str, ok: bool = True) -> "Text":
        made = super().__new__(cls, text)
        made.ok = ok
        return made

    def __repr__(self) -> str:
        return self.rstrip("\n")


class Page(type(Path())):  # type: ignore[misc]
    """A page for a browser; a notebook shows a link to it."""

    def _repr_html_(self) -> str:
        return f'<a href="{html.escape(self.as_posix())}" target="_blank">{html.escape(str(self))}</a>'


class Run:
    """A run directory, or a reference, which has tables and no ``run.db``.

    Results are read when they are asked for, and again where they have changed since: also from a run that is writing,
    which notices nothing. Every table is a copy that may be changed.
    """

    def __init__(self, directory: PathName, plugins: Sequence[str] = ()) -> None:
        self.directory = Path(directory)
        self.plugins = tuple(map(str, plugins))
        self._cached: Optional[Tuple[Any, pd.DataFrame, List[str]]] = None
        if not self._store.exists() and not (self.directory / "trials.csv").exists():
            raise QklabError(f"{self.directory}: is no run directory: it has neither run.db nor trials.csv")

    @property
    def _store(self) -> Path:
        return self.directory / "run.db"

    def __repr__(self) -> str:
        counts = [f"{count} {status}" for status, count in self._read()[0]["status"].value_counts().items()]
        return f"<Run {self.directory}: {', '.join(counts) or 'empty'}>"

    # What is stored.

    @property
    def trials(self) -> pd.DataFrame:
        """A row for each trial of the last config, in the order of its sweep: ``trial`` (its id), ``status``, each
        parameter with its type, each scalar as a float (nan where a trial has none).

        While a run is writing, or after it was killed, these are the trials that are finished so far; if the program
        cannot be asked which of them belong to the config (it is missing, or the experiment's plugin is not named in
        ``plugins``), all trials of ``run.db`` in the order in which they finished.
        """
        table, _ = self._read()
        # table.copy() would put the columns of a type side by side, which takes several times as long.
        return pd.DataFrame({name: table[name].to_numpy(copy=True) for name in table.columns}, copy=False)

    @property
    def parameters(self) -> List[str]:
        """The names of the parameters."""
        return list(self._read()[1])

    @property
    def scalars(self) -> List[str]:
        """The names of the scalars that trials have."""
        table, parameters = self._read()
        return [name for name in table.columns[2:] if name not in parameters]

    @property
    def varied(self) -> List[str]:
        """The parameters of which trials have several values, without the seed."""
        table, parameters = self._read()
        return [name for name in parameters if name != "seed" and table[name].nunique(dropna=False) > 1]

    @property
    def failed(self) -> pd.DataFrame:
        """The trials that failed or diverged, with their ``message``."""
        if not self._store.exists():
            table = self.trials
            return table[table["status"].isin(["failed", "diverged"])]
        with open_read_only(self._store) as database:
            rows = database.execute("SELECT id, message FROM trials WHERE status IN ('failed', 'diverged')").fetchall()
        names = names_of(np.array([row[0] for row in rows], "i8"))
        messages = pd.DataFrame({"trial": names, "message": [row[1] for row in rows]}, dtype=object)
        return self.trials.merge(messages, on="trial")

    @property
    def running(self) -> pd.DataFrame:
        """The trials under way, while a run is writing: ``trial``, ``about`` (the parameters that tell it apart),
        ``step``, ``of``, ``seconds_left``, and the last value of each metric that it tells. ``running.attrs["curves"]``
        has, by trial and metric, the values by step so far."""
        return read_running(self.directory)

    def series(self, name: str) -> pd.DataFrame:
        """A series in tidy form: ``trial``, each parameter, ``index``, and a column of the series' name.

        The name of a family (``entropy`` for ``entropy.L.H``) gives all of its members, with ``layer`` and ``head``.
        Raises KeyError, with the names that there are, for a name that no trial has a series of.
        """
        table, parameters = self._read()
        return read_series(self.directory, name, table[["trial", *parameters]])

    @property
    def series_names(self) -> List[str]:
        """The names of the series that trials have."""
        return series_names(self.directory)

    def array(self, name: str, trial: Optional[Trial] = None) -> Array:
        """An array that a trial has recorded. Without a trial: a series as a matrix with a row for each trial, in the
        order of ``trials``, filled up with nan."""
        if trial is None:
            table, _ = self._read()
            return matrix(self.directory, name, table[["trial"]])
        path = self.directory / "arrays" / _id_of(trial) / f"{name}.npy"
        if not path.exists():
            names = sorted(each.stem for each in path.parent.glob("*.npy"))
            raise KeyError(f"trial {_id_of(trial)} has no array {name!r}; it has {', '.join(names) or 'none'}")
        array: Array = np.load(path, allow_pickle=False)
        return array

    def weights(self, trial: Trial, which: str = "") -> Dict[str, Array]:
        """The parameters that a training has saved, by name. ``which``: a part of the file's name where a trial has
        several, as for each evaluation; otherwise the last one is read. Raises QklabError where none are saved."""
        name = _id_of(trial)
        folder = self.directory / "weights"
        files = sorted((path for path in [*folder.glob(f"{name}*.safetensors"), *folder.glob(f"{name}/*.safetensors")]
                        if which in str(path.relative_to(folder))), key=_last_number)
        if not files:
            wanted = f" with {which!r} in its name" if which else ""
            raise QklabError(f"{folder}: has no weights of trial {name}{wanted}; a training saves them if its config "
                             "says so")
        return safetensors.load(files[-1])

    @property
    def claims(self) -> List[Dict[str, Any]]:
        """The verdicts with all that is known about them, as in ``claims.json``."""
        path = self.directory / "claims.json"
        return list(json.loads(path.read_text(encoding="utf-8"))["claims"]) if path.exists() else []

    @property
    def verdicts(self) -> pd.DataFrame:
        """A row for each slice of each claim: ``claim``, ``text``, ``check``, ``verdict`` (of the claim), ``at`` (the
        slice's values), ``slice_verdict``, ``estimate``, its interval ``low`` to ``high``, ``at_least``, ``at_most``,
        ``p``, ``p_adjusted``, ``seeds``, ``trials``, ``note``."""
        rows = []
        for claim in self.claims:
            for each in claim["slices"]:
                low, high = each["interval"]
                at = ", ".join(f"{name}={value}" for name, value in each["at"].items())
                rows.append([claim["id"], claim["text"], claim["check"], claim["verdict"], at, each["verdict"],
                             each["estimate"], low, high, *(each[key] for key in [*_LIMITS, *_ENDS])])
        table = pd.DataFrame(rows, columns=["claim", "text", "check", "verdict", "at", "slice_verdict", "estimate",
                                            "low", "high", *_LIMITS, *_ENDS])
        return table.astype({name: float for name in ("estimate", "low", "high", *_LIMITS)})

    @property
    def figures(self) -> Figures:
        """The figures by name."""
        return Figures(self.directory / "figures")

    @property
    def manifest(self) -> Dict[str, Any]:
        """Config, commit, compiler, BLAS and SIMD of the results; empty as long as the run is not complete."""
        path = self.directory / "manifest.json"
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}

    # What is computed from it.

    def points(self, value: str, where: Optional[str] = None) -> pd.DataFrame:
        """The mean of a scalar over seeds at each point of the sweep: a row with each varied parameter, the mean under
        the scalar's name, its 95% interval ``low`` to ``high`` (Student's t) and ``seeds``. Only finished trials count;
        ``where`` chooses among them, as in `query`."""
        table, parameters = (self.query(where), self._read()[1]) if where else self._read()
        if value not in table.columns or value in parameters:
            raise KeyError(f"no scalar {value!r}; there are {', '.join(self.scalars)}")
        table = table[table["status"] == "done"]
        return over_seeds(table, self.varied or parameters[:1], value)

    def query(self, query: str) -> pd.DataFrame:
        """The trials for which a condition holds, as under ``where`` in a config (``"entropy < 1 and mean == 0"``), or
        the answer to SQL (``"SELECT mean, avg(entropy) FROM results GROUP BY mean"``). A query can only read."""
        if is_sql(query):
            return select(self._store, query)
        _, output, _ = call(["query", str(self.directory), query], self.plugins)
        found = {line[:16] for line in output.splitlines()[1:]}
        table = self.trials
        return table[table["trial"].isin(found)].reset_index(drop=True)

    def to_latex(self, value: str, rows: Union[str, Sequence[str], None] = None, columns: Optional[str] = None,
                 where: Optional[str] = None, best: Optional[str] = None, caption: Optional[str] = None,
                 label: Optional[str] = None) -> str:
        """A LaTeX table (packages booktabs and amsmath) of a scalar's means with half of their 95% intervals.

        ``rows`` and ``columns`` are parameters (default: all varied ones as rows); ``best``: ``"lowest"`` or
        ``"highest"`` is bold. With a caption or a label it is a floating table.
        """
        points = self.points(value, where)
        chosen = [rows] if isinstance(rows, str) else list(rows or [name for name in self.varied if name != columns])
        for name in [*chosen, *([columns] if columns else [])]:
            if name not in self.varied:
                raise KeyError(f"no varied parameter {name!r}; there are {', '.join(self.varied) or 'none'}")
        return latex.table(points, value, chosen, columns, best, caption, label)

    # What the program does.

    def diff(self, other: Union["Run", PathName]) -> Text:
        """How another run directory differs from this one: config, scalars, verdicts."""
        second = other.directory if isinstance(other, Run) else Path(other)
        return Text(call(["diff", str(self.directory), str(second)], self.plugins)[1])

    def replay(self, trials: int = 5, seed: int = 0) -> Text:
        """Runs some finished trials again, drawn at random, and compares every number. ``ok`` is False if one
        differs."""
        code, output, _ = call(["replay", str(self.directory), "--trials", str(trials), "--seed", str(seed)],
                               self.plugins, accept=(0, 1))
        return Text(output, ok=code == 0)

    def verify(self) -> Text:
        """Derives figures' data and verdicts again from the results. ``ok`` is False if something does not follow."""
        code, output, notes = call(["verify", str(self.directory)], self.plugins, accept=(0, 1))
        return Text(output + notes, ok=code == 0)

    def report(self, out: Optional[PathName] = None) -> "Page":
        """Writes one page with verdicts, figures and trials, into the directory unless ``out`` says where."""
        call(["report", str(self.directory), *(["--out", str(out)] if out else [])], self.plugins)
        if out is None or not str(out).endswith(".html"):
            return Page(Path(out or self.directory) / "report.html")
        return Page(out)

    def extend(self, points: Iterable[Mapping[str, Any]], *, jobs: Optional[int] = None,
               progress: Optional[bool] = None) -> pd.DataFrame:
        """Adds points to the sweep, each with all seeds, runs them, and returns their trials in the order of the
        points.

        Each point sets every parameter that the sweep varies, except the seed:
        ``run.extend([{"lr": 0.01, "mean": 2}])``. Points that exist are not run again. The directory's tables, figures
        and verdicts then include all points. This is one step of any optimizer's loop; `points` gives the means that it
        needs.
        """
        from qklab._running import run_config  # which makes runs

        added = [dict(point) for point in points]
        if not added:
            return self.trials.iloc[:0]
        source = self._source()
        overrides = [each for each in source["overrides"] if not each.startswith("points=")]
        before = [each for each in source["overrides"] if each.startswith("points=")]
        overrides.append(to_points(before[0] if before else None, added))
        with tempfile.TemporaryDirectory(prefix="qklab-") as folder:
            config = Path(folder, Path(source["file"]).name)
            config.write_text(source["text"], encoding="utf-8")
            options = ["--preset", source["preset"], "--out", str(self.directory)]
            run_config(config, overrides, options + (["--jobs", str(jobs)] if jobs else []), self.plugins, progress,
                       renamed=(str(config), source["file"]))
        table = self.trials
        wanted = pd.DataFrame(added)
        at = [np.flatnonzero(np.logical_and.reduce([table[name] == value for name, value in point.items()]))
              for point in wanted.to_dict("records")]
        return table.iloc[np.concatenate(at)].reset_index(drop=True)

    # Reading.

    def _source(self) -> Dict[str, Any]:
        with open_read_only(self._store) as database:
            found = dict(database.execute("SELECT key, value FROM meta").fetchall())
        return {**found, "overrides": json.loads(found.get("overrides") or "[]")}

    def _read(self) -> Tuple[pd.DataFrame, List[str]]:
        stamp = [_stamp(self.directory / name) for name in ("run.db", "run.db-wal", "trials.csv", "manifest.json")]
        if self._cached is None or self._cached[0] != stamp:
            self._cached = (stamp, *(self._read_store() if self._store.exists() else self._read_tables()))
        return self._cached[1], self._cached[2]

    def _read_store(self) -> Tuple[pd.DataFrame, List[str]]:
        columns = read_columns(self._store)
        order = _places(columns.ids, self._ids_of_the_config())

        def take(values: Array) -> Array:
            return values if order is None else values[order]

        names = {"trial": names_of(take(columns.ids)), "status": take(columns.status)}
        numbers = {name: take(values) for name, values in columns.scalars.items() if name not in columns.parameters}
        parameters = {name: take(values) for name, values in columns.parameters.items()}
        return pd.DataFrame({**names, **parameters, **numbers}, copy=False), list(parameters)

    def _ids_of_the_config(self) -> Optional[Array]:
        """The ids of the last config's trials in the order of its sweep; None if nobody can tell."""
        if not is_written(self._store):
            return ids_in_order(self.directory / "trials.csv")
        try:
            program()
            _, output, _ = call(["query", str(self.directory), "seed == seed"], self.plugins)
        except (ProgramNotFound, QklabError):
            return None
        digits = b"".join(line[:16].encode() for line in output.splitlines()[1:] if line[16:17] == ",")
        return parse_ids(np.frombuffer(digits, np.uint8).reshape(-1, 16))

    def _read_tables(self) -> Tuple[pd.DataFrame, List[str]]:
        declared = self.manifest.get("parameters", {})
        kinds = {name: type(values[0] if isinstance(values, list) else values) for name, values in declared.items()}
        table = read_trials(self.directory / "trials.csv", {name: _kind(kind) for name, kind in kinds.items()})
        return table, [name for name in table.columns if name in kinds]


_LIMITS = ["at_least", "at_most", "p", "p_adjusted"]
_ENDS = ["seeds", "trials", "note"]


def _kind(kind: type) -> type:
    return kind if kind in (int, bool, str) else float


def _stamp(path: Path) -> Optional[Tuple[int, int, int]]:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _places(known: Array, wanted: Optional[Array]) -> Optional[Array]:
    """Where each wanted id stands among the known ones; ids that are not known are left out."""
    if wanted is None or not len(known):
        return None
    at: Array = pd.Index(known).get_indexer(wanted)
    return at[at >= 0]


def _id_of(trial: Trial) -> str:
    return trial if isinstance(trial, str) else str(trial["trial"])


def _last_number(path: Path) -> Tuple[int, str]:
    digits = "".join(character if character.isdigit() else " " for character in path.stem[16:]).split()
    return (int(digits[-1]) if digits else 1 << 62), path.name  # a file without a number is the final one
