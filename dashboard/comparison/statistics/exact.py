"""Exact probabilities of what was seen, by counting every arrangement that chance could have made.

Few runs have few arrangements, so such a p cannot be small: 3 against 3 never goes below 0.10, five
pairs never below 0.0625. `least` says how small it could be.
"""

from __future__ import annotations

import itertools
import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dashboard.metrics.series import Floats

MOST = 20_000  # arrangements that are counted: 14 pairs, or 8 against 8
SAME = 1e-9  # of the largest statistic: arrangements that differ by rounding are alike


def sign_flips(differences: ArrayLike) -> float | None:
    """Paired, two-sided: each pair may as well have been the other way round.

    None where there are more than MOST ways.
    """
    found = np.asarray(differences, dtype=np.float64)
    if not len(found) or 2 ** len(found) > MOST:
        return None
    return _share(_signs(len(found)) @ found, float(found.sum()))


def relabelled(before: ArrayLike, after: ArrayLike) -> float | None:
    """Unpaired, two-sided, of the difference of means: each run may as well be of the other arm.

    None where there are more than MOST ways.
    """
    one, other = _two(before, after)
    if not _countable(len(one), len(other)):
        return None
    together = np.concatenate((one, other))
    sums = together[_choices(len(together), len(other))].sum(axis=1)
    return _share(_centred(sums, together, len(other)), _gap(one, other))


def mann_whitney(before: ArrayLike, after: ArrayLike) -> float | None:
    """Unpaired, two-sided, of the ranks: a wild value counts no more than a large one.

    None where there are more than MOST ways.
    """
    one, other = _two(before, after)
    together = np.concatenate((one, other))
    ranks = _ranks(together)
    return relabelled(ranks[: len(one)], ranks[len(one) :])


def least(before: int, after: int, *, paired: bool) -> float:
    """The smallest two-sided p that so many runs can reach, however far apart they lie."""
    if paired:
        return float(2.0 ** (1 - min(before, after)))
    ways = math.comb(before + after, after)
    return min(1.0, (2 if before == after else 1) / ways)


def _two(before: ArrayLike, after: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)


def _countable(one: int, other: int) -> bool:
    return min(one, other) >= 1 and math.comb(one + other, other) <= MOST


def _share(all_ways: Floats, seen: float) -> float:
    """How many ways are at least as far from zero as what was seen."""
    size = float(np.abs(all_ways).max(initial=0.0))
    return float((np.abs(all_ways) >= abs(seen) - SAME * size).mean())


def _centred(sums: Floats, together: Floats, count: int) -> Floats:
    """Differences of means, from the sums of the chosen."""
    others = len(together) - count
    differences: Floats = sums / count - (float(together.sum()) - sums) / others
    return differences


def _gap(one: Floats, other: Floats) -> float:
    return float(other.mean() - one.mean())


def _ranks(values: Floats) -> Floats:
    """From 1 on; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle = (last - (counts - 1) / 2).astype(np.float64)
    ranks: Floats = middle[place]
    return ranks


@lru_cache(maxsize=16)
def _signs(count: int) -> Floats:
    """Every way to sign `count` differences, (2 ** count, count)."""
    bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    signs: Floats = (2 * bits - 1).astype(np.float64)
    return signs


@lru_cache(maxsize=16)
def _choices(total: int, count: int) -> NDArray[np.int64]:
    """Every way to choose `count` of `total`."""
    return np.array(list(itertools.combinations(range(total), count)), dtype=np.int64)
