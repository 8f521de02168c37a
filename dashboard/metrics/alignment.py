"""One curve against another: points that were logged at the same steps."""

from __future__ import annotations

import numpy as np

from dashboard.metrics.series import EMPTY, Series


def along(series: Series, other: Series) -> Series:
    """The points at whose steps `other` has a finite value, with that value in place of the time.

    Both by step. Where `other` has a step several times, its last one counts.
    """
    finite = other.finite
    if not len(finite) or not len(series):
        return EMPTY
    at = np.searchsorted(finite.steps, series.steps, side="right") - 1
    found = (at >= 0) & (finite.steps[at] == series.steps)
    return Series(series.steps[found], finite.values[at[found]], series.values[found])
