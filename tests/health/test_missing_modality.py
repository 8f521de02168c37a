"""DAT-02: null vectors in the loss, and the floor that they make."""

from typing import Any

import numpy as np
import pytest

from dashboard.health.rules.missing_modality import floor, missing_modality
from tests.health.given import context, verdict_of


def said(in_loss, missing=26.0, rows=64.0, **config) -> Any:
    in_loss = np.asarray(in_loss, dtype=float)
    curves = {
        "sdm/missing_in_loss": in_loss,
        "sdm/candidates": np.full(len(in_loss), rows),
        "data/missing/infrared": np.full(len(in_loss), missing),
        "data/missing/text": np.full(len(in_loss), 3.0),
    }
    return verdict_of(missing_modality, context(curves, config=config))


def test_two_fifths_of_64_rows_make_a_floor_of_132():
    assert floor(26, 64) == pytest.approx(1.32, abs=0.005)
    assert floor(1, 64) == 0  # one row that nothing shares


def test_speaks_of_one_row():
    verdict = said([0, 0, 1, 0], mask_missing=False)
    assert verdict["state"] == "fail"
    assert verdict["since_step"] == 3
    assert verdict["patch"] == {"mask_missing": True}
    assert "switched off" in verdict["causes"][0]


def test_says_what_the_shared_rows_cost():
    expected = said(np.full(20, 26.0))["expected"]
    assert expected == (
        "0 rows. Of infrared, 41 % of 64 rows share one null vector: a contrastive loss of such"
        " pairs stays above 1.324, and recall@1 below 0.609."
    )


def test_offers_no_change_where_the_mask_is_on_already():
    verdict = said([2.0], mask_missing=True)
    assert verdict["patch"] == {}
    assert "not applied" in verdict["causes"][0]


def test_silent_where_what_is_missing_was_left_out():
    verdict = said(np.zeros(20))
    assert verdict["state"] == "pass"
    assert "580 were left out" in verdict["says"]


def test_not_applicable_where_nothing_is_counted():
    assert verdict_of(missing_modality, context({"train/loss": [1.0]}))["state"] == "not_applicable"
