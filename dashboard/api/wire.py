"""Values as JSON can carry them: NaN and ±Inf as the strings "NaN", "Infinity", "-Infinity"."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any


def number(value: float | None) -> float | str | None:
    if value is None or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def numbers(values: Iterable[float]) -> list[Any]:
    return [number(float(value)) for value in values]
