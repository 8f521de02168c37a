"""REP-04: what is needed to make a run again."""

from typing import Any

from dashboard.health.rules.made_of import made_of
from tests.health.comparing import ORIGIN
from tests.health.given import context, verdict_of

CURVES = {"train/loss": [1.0]}


def said(curves=CURVES, over=False, **origin) -> Any:
    return verdict_of(made_of, context(curves, over=over, origin={**ORIGIN, **origin}))


def test_silent_where_all_is_known():
    assert said()["says"] == "All that is needed to make it again is known."


def test_remarks_on_what_is_missing():
    verdict = said(commit="", data="")
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert verdict["says"] == ("Not known: the commit of the code, the data's fingerprint.")


def test_a_seed_of_zero_is_a_seed():
    assert said(seed=0)["held_back"] is None


def test_remarks_on_edits_that_were_not_committed():
    assert "the edits since the commit" in said(edits="9f2c")["says"]


def test_waits_until_the_run_has_begun():
    assert said({}, commit="")["state"] == "waiting"
    assert said({}, over=True, commit="")["held_back"] == "warn"


def test_not_applicable_where_nothing_is_kept_of_it():
    assert verdict_of(made_of, context(CURVES))["state"] == "not_applicable"
