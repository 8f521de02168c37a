"""Runs that really took place: what fails before, and that nothing fails after.

Made by `python -m trainers region_contrastive --preset before` (and `after`) and kept by
`python -m tests.health.record`.
"""

from typing import Any

import pytest

from dashboard.health.judging import judge
from dashboard.health.rule import Context
from tests.health.given import recorded


def verdicts(name: str) -> dict[str, dict[str, Any]]:
    return {verdict["rule"]: verdict for verdict in judge(recorded(name))}


def states(name: str) -> dict[str, str]:
    return {rule: verdict["state"] for rule, verdict in verdicts(name).items()}


def test_before_fails_with_each_of_its_causes():
    seen = verdicts("before")
    failing = {rule for rule, verdict in seen.items() if verdict["state"] == "fail"}
    assert failing >= {"frozen_scale", "zero_norm_regions", "invalid_boxes", "memory_bank"}
    assert seen["logit_scale"]["state"] == "warn"
    assert seen["frozen_scale"]["patch"]["precision"] == "fp32"
    assert seen["zero_norm_regions"]["patch"] == {"filter_boxes": True}


def test_the_offers_of_before_lead_to_after():
    before, after = recorded("before"), recorded("after")
    offered: dict[str, Any] = {}
    for verdict in judge(before):
        offered |= verdict["patch"] if verdict["state"] == "fail" else {}
    assert offered
    assert {key: after.config[key] for key in offered} == offered


def test_after_has_nothing_to_complain_of():
    assert set(states("after").values()) <= {"pass", "waiting", "not_applicable"}


@pytest.mark.parametrize("step", range(5, 100, 5))
def test_after_is_never_alarmed_on_its_way(step):
    whole = recorded("after")
    cut = {name: curve.between(0, step) for name, curve in whole.curves.items()}
    alarms = {
        verdict["rule"]: verdict["state"]
        for verdict in judge(Context(cut, whole.facts, whole.config))
        if verdict["state"] in ("fail", "warn", "broken")
    }
    assert alarms == {}
