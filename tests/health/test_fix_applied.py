"""FIX-01: the change that was chosen is at work, and nothing else."""

from dashboard.health.rules.fix_applied import fix_applied
from dashboard.health.rules.frozen_scale import frozen_scale
from tests.health.comparing import BEFORE, alone, baseline, compared, kept
from tests.health.test_frozen_scale import frozen


def test_confirms_what_was_chosen():
    verdict = compared(fix_applied, {"precision": "fp32"})
    assert verdict["state"] == "pass"
    assert verdict["says"] == (
        "Change of the configuration confirmed: precision bf16_weights → fp32."
    )


def test_says_which_verdict_offered_it():
    base = baseline(verdicts=kept(frozen_scale, frozen()))
    verdict = compared(fix_applied, {"precision": "fp32"}, base)
    assert verdict["says"].endswith("It is the one that “Logit scale: movement” offered.")


def test_fails_where_the_change_is_not_at_work():
    verdict = compared(
        fix_applied, {"precision": "fp32"}, facts={"train/precision": "bf16_weights"}
    )
    assert verdict["state"] == "fail"
    assert verdict["says"] == "Not at work as chosen: precision bf16_weights → fp32."


def test_fails_where_something_else_changed_that_nobody_chose():
    facts = {"train/precision": "fp32", "bank/size": 0}
    verdict = compared(fix_applied, {"precision": "fp32"}, facts=facts)
    assert verdict["state"] == "fail"
    assert verdict["says"] == "Changed although nobody chose it: bank_size 128 → 0."
    facts = {"train/precision": "bf16_weights", "bank/size": 0}
    verdict = compared(fix_applied, {"precision": "fp32"}, facts=facts)
    assert "Not at work as chosen: precision" in verdict["says"]
    assert "nobody chose it: bank_size 128 → 0" in verdict["says"]


def test_a_repetition_changes_nothing():
    verdict = compared(fix_applied)
    assert verdict["state"] == "pass"
    assert verdict["says"] == "A repetition: no setting differs from the baseline's."


def test_settings_that_change_nothing_that_is_learnt_do_not_count():
    base = baseline(config={**BEFORE, "threads": 1, "record_every": 1})
    verdict = compared(fix_applied, {"threads": 8, "record_every": 5}, base)
    assert verdict["says"].startswith("A repetition")


def test_waits_until_the_run_has_begun():
    verdict = compared(fix_applied, {"precision": "fp32"}, facts={}, curves={}, over=False)
    assert verdict["state"] == "waiting"


def test_not_applicable_without_a_baseline():
    verdict = alone(fix_applied)
    assert verdict["state"] == "not_applicable"
    assert "none was chosen, or it was deleted" in verdict["says"]
