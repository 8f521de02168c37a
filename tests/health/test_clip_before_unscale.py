"""NUM-05: clipping of scaled gradients, which a loss under AdamW hardly shows."""

from typing import Any

import numpy as np

from dashboard.health.rules.clip_before_unscale import clip_before_unscale
from tests.health.given import context, noisy, verdict_of

TRUE = noisy(np.full(80, 1.2), 0.3)


def said(seen, true=TRUE, scale=65536.0, curves=None, **config) -> Any:
    given = {"train/grad_norm": true, "amp/scale": np.full(len(true), scale), **(curves or {})}
    if seen is not None:
        given["train/grad_norm_before_clip"] = seen
    return verdict_of(clip_before_unscale, context(given, config=config))


def test_speaks_of_clipping_that_saw_scaled_gradients():
    verdict = said(TRUE * 65536, max_grad_norm=5.0, unscale_before_clip=False)
    assert verdict["state"] == "fail"
    assert verdict["number"]["value"] == 65536
    assert verdict["expected"].endswith("7.63e-05 is left of a gradient.")
    assert verdict["patch"] == {"unscale_before_clip": True}


def test_silent_where_gradients_were_unscaled_before():
    assert said(TRUE, unscale_before_clip=True)["state"] == "pass"


def test_speaks_from_one_norm_that_is_always_clipped():
    """The report's own script logs 6e5, which is 9 at a scale of 65536."""
    curves = {"train/clipped": np.ones(80)}
    assert said(None, np.full(80, 6e5), curves=curves)["state"] == "fail"
    assert said(None, np.full(80, 6e5))["state"] == "pass"  # nothing says that it was clipped
    assert said(None, TRUE, curves=curves)["state"] == "pass"


def test_steps_that_overflowed_do_not_count():
    seen = np.where(np.arange(80) < 20, np.inf, TRUE)
    assert said(seen, np.where(np.arange(80) < 20, np.inf, TRUE))["state"] == "pass"


def test_waits_for_fifty_steps():
    assert said(TRUE[:49] * 65536, TRUE[:49])["state"] == "waiting"


def test_not_applicable_without_clipping_or_scaling():
    assert said(TRUE * 65536, max_grad_norm=0.0)["state"] == "not_applicable"
    verdict = verdict_of(clip_before_unscale, context({"train/grad_norm": TRUE}))
    assert verdict["state"] == "not_applicable"
