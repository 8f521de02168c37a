"""NUM-01: what is not finite is found, and what broke first is named."""

from typing import Any

import numpy as np

from dashboard.health.rules.non_finite_loss import non_finite_loss
from tests.health.given import context, noisy, verdict_of

FINE = noisy(1 / np.sqrt(np.arange(1, 61)), 0.1)


def broken_at(step: int, value: float = np.nan) -> Any:
    values = FINE.copy()
    values[step - 1 :] = value
    return values


def said(curves, **more) -> Any:
    return verdict_of(non_finite_loss, context(curves, **more))


def test_speaks_of_the_first_bad_step_and_the_part_that_broke_first():
    verdict = said(
        {
            "train/loss": broken_at(31),
            "train/loss/region": broken_at(31),
            "train/loss/global": broken_at(32),
            "train/grad_norm": broken_at(31),
        }
    )
    assert verdict["state"] == "fail"
    assert verdict["says"] == "train/loss/region became NaN at step 31, before anything else did."
    assert verdict["since_step"] == 31
    assert verdict["window"] == [11, 60]


def test_speaks_of_infinity_and_of_a_gradient_that_broke_before_the_loss():
    verdict = said({"train/loss": broken_at(21), "train/grad_norm": broken_at(20, np.inf)})
    assert verdict["says"] == (
        "train/grad_norm became Infinity at step 20, before anything else did."
    )
    shown = {item["curve"]: item["values"][0] for item in verdict["evidence"]}
    assert shown == {"train/grad_norm": "Infinity", "train/loss": "NaN"}


def test_blames_zero_rows_that_came_just_before():
    zero = np.zeros(60)
    zero[29] = 3
    verdict = said(
        {"train/loss": broken_at(31), "region/zero_rows": zero}, config={"filter_boxes": False}
    )
    assert verdict["causes"][0].startswith("0/0 while normalising: 3 region embeddings")
    assert verdict["patch"] == {"filter_boxes": True}


def test_blames_the_learning_rate_after_the_gradient_exploded():
    norms = np.ones(60)
    norms[26:30] = [5, 40, 300, 2000]
    verdict = said({"train/loss": broken_at(31), "train/grad_norm": norms})
    assert verdict["causes"] == [
        "A learning rate that is too high: the gradient norm had risen from 1.000 to 2000."
    ]
    assert verdict["patch"] == {"learning_rate": 1e-5}


def test_shows_at_most_200_points():
    verdict = said({"train/loss": np.full(5000, np.nan)})
    assert verdict["evidence"][0]["steps"] == list(range(1, 201))


def test_silent_while_all_is_finite_however_wild():
    verdict = said({"train/loss": FINE * 1e30, "train/grad_norm": FINE})
    assert verdict["state"] == "pass"
    assert verdict["looked_at"] == "120 values of train/grad_norm, train/loss"


def test_silent_of_other_curves():
    assert said({"eval/loss": broken_at(3)})["state"] == "not_applicable"


def test_silent_while_the_scaler_of_fp16_looks_for_its_scale():
    norms = np.ones(60)
    norms[:3] = np.inf
    curves = {"train/loss": FINE, "train/grad_norm": norms}
    assert said(curves, facts={"train/precision": "fp16"})["state"] == "pass"
    assert said(curves, facts={"train/precision": "fp32"})["state"] == "fail"


def test_waits_for_the_first_metric():
    assert said({})["state"] == "waiting"
    assert said({}, over=True)["state"] == "not_applicable"
