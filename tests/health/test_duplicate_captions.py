"""DAT-05: candidates that read like the right answer and count as wrong."""

from typing import Any

import numpy as np

from dashboard.health.rules.duplicate_captions import duplicate_captions
from tests.health.given import context, verdict_of


def said(duplicates, curves=None, **config) -> Any:
    given = {"region/duplicates": duplicates, **(curves or {})}
    return verdict_of(duplicate_captions, context(given, config=config))


def test_speaks_where_they_are_not_masked():
    verdict = said(np.full(60, 1.5), mask_duplicates=False)
    assert verdict["state"] == "warn"
    assert "stays above about 0.916" in verdict["expected"]  # ln 2.5
    assert verdict["patch"] == {"mask_duplicates": True}


def test_silent_where_they_are_masked():
    assert said(np.full(60, 1.5), mask_duplicates=True)["state"] == "pass"


def test_what_the_loss_masked_counts_and_not_what_was_configured():
    """A mask that is configured and does nothing leaves the duplicates among the negatives."""
    idle = {"region/duplicates_masked": np.zeros(60)}
    verdict = said(np.full(60, 1.5), idle, mask_duplicates=True)
    assert verdict["state"] == "warn"
    assert "configured and leaves nothing out" in verdict["causes"][0]
    works = {"region/duplicates_masked": np.full(60, 1.5)}
    assert said(np.full(60, 1.5), works, mask_duplicates=False)["state"] == "pass"


def test_silent_where_there_are_hardly_any():
    assert said(np.full(60, 0.03), mask_duplicates=False)["state"] == "pass"


def test_waits_until_the_bank_has_filled():
    fill = np.clip((np.arange(1, 101) - 40) * 10, 0, 128)
    curves = {"bank/fill": fill}
    assert said(np.full(100, 1.5), curves, mask_duplicates=False)["state"] == "waiting"


def test_not_applicable_where_none_are_counted():
    assert verdict_of(duplicate_captions, context({"train/loss": [1.0]}))["state"] == (
        "not_applicable"
    )
