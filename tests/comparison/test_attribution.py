"""Which part of a fix did it."""

import numpy as np
import pytest

from dashboard.comparison.attribution import (
    Part,
    factorial,
    leave_one_out,
    main_effects,
    parts_of,
    without_each,
)
from tests.comparison.given import side

PARTS = parts_of({"scale": 1, "bank": 2, "boxes": 3})
WORTH = {"scale": 0.3, "bank": 0.0, "boxes": 0.1}


def ran(arms, seeds=5, spread=0.01):
    rng = np.random.default_rng(7)
    of_seed = rng.normal(0, 0.5, seeds)
    return {
        frozenset(arm.parts): side(
            arm.name, of_seed + sum(WORTH[p] for p in arm.parts) + rng.normal(0, spread, seeds)
        )
        for arm in arms
    }


def test_leaving_out_takes_two_arms_more_than_parts():
    arms = leave_one_out(PARTS)
    assert [arm.name for arm in arms] == [
        "before",
        "after",
        "without scale",
        "without bank",
        "without boxes",
    ]
    assert arms[3].patch == {"scale": 1, "boxes": 3}


def test_all_combinations_are_two_to_the_number_of_parts():
    arms = factorial(PARTS)
    assert len(arms) == len({arm.parts for arm in arms}) == len({arm.name for arm in arms}) == 8
    assert arms[0].patch == {}
    assert arms[-1].patch == {"scale": 1, "bank": 2, "boxes": 3}


def test_fields_that_one_change_makes_together_are_one_part():
    patch = {"scale": 1, "bank": 6, "boxes": 3, "bank_unit": "steps"}
    parts = parts_of(patch, [{"bank", "bank_unit", "bank_size"}, {"precision"}])
    assert [part.name for part in parts] == ["scale", "bank …", "boxes"]
    assert parts[1].patch == {"bank": 6, "bank_unit": "steps"}


def test_changes_that_share_a_field_are_one_part():
    patch = {"a": 1, "b": 2, "c": 3}
    assert [part.patch for part in parts_of(patch, [{"a", "b"}, {"b", "c"}])] == [patch]


def test_five_parts_are_too_many_combinations():
    with pytest.raises(ValueError, match="32 arms"):
        factorial([Part(str(n), {str(n): n}) for n in range(5)])


def test_one_part_alone_needs_no_third_arm():
    assert [arm.name for arm in leave_one_out(PARTS[:1])] == ["before", "after"]


@pytest.mark.parametrize("pairs", [True, False])
@pytest.mark.parametrize(
    ("design", "measure"), [(leave_one_out, without_each), (factorial, main_effects)]
)
def test_each_part_gets_what_it_is_worth(design, measure, pairs):
    found = measure(ran(design(PARTS)), list(WORTH), level=0.95, pairs=pairs)
    for effect in found:
        assert effect.worth.interval is not None
        assert effect.worth.interval.effect == pytest.approx(WORTH[effect.part], abs=0.02)
        assert effect.worth.interval.low < WORTH[effect.part] < effect.worth.interval.high


def test_pairs_see_what_seeds_would_hide():
    sides = ran(factorial(PARTS))
    together = main_effects(sides, list(WORTH), level=0.95, pairs=True)[2].worth.interval
    apart = main_effects(sides, list(WORTH), level=0.95, pairs=False)[2].worth.interval
    assert together is not None
    assert apart is not None
    assert together.high - together.low < apart.high - apart.low


def test_a_seed_that_an_arm_lacks_is_left_out_for_all():
    sides = ran(leave_one_out(PARTS))
    whole = frozenset(WORTH)
    sides[whole] = side("after", list(sides[whole].values)[:4])
    assert without_each(sides, list(WORTH), level=0.95, pairs=True)[0].worth.runs == 4


def test_one_seed_attributes_nothing():
    found = without_each(ran(leave_one_out(PARTS), seeds=1), list(WORTH), level=0.95, pairs=True)
    assert all(effect.worth.interval is None and effect.adjusted_p is None for effect in found)


def test_an_arm_that_never_ran_attributes_nothing():
    sides = ran(leave_one_out(PARTS))
    sides[frozenset(WORTH)] = side("after", [])
    found = without_each(sides, list(WORTH), level=0.95, pairs=False)
    assert all(effect.worth.interval is None for effect in found)


def test_parts_that_work_together_show_it_alone_and_on_top():
    """Each is worth nothing by itself: the average hides that both are needed."""
    together = parts_of({"unit": 1, "clip": 2})
    sides = {
        frozenset(arm.parts): side(arm.name, np.arange(3.0) + 1.0 * (len(arm.parts) == 2))
        for arm in factorial(together)
    }
    for one in main_effects(sides, ["unit", "clip"], level=0.95, pairs=True):
        assert one.worth.effect == pytest.approx(0.5)
        assert one.alone is not None
        assert one.on_top is not None
        assert one.alone.effect == pytest.approx(0)
        assert one.on_top.effect == pytest.approx(1)


def test_leaving_out_cannot_tell_what_a_part_does_alone():
    found = without_each(ran(leave_one_out(PARTS)), list(WORTH), level=0.95, pairs=True)
    assert all(effect.alone is effect.on_top is None for effect in found)
