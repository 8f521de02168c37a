"""In which order a training sees its data: the same in every run of one seed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def item(position: int, count: int, seed: int) -> int:
    """Which of `count` items comes at this position; every epoch has an order of its own."""
    epoch, place = divmod(position, count)
    return int(_order(count, seed, epoch)[place])


@lru_cache(maxsize=2)
def _order(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, epoch, count)).permutation(count)
