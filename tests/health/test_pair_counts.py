"""DAT-04: lists of unequal length that were paired nevertheless."""

from typing import Any

from dashboard.health.rules.pair_counts import pair_counts
from tests.health.given import context, verdict_of


def said(**curves) -> Any:
    return verdict_of(pair_counts, context({f"data/{n}": v for n, v in curves.items()}))


def test_speaks_of_one_missing_prediction():
    verdict = said(pairs_a=[32.0, 32, 32], pairs_b=[32.0, 31, 32])
    assert verdict["state"] == "fail"
    assert verdict["says"] == "32 rows against 31 at step 2; steps with unequal numbers: 1."


def test_speaks_of_rows_that_were_cut_off():
    verdict = said(truncated=[0.0, 0, 3])
    assert verdict["says"] == "3 rows were cut off to make both sides equally long."
    assert verdict["since_step"] == 3


def test_silent_of_equal_lists():
    assert said(pairs_a=[32.0, 31], pairs_b=[32.0, 31])["state"] == "pass"
    assert said(truncated=[0.0, 0])["state"] == "pass"


def test_not_applicable_where_nothing_is_logged():
    assert said(other=[1.0])["state"] == "not_applicable"
