"""The runs that are asked for: enough for their promise, also where few runs tell of the chance."""

import math

import numpy as np
import pytest
from scipy import stats

from dashboard.comparison.statistics.predictive import SoFar, more_needed, predictive_power

LEVEL = 0.99


def simulated(runs, more, effect, seen=50_000):
    """Every step of it played: the spread, the way the effect goes, and the runs to come."""
    rng = np.random.default_rng(3)
    way = _ways(rng, runs, effect, seen)
    squares = ((runs - way[:, None]) ** 2).sum(axis=1)
    spreads = np.sqrt(squares / rng.chisquare(len(runs), seen))
    to_come = rng.normal(way[:, None], spreads[:, None], (seen, more))
    whole = np.concatenate([np.broadcast_to(runs, (seen, len(runs))), to_come], axis=1)
    return (stats.ttest_1samp(whole, 0, axis=1).pvalue < 1 - LEVEL).mean()


def _ways(rng, runs, effect, seen):
    fits = [((runs - way) ** 2).sum() ** (-len(runs) / 2) for way in (effect, -effect)]
    return np.where(rng.random(seen) < fits[0] / sum(fits), effect, -effect)


@pytest.mark.parametrize("more", [4, 12, 40])
@pytest.mark.parametrize(
    "runs", [[0.2, 1.4], [1.5, -0.4, 0.6], [0.1, -0.3, 0.2, 0.5, -0.6], [-1.0, 0.9, -1.2]]
)
def test_the_chance_is_that_of_the_runs_to_come(runs, more):
    found = SoFar(np.mean(runs), np.std(runs, ddof=1), (len(runs),))
    told = predictive_power(found, more, 0.8, LEVEL)
    assert told == pytest.approx(simulated(np.array(runs), more, 0.8), abs=0.012)


def test_arms_of_one_size_see_as_much_as_is_simulated():
    rng = np.random.default_rng(4)
    before, after, seen = np.array([0.3, -0.5, 0.1, 0.6]), np.array([0.2, 1.3, 0.9, -0.1]), 20_000
    apart, spread = (
        after.mean() - before.mean(),
        math.sqrt((before.var(ddof=1) + after.var(ddof=1)) / 2),
    )
    told = predictive_power(SoFar(apart, spread, (4, 4)), 12, 1.0, LEVEL)
    way = np.where(rng.random(seen) < _fit(apart, spread), 1.0, -1.0)
    spreads = np.sqrt((6 * spread**2 + 2 * (apart - way) ** 2) / rng.chisquare(7, seen))
    centre = rng.normal((before.mean() + after.mean() - way) / 2, spreads / math.sqrt(8))
    one, other = (
        np.concatenate(
            [
                np.broadcast_to(arm, (seen, 4)),
                rng.normal((centre + moved)[:, None], spreads[:, None], (seen, 12)),
            ],
            axis=1,
        )
        for arm, moved in ((before, 0), (after, way))
    )
    p = stats.ttest_ind(one, other, axis=1, equal_var=False).pvalue
    assert told == pytest.approx((p < 1 - LEVEL).mean(), abs=0.02)


def _fit(apart, spread):
    one, other = ((6 * spread**2 + 2 * (apart - way) ** 2) ** -3.5 for way in (1.0, -1.0))
    return one / (one + other)


def test_the_runs_that_are_asked_for_are_just_enough():
    found = SoFar(0.1, 1.0, (5,))
    needed = more_needed(found, 0.7, LEVEL)
    assert needed
    told = [predictive_power(found, more, 0.7, LEVEL) for more in (needed - 1, needed)]
    assert told[0] < 0.8 <= told[1]


def test_the_less_is_known_of_chance_the_more_runs_are_asked_for():
    few, many = (more_needed(SoFar(0.0, 1.0, (runs,)), 0.7, LEVEL) for runs in (3, 12))
    assert few
    assert many
    assert few + 3 > many + 12


def test_runs_that_lie_the_wrong_way_ask_for_more():
    """Either way is possible: that the effect goes the other one is not taken for granted."""
    right, none = (more_needed(SoFar(seen, 1.0, (5,)), 0.7, LEVEL) for seen in (0.6, 0.0))
    assert right
    assert none
    assert right < none


def test_an_effect_goes_either_way():
    one, other = (more_needed(SoFar(seen, 1.0, (3, 4)), 0.7, LEVEL) for seen in (0.3, -0.3))
    assert one == other


def test_effects_that_nobody_can_see_need_no_number():
    assert more_needed(SoFar(0.1, 1.0, (5,)), 1e-6, LEVEL) is None


def test_a_single_run_against_many_gets_its_number():
    needed = more_needed(SoFar(0.1, 1.0, (1, 30)), 1.0, LEVEL)
    assert needed
    assert 10 < needed < 60
