"""SQL on a run.db, with its trials as the table `results`."""
from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any, List

import pandas as pd

from qklab._store import open_read_only
from qklab.errors import Diagnostic, InputError, QklabError

_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


def is_sql(query: str) -> bool:
    """Whether it is SQL rather than a condition."""
    return re.match(r"[\s(]*(select|with|values|explain)\b", query, re.I) is not None


def select(path: Path, sql: str) -> pd.DataFrame:
    """The answer. Raises InputError where SQLite refuses the query."""
    if not path.exists():
        raise QklabError(f"{path.parent}: has no run.db, which SQL needs; a condition does not")
    with open_read_only(path) as database:
        _add_results(database)
        database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY)
        try:
            cursor = database.execute(sql)
            names = [column[0] for column in cursor.description]
            return pd.DataFrame.from_records(cursor.fetchall(), columns=names)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise InputError([Diagnostic(f"{error}; run.query('SELECT * FROM results LIMIT 1') shows the columns of "
                                         "results, and a name with a dot is written in double quotes")]) from error


def _add_results(database: sqlite3.Connection) -> None:
    """The view `results`: a row for each trial, a column for each parameter and scalar."""
    row = database.execute("SELECT params FROM trials LIMIT 1").fetchone()
    columns: List[str] = []
    taken = {"trial", "status"}

    def add(expression: str, name: str) -> None:
        if name not in taken:
            taken.add(name)
            columns.append(f"{expression} AS {_name(name)}")

    for name, value in (json.loads(row[0]) if row else {}).items():
        add(_parameter(name, value), name)
    for metric, name in database.execute("SELECT metric, name FROM metrics AS m WHERE EXISTS"
                                         "(SELECT 1 FROM scalars WHERE metric = m.metric) ORDER BY metric").fetchall():
        add(f"(SELECT value FROM scalars AS s WHERE s.trial = t.trial AND s.metric = {int(metric)})", name)
    add("seconds", "seconds")
    add("message", "message")
    database.execute("CREATE TEMP VIEW results AS SELECT printf('%016x', id) AS trial, status, "
                     f"{', '.join(columns)} FROM trials AS t")


def _parameter(name: str, value: Any) -> str:
    path = "'$.\"" + name.replace("'", "''") + "\"'"
    found = f"params ->> {path}"
    if not isinstance(value, float) and value not in ("inf", "-inf", "nan"):
        return found
    # JSON has no such numbers, so they are stored as text.
    return (f"CASE {found} WHEN 'inf' THEN 9e999 WHEN '-inf' THEN -9e999 WHEN 'nan' THEN NULL "
            f"ELSE CAST({found} AS REAL) END")


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
