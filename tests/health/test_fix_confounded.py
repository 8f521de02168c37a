"""FIX-04: what differs beside the one change that is tried."""

import pytest

from dashboard.health.differing import Change
from dashboard.health.origins import together
from dashboard.health.rules.fix_confounded import fix_confounded, independent
from tests.health.comparing import ORIGIN, alone, baseline, compared
from trainers.catalog import TRAINERS


def test_silent_where_one_thing_changed():
    verdict = compared(fix_confounded, {"precision": "fp32"})
    assert verdict["state"] == "pass"
    assert verdict["says"] == ("One change: precision bf16_weights → fp32; all else is the same.")


def test_speaks_of_three_changes_at_once():
    """The report changed three and credited each. Row 18"""
    changed = {"precision": "fp32", "bank_size": 0, "filter_boxes": True}
    verdict = compared(fix_confounded, changed)
    assert verdict["state"] == "warn"
    assert verdict["says"].startswith("3 things differ from the baseline, so none can be credited")


@pytest.mark.parametrize("name", ["seed", "data", "device", "commit", "torch"])
def test_speaks_of_anything_else_that_is_other(name):
    verdict = compared(fix_confounded, {"precision": "fp32"}, origin={**ORIGIN, name: "other"})
    assert verdict["state"] == "warn"
    assert f"{name} {ORIGIN[name]} → other" in verdict["says"]


def test_speaks_of_code_that_was_edited_in_one_of_the_two():
    verdict = compared(fix_confounded, {"precision": "fp32"}, origin={**ORIGIN, "edits": "ab12"})
    assert verdict["state"] == "warn"
    assert "edits" in verdict["says"]


def test_what_one_run_does_not_tell_cannot_differ():
    verdict = compared(fix_confounded, {"precision": "fp32"}, origin={**ORIGIN, "data": ""})
    assert verdict["state"] == "pass"


def test_settings_of_one_fix_are_one_change():
    base = baseline(
        config={"bank_warmup": 400, "bank_warmup_unit": "forwards"},
        together=together(TRAINERS["region_contrastive"]),
    )
    verdict = compared(fix_confounded, {"bank_warmup": 6, "bank_warmup_unit": "steps"}, base)
    assert verdict["state"] == "pass"
    assert verdict["number"]["value"] == 1


def test_a_fix_that_holds_others_does_not_make_them_one():
    """The reported fix was three changes, and stays three."""
    names = ("logit_scale_source", "bank_warmup", "bank_warmup_unit", "mask_duplicates")
    found = [Change(name, 0, 1) for name in names]
    groups = independent(found, together(TRAINERS["region_contrastive"]))
    assert sorted(len(group) for group in groups) == [1, 1, 2]


def test_a_repetition_has_no_change():
    assert compared(fix_confounded)["says"] == "Nothing differs from the baseline."


def test_waits_until_the_run_has_begun():
    assert compared(fix_confounded, facts={}, over=False)["state"] == "waiting"


def test_not_applicable_without_a_baseline():
    assert alone(fix_confounded)["state"] == "not_applicable"
