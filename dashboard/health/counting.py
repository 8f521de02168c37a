"""Counting curves: their values are numbers of rows, boxes, requests, and their sum is judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.metrics.series import Floats

MOST = 1e9  # in one step: what is no count is held within bounds


@dataclass(frozen=True)
class Hidden:
    """Finite points of a long curve that a rule is not shown: how many, and the sum of them."""

    count: int = 0
    total: float = 0.0


def counted(finite: Floats) -> float:
    return float(np.clip(finite, 0, MOST).sum())
