"""DAT-06: pixels in another range than the weights were trained on."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.input_range import input_range
from tests.health.given import context, verdict_of

CLIP = [[0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]]


def said(low, high, stated: Any = CLIP, count: int = 30) -> Any:
    curves = {"data/input_min": np.full(count, low), "data/input_max": np.full(count, high)}
    return verdict_of(input_range, context(curves, {"image/preprocessing": stated}))


def test_silent_of_pixels_that_are_normalised():
    verdict = said(-1.79, 2.1)
    assert verdict["remark"] is None
    assert verdict["says"] == (
        "Pixels lie in -1.790 … 2.100; the preprocessing gives -1.792 … 2.146."
    )


def test_silent_of_dark_images():
    assert said(-1.79, -0.5)["remark"] is None


@pytest.mark.parametrize(
    ("low", "high", "cause"),
    [
        (-1.79, 940.0, "not divided by 255"),
        (-1.79, -1.78, "divided by 255 twice"),
        (0.0, 3.2, "not normalised"),
        (-2.9, 2.1, "another model"),
    ],
)
def test_speaks_of_another_range_and_names_the_mistake(low, high, cause):
    verdict = said(low, high)
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert cause in verdict["causes"][0]


def test_waits_for_some_steps():
    assert said(-1.79, 940.0, count=5)["state"] == "waiting"


@pytest.mark.parametrize("stated", [None, "clip", [[0.5], []], [[0.5], [0.0]], [["x"], [1]]])
def test_not_applicable_where_no_preprocessing_is_stated(stated):
    assert said(-1.79, 940.0, stated)["state"] == "not_applicable"


def test_not_applicable_where_no_pixel_is_logged():
    assert verdict_of(input_range, context({"train/loss": [1.0]}))["state"] == "not_applicable"
