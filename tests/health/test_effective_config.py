"""REP-01: what was asked for against what the trainer says it does."""

from typing import Any

from dashboard.health.rules.effective_config import effective_config
from tests.health.given import context, verdict_of


def said(config, facts) -> Any:
    return verdict_of(effective_config, context({"train/loss": [1.0]}, facts, config))


def test_speaks_of_a_setting_that_something_else_overrode():
    verdict = said(
        {"precision": "fp32", "bank_warmup": 50},
        {"train/precision": "bf16_weights", "bank/warmup": 400},
    )
    assert verdict["state"] == "fail"
    assert verdict["says"] == (
        "Other settings are at work than were asked for: precision bf16_weights ≠ fp32,"
        " bank_warmup 400 ≠ 50."
    )


def test_silent_where_they_are_the_same():
    verdict = said({"precision": "fp32", "norm_target": 0.1}, {"features/norm_target": 0.1})
    assert verdict["state"] == "pass"
    assert said({"mask_missing": True}, {"sdm/mask_missing": True})["state"] == "pass"


def test_decimals_may_be_rounded():
    assert said({"norm_target": 0.3}, {"features/norm_target": 0.1 + 0.2})["state"] == "pass"


def test_not_applicable_where_nothing_is_stated():
    assert said({"precision": "fp32"}, {})["state"] == "not_applicable"
