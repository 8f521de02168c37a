"""The memory of a long curve: bounded, the same in however many pieces it was made, and it hides
nothing but what it counts.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.health import memory
from dashboard.health.counting import counted
from dashboard.health.memory import FIRST, NOTHING, RECENT, SAMPLE, SLACK, absorbed, settled, shown
from dashboard.metrics.series import Series

LONG = 20_000


def curve(values) -> Series:
    return Series.of(np.arange(1, len(values) + 1), values)


def same(one: Series, other: Series) -> bool:
    return (
        np.array_equal(one.steps, other.steps)
        and np.array_equal(one.times, other.times)
        and np.array_equal(one.values, other.values, equal_nan=True)
    )


def grown(series: Series, ends) -> tuple[memory.Past, Series]:
    """Looked at whenever it was as long as one of the ends, each time from what was remembered."""
    past, fresh = NOTHING, series.cut(0, 0)
    for end in [*sorted(ends), len(series)]:
        fresh = series.cut(past.points, end)
        past, fresh = settled(past, fresh)
    return past, fresh


def test_a_short_curve_is_shown_whole():
    series = curve(np.zeros(RECENT + SLACK))
    past, fresh = settled(NOTHING, series)
    assert past is NOTHING
    assert shown(past, fresh) is series


@pytest.mark.parametrize(
    "values",
    [np.ones(LONG), np.zeros(LONG), np.arange(LONG) % 7 - 3, np.full(LONG, np.nan)],
    ids=["constant", "zero", "of every kind", "NaN"],
)
def test_what_is_shown_does_not_grow_with_the_curve(values):
    past, fresh = settled(NOTHING, curve(values))
    assert len(shown(past, fresh)) <= RECENT + SLACK + memory.KINDS * FIRST + SAMPLE
    assert past.points + len(fresh) == LONG


def test_the_newest_points_and_the_first_ones_are_as_they_were_logged():
    series = curve(np.random.default_rng(0).normal(10, 1, LONG))
    seen = shown(*settled(NOTHING, series))
    assert same(seen.last(RECENT), series.last(RECENT))
    assert same(seen.cut(0, FIRST), series.cut(0, FIRST))


def test_the_first_points_of_each_kind_are_kept_wherever_they_are():
    values = np.ones(LONG)
    values[5000:5100], values[6000], values[7000:7003] = 0.0, np.nan, -2.0
    seen = shown(*settled(NOTHING, curve(values)))
    assert set(range(5001, 5101)) <= set(seen.where(seen.values == 0).steps.tolist())
    assert seen.where(np.isnan(seen.values)).steps.tolist() == [6001]
    assert seen.where(seen.values < 0).steps.tolist() == [7001, 7002, 7003]


def test_where_a_value_changes_both_sides_are_kept():
    fill = np.where(np.arange(LONG) < 8000, 0.0, 128.0)
    seen = shown(*settled(NOTHING, curve(fill)))
    at = int(np.flatnonzero(np.diff(seen.values))[0])
    assert seen.steps[at : at + 2].tolist() == [8000, 8001]


def test_what_is_hidden_is_counted():
    values = np.random.default_rng(0).poisson(3, LONG).astype(float)
    values[::1000] = np.nan
    values[7], values[9000] = -5.0, 1e300
    past, fresh = settled(NOTHING, curve(values))
    seen = shown(past, fresh).finite.values
    finite = values[np.isfinite(values)]
    assert len(seen) + past.hidden.count == len(finite)
    assert counted(seen) + past.hidden.total == pytest.approx(counted(finite))


def test_points_of_one_step_stay_together():
    steps = np.concatenate([np.arange(4000), np.full(RECENT + 50, 4000), [4001]])
    past, fresh = settled(NOTHING, Series.of(steps, np.ones(len(steps))))
    assert past.step == 3999
    assert past.points + len(fresh) == len(steps)
    stuck = Series.of(np.full(LONG, 3), np.ones(LONG))
    assert settled(NOTHING, stuck) == (NOTHING, stuck)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    length=st.integers(0, 9000),
    ends=st.sets(st.integers(0, 9000), max_size=12),
)
def test_a_memory_is_the_same_in_however_many_pieces_it_was_made(seed, length, ends):
    rng = np.random.default_rng(seed)
    values = rng.choice([0.0, 0.0, 1.0, 2.5, -1.0, np.nan, np.inf], length)
    series = Series.of(np.sort(rng.integers(0, 2 * length + 1, length)), values)
    past, fresh = grown(series, [end for end in ends if end < length])
    assert past.points + len(fresh) == length
    once = absorbed(NOTHING, series, past.points) if past.points else NOTHING
    assert same(past.kept, once.kept)
    assert past.sampled.tolist() == once.sampled.tolist()
    assert (past.every, past.rest, past.kinds) == (once.every, once.rest, once.kinds)
    assert past.hidden.count == once.hidden.count
    assert past.hidden.total == pytest.approx(once.hidden.total)
    [back] = memory.unpack(memory.pack({"a": past})).values()
    assert same(back.kept, past.kept)
    assert (back.step, back.points, back.kinds) == (past.step, past.points, past.kinds)
    assert back.hidden == past.hidden
