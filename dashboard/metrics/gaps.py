"""Where a curve lacks points: a line drawn across would claim what nobody measured."""

from __future__ import annotations

import numpy as np

from dashboard.metrics.buckets import Buckets
from dashboard.metrics.series import Ints

FACTOR = 10  # times the distance that is usual on both sides: an evaluation left out is not meant


def gaps(found: Buckets) -> Ints:
    """(g, 2): the steps before and after each gap.

    A gap is a distance more than FACTOR times as long as those next to it on either side, so a
    curve that is logged ever more seldom has none. At its ends there is nothing to compare with.
    """
    if len(found) < 4 and found.points < 4:
        return np.empty((0, 2), np.int64)
    between = (found.first_step[1:] - found.last_step[:-1]).astype(float)
    if not (between > FACTOR).any():  # the usual distance is at least one step
        return np.empty((0, 2), np.int64)
    inside = np.where(
        found.count > 1,
        (found.last_step - found.first_step) / np.maximum(found.count - 1, 1),
        np.nan,
    )
    before = np.fmax(inside[:-1], np.concatenate([[np.nan], between[:-1]]))
    after = np.fmax(inside[1:], np.concatenate([between[1:], [np.nan]]))
    usual = np.maximum(np.maximum(before, after), 1)  # NaN where one side is not known
    at = np.flatnonzero(between > FACTOR * usual)
    return np.stack([found.last_step[at], found.first_step[at + 1]], axis=1)
