"""CTR-01: where the scale came from and whether it is in range, to one spacing of its dtype."""

import math
from typing import Any

import numpy as np
import pytest

from dashboard.health.floats import spacing
from dashboard.health.rules.logit_scale import logit_scale
from dashboard.health.scale import multiplier
from tests.health.given import context, verdict_of


def said(values, config=None, **facts) -> Any:
    stated = {f"region/logit_scale_{name}": value for name, value in facts.items()}
    return verdict_of(logit_scale, context({"region/logit_scale": values}, stated, config))


def test_the_spacing_of_bfloat16_is_a_64th_at_the_init_and_a_32nd_at_the_ceiling():
    assert spacing(2.6592, "bfloat16") == 0.015625
    assert spacing(math.log(100), "bfloat16") == 0.03125
    assert spacing(2.6592, "float32") == np.spacing(np.float32(2.6592))


def test_the_init_in_bfloat16_is_2_65625_and_the_ceiling_4_59375():
    assert round(2.6592 / spacing(2.6592, "bfloat16")) * spacing(2.6592, "bfloat16") == 2.65625
    assert math.exp(2.65625) == pytest.approx(14.2428, abs=5e-5)
    assert round(4.6052 / spacing(4.6052, "bfloat16")) * spacing(4.6052, "bfloat16") == 4.59375
    assert math.exp(4.59375) == pytest.approx(98.86, abs=5e-3)


def test_is_written_as_multiplier_and_temperature():
    assert multiplier(2.65625) == "×14.24 (τ 0.070)"
    assert multiplier(math.log(100)) == "×100.00 (τ 0.010)"


def test_speaks_of_a_start_that_is_not_the_checkpoints():
    verdict = said([2.65625] * 5, {"logit_scale_source": "value"}, expected=3.97, dtype="bfloat16")
    assert verdict["state"] == "warn"
    assert verdict["says"].startswith(
        "The scale started at ×14.24 (τ 0.070), expected ×52.98 (τ 0.019)"
    )
    assert verdict["patch"] == {"logit_scale_source": "checkpoint"}


@pytest.mark.parametrize("raw", [-0.5, 4.7, 30.0])
def test_speaks_of_a_scale_out_of_range(raw):
    verdict = said([3.0, raw])
    assert verdict["state"] == "fail"
    assert verdict["since_step"] == 2


def test_silent_of_what_bfloat16_makes_of_the_init():
    assert said([2.65625], expected=2.6592, dtype="bfloat16")["state"] == "pass"
    assert said([2.65625], expected=2.6592, dtype="float32")["state"] == "warn"


def test_silent_of_what_bfloat16_makes_of_the_ceiling():
    """4.605200 cannot be stored: a check for it would fail on success."""
    assert said([4.59375], expected=4.6052, dtype="bfloat16")["state"] == "pass"


def test_silent_of_the_clamped_ceiling():
    assert said([float(np.float32(math.log(100)))])["state"] == "pass"


def test_not_applicable_without_a_scale():
    verdict = verdict_of(logit_scale, context({"train/loss": [1, 2]}))
    assert verdict["state"] == "not_applicable"
