"""Numbers on their way to plotly.js: its own base64 arrays, a fifth of the JSON they would be."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from dashboard.metrics.series import Floats

SAFE_IN_F4 = (1e-30, 1e30)  # sizes that four bytes hold with seven digits
NARROW = 1e-2  # a spread, of the largest: below it seven digits leave too few for the chart


def packed(values: Floats) -> dict[str, str]:
    """(n,) numbers as {"dtype", "bdata"}, in four bytes each where no digit that shows is lost.

    NaN is where a line breaks.
    """
    narrow = values.astype(_dtype(values))
    dtype = narrow.dtype.kind + str(narrow.dtype.itemsize)
    return {"dtype": dtype, "bdata": base64.b64encode(narrow.tobytes()).decode()}


def unpacked(wire: dict[str, str]) -> Floats:
    """The inverse, for programs and tests."""
    raw = np.frombuffer(base64.b64decode(wire["bdata"]), dtype="<" + wire["dtype"])
    return raw.astype(np.float64)


def _dtype(every: Floats) -> Any:
    values = every[~np.isnan(every)]
    if not len(values):
        return np.dtype("<f4")
    if len(values) == len(every) and np.array_equal(values, np.rint(values)):
        return np.dtype("<i4") if np.abs(values).max() < 2**31 else np.dtype("<f8")
    sizes = np.abs(values[values != 0])
    return np.dtype("<f4") if not len(sizes) or _fits(values, sizes) else np.dtype("<f8")


def _fits(values: Floats, sizes: Floats) -> bool:
    """Whether four bytes tell the values apart: milliseconds since 1970 they would take for one."""
    low, high = SAFE_IN_F4
    largest = float(sizes.max())
    if not (low < sizes.min() and largest < high):
        return False
    spread = float(values.max()) - float(values.min())
    return not 0 < spread < NARROW * largest
