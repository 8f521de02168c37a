"""DAT-03: units and formats that differ, told from L1 and IoU together."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.frames import PATTERNS, ranked
from dashboard.health.rules.box_units import box_units
from tests.health.given import context, noisy, verdict_of

MEAN_SIDE = (1920 + 1080) / 2
FACTS = {"box/unit": "normalised", "box/frame_size": 1.0}


def said(share, iou, count=150, **config) -> Any:
    curves = {
        "box/l1_over_size": noisy(np.full(count, share)),
        "box/iou": np.full(count, iou),
        "train/loss/l1": np.full(count, share),
    }
    return verdict_of(box_units, context(curves, FACTS, config))


@pytest.mark.parametrize(
    ("pixels", "iou_loss", "told"),
    [
        (749, 1.0, "shares of the frame"),
        (375, 0.991, "center"),
        (286, 0.936, "corner, width"),
        (238, 0.892, "resize"),
        (475, 0.970, "nothing to do with"),
    ],
)
def test_each_mistake_is_known_by_its_l1_and_iou_in_a_frame_of_1920_by_1080(pixels, iou_loss, told):
    assert told in ranked(pixels / MEAN_SIDE, iou_loss)[0].cause.text


def test_the_reports_loss_of_332_is_a_wrong_size_and_not_a_wrong_unit():
    """330.755 of L1 and twice 0.843 of IoU loss: the boxes do overlap."""
    assert pytest.approx(332.4416, abs=1e-3) == 330.755 + 2 * 0.843
    likely = [pattern.cause for pattern in ranked(330.755 / MEAN_SIDE, 0.843)[:3]]
    assert PATTERNS[0].cause not in likely


def test_speaks_of_shares_against_pixels():
    verdict = said(344.0, 0.0, targets_in="original_pixels")
    assert verdict["state"] == "fail"
    assert "unit normalised" in verdict["expected"]
    assert verdict["causes"] == [
        "One side in shares of the frame, the other in pixels: their boxes never meet."
    ]
    assert verdict["patch"] == {"targets_in": "same_unit"}


def test_speaks_of_another_format_after_a_hundred_values():
    assert said(0.25, 0.01, 60)["state"] == "waiting"
    verdict = said(0.25, 0.01)
    assert verdict["state"] == "fail"
    assert verdict["causes"][0].startswith("One side as center")


def test_silent_of_boxes_that_overlap():
    assert said(0.03, 0.6)["state"] == "pass"
    assert said(0.15, 0.3)["state"] == "pass"


def test_waits_for_twenty_batches():
    assert said(300.0, 0.0, 19)["state"] == "waiting"


def test_leaves_nan_to_non_finite_loss():
    assert said(np.nan, np.nan)["state"] != "fail"


def test_not_applicable_without_boxes():
    assert verdict_of(box_units, context({"train/loss": [1.0]}))["state"] == "not_applicable"
