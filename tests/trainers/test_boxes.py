"""Which boxes are valid, and by which reason the others are not."""

import numpy as np
import pytest

from trainers.data.boxes import KINDS, REASONS, count_by_reason, reasons, spoil, valid

BROKEN: dict[str, list[tuple[float, ...]]] = {
    "not_finite": [(0.1, 0.1, np.nan, 0.5), (0.1, -np.inf, 0.4, 0.5)],
    "padding": [(0, 0, 0, 0)],
    "pixel_units": [(12, 8, 40, 31), (0.1, 0.2, 0.5, 320)],
    "not_positive": [(0.3, 0.1, 0.3, 0.5), (0.5, 0.5, 0.2, 0.2), (0.1, 0.4, 0.5, 0.4)],
    "outside": [(-0.6, 0.1, -0.1, 0.5), (1.0, 0.1, 1.2, 0.5), (0.1, 1.1, 0.5, 1.3)],
}
SOUND = [(0, 0, 1, 1), (0.1, 0.2, 0.11, 0.21), (-0.1, 0.5, 0.2, 1.2)]


def array(*boxes):
    return np.array(boxes, dtype=np.float32).reshape(-1, 4)


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_is_told_apart(reason):
    found = count_by_reason(array(*BROKEN[reason]))
    assert found == {**dict.fromkeys(REASONS, 0), reason: len(BROKEN[reason])}
    assert not valid(array(*BROKEN[reason])).any()


@pytest.mark.parametrize("box", SOUND)
def test_a_whole_a_small_and_an_overlapping_box_are_valid(box):
    assert valid(array(box)).all()


def test_a_box_has_one_reason_at_most():
    both = array((40.0, 8.0, 12.0, 31.0), (np.nan, 0, 0, 0))  # in pixels and swapped
    assert np.sum(list(reasons(both).values()), axis=0).tolist() == [1, 1]


def test_no_boxes_have_no_reasons():
    assert sum(count_by_reason(array()).values()) == 0


def test_about_the_stated_share_is_spoilt_and_all_of_it_is_invalid():
    rng = np.random.default_rng(0)
    sound = np.tile(array((0.2, 0.3, 0.5, 0.6)), (4000, 1))
    broken = spoil(sound, 0.25, 64, rng)
    changed = (broken != sound).any(1)
    assert changed.mean() == pytest.approx(0.25, abs=0.02)
    assert (valid(broken) == ~changed).all()


def test_boxes_are_spoilt_in_every_way():
    sound = np.tile(array((0.2, 0.3, 0.5, 0.6)), (400, 1))
    found = count_by_reason(spoil(sound, 1.0, 64, np.random.default_rng(0)))
    assert found["pixel_units"] > 60
    assert found["outside"] > 60
    assert found["not_positive"] > 120  # without area, and swapped
    assert sum(found.values()) == 400
    assert len(KINDS) == 4


def test_a_share_of_nothing_spoils_nothing():
    sound = array((0.2, 0.3, 0.5, 0.6))
    assert (spoil(sound, 0.0, 64, np.random.default_rng(0)) == sound).all()
