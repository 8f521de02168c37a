"""The distributions behind intervals and power, from scipy.

scipy is loaded by the first study that is answered: 28 MB and a fifth of a second, which a server
without studies does not pay.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np

from dashboard.metrics.series import Floats

POINTS = 64  # of the quadrature: four digits of power


@cache
def _special() -> Any:
    from scipy import special

    return special


def t_quantile(p: float, freedom: float) -> float:
    """The p-quantile of Student's t."""
    return float(_special().stdtrit(freedom, p))


def t_quantiles(p: float, freedom: Floats | float) -> Floats:
    """The same for many degrees of freedom at once."""
    found: Floats = np.asarray(_special().stdtrit(freedom, p), dtype=np.float64)
    return found


def t_probability(t: float, freedom: float) -> float:
    """Two-sided: how often Student's t lies at least as far from 0 as `t`."""
    return float(2 * _special().stdtr(freedom, -abs(t)))


def t_power(shift: float, freedom: float, level: float) -> float:
    """How often a t test of that level speaks where the truth is `shift` standard errors.

    The non-central t by a quadrature over what the variance may be estimated as: scipy's own
    series is NaN for many such arguments.
    """
    variances, weights = _estimates(freedom)
    limits = t_quantile((1 + level) / 2, freedom) * np.sqrt(variances)
    return float(weights @ _beyond(abs(shift), limits))


def welch_power(shift: float, runs: int, level: float) -> float:
    """The same of Welch's t between two arms of `runs` runs each and equal spread."""
    variances, weights = _estimates(runs - 1)
    one, other = variances[:, None], variances[None, :]
    freedom = (runs - 1) * (one + other) ** 2 / (one**2 + other**2)
    limits = _special().stdtrit(freedom, (1 + level) / 2) * np.sqrt((one + other) / 2)
    return float(weights @ _beyond(abs(shift), limits) @ weights)


def _beyond(shift: float, limits: Floats) -> Floats:
    ndtr = _special().ndtr
    found: Floats = ndtr(shift - limits) + ndtr(-shift - limits)
    return found


@lru_cache(maxsize=64)
def _estimates(freedom: float) -> tuple[Floats, Floats]:
    """What a variance of 1 may be estimated as, and how likely each is."""
    ways, weights = _quantiles()
    return chi_square_quantiles(freedom, ways) / freedom, weights


@cache
def _quantiles() -> tuple[Floats, Floats]:
    """Gauss-Legendre's points and weights between 0 and 1."""
    points, weights = np.polynomial.legendre.leggauss(POINTS)
    return (points + 1) / 2, weights / 2


def normal_quantiles() -> tuple[Floats, Floats, Floats]:
    """Points between 0 and 1, how much each counts in a mean, and the normal's quantiles there."""
    ways, weights = _quantiles()
    return ways, weights, _special().ndtri(ways)


def chi_square_quantiles(freedom: float, ways: Floats) -> Floats:
    found: Floats = _special().chdtri(freedom, 1 - ways)
    return found


def chi_square_below(values: Floats, freedom: float) -> Floats:
    """How often chi² of so many degrees of freedom is below each value."""
    found: Floats = _special().chdtr(freedom, values)
    return found
