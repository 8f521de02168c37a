"""DAT-01: invalid boxes that enter training, by reason and with an exact interval."""

from typing import Any

import numpy as np

from dashboard.health.rules.invalid_boxes import invalid_boxes
from tests.health.given import context, verdict_of


def said(boxes, invalid, filtered=0.0, config=None, **reasons) -> Any:
    curves = {"region/boxes": boxes, "region/boxes_invalid": invalid}
    curves["region/boxes_filtered"] = np.broadcast_to(filtered, len(np.atleast_1d(boxes)))
    curves |= {f"region/boxes_invalid/{name}": count for name, count in reasons.items()}
    return verdict_of(invalid_boxes, context(curves, None, config))


def test_speaks_of_invalid_boxes_by_reason():
    verdict = said(
        np.full(50, 40.0),
        np.full(50, 10.0),
        config={"filter_boxes": False},
        pixel_units=np.full(50, 3.0),
        outside=np.full(50, 7.0),
    )
    assert verdict["state"] == "fail"
    assert verdict["says"].startswith("25 % of the boxes that enter training are invalid")
    assert verdict["causes"][0].startswith("Wholly outside of the image (350 boxes)")
    assert verdict["causes"][1].startswith("Pixel coordinates (150 boxes)")
    assert verdict["patch"] == {"filter_boxes": True}


def test_warns_of_a_small_share():
    assert said([10_000], [30])["state"] == "warn"


def test_silent_where_the_filter_took_them_out():
    verdict = said(np.full(50, 40.0), np.full(50, 10.0), filtered=10.0)
    assert verdict["state"] == "pass"
    assert verdict["says"] == (
        "0 invalid boxes among the 1500 that enter training; 500 filtered out."
    )


def test_silent_of_one_odd_box():
    assert said([600], [1])["state"] == "pass"


def test_waits_for_500_boxes():
    assert said([40.0] * 5, [10.0] * 5)["state"] == "waiting"


def test_not_applicable_without_boxes():
    assert verdict_of(invalid_boxes, context({"train/loss": [1.0]}))["state"] == "not_applicable"
