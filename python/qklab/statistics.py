"""Means over seeds with Student's 95% interval, as the program draws them."""
from __future__ import annotations

import functools
import math
from typing import List

import numpy as np
import pandas as pd


@functools.lru_cache(maxsize=None)
def student_quantile(freedom: int, probability: float = 0.975) -> float:
    """The quantile of Student's distribution (1908) with a whole number of degrees of freedom, from its finite sums
    (Abramowitz and Stegun, 26.7.3 and 26.7.4) by bisection."""
    low, high = 0.0, 1.0
    while _within(high, freedom) < 2 * probability - 1:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if _within(middle, freedom) < 2 * probability - 1:
            low = middle
        else:
            high = middle
    return high


def _within(t: float, freedom: int) -> float:
    """The probability of -t to t."""
    angle = math.atan2(t, math.sqrt(freedom))
    square = math.cos(angle) ** 2
    term = total = math.cos(angle) if freedom % 2 else 1.0
    for k in range(3 if freedom % 2 else 2, freedom, 2):
        term *= square * (k - 1) / k
        total += term
    if freedom % 2 == 0:
        return math.sin(angle) * total
    return 2 / math.pi * (angle + (math.sin(angle) * total if freedom > 1 else 0.0))


def over_seeds(table: pd.DataFrame, by: List[str], value: str) -> pd.DataFrame:
    """One row for each combination of ``by``: the mean of ``value``, its 95% interval ``low`` to ``high`` (nan for
    fewer than two seeds), and ``seeds``. A nan among the values makes the mean nan."""
    numbers = table[by].assign(_value=table[value].astype(float), _gap=table[value].isna())
    groups = numbers.groupby(by, sort=False, dropna=False)
    found = groups.agg(mean=("_value", "mean"), spread=("_value", "std"), seeds=("_value", "size"), gap=("_gap", "any"))
    mean = found["mean"].where(~found["gap"])
    factor = np.array([student_quantile(n - 1) / math.sqrt(n) if n > 1 else math.nan for n in found["seeds"]], float)
    half = factor * found["spread"]
    result = pd.DataFrame({value: mean, "low": mean - half, "high": mean + half, "seeds": found["seeds"]})
    return result.reset_index()
