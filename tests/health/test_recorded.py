"""Runs that really took place: each fault is seen by the rule that its fix names, and nothing
alarms after the fixes.

Made by `python -m trainers TRAINER --preset PRESET` and kept by `python -m tests.health.record`.
"""

from typing import Any

import pytest

from dashboard.health.judging import judge
from dashboard.health.rule import Context
from tests.health.given import RECORDED, recorded
from trainers.catalog import TRAINERS
from trainers.config import Fix

TRAINED = ("region_contrastive", "sdm_alignment", "box_refinement")
ALARMS = ("fail", "warn", "broken")

# What fails before, and the first cause that is named
BEFORE = {
    "region_contrastive": {
        "frozen_scale": "The parameters are {dtype} (precision {precision})",
        "zero_norm_regions": "Width or height not positive",
        "invalid_boxes": "Width or height not positive",
        "memory_bank": "Two units",
    },
    "sdm_alignment": {
        "missing_modality": "The mask of missing modalities is switched off",
        "target_rows": "Nothing is divided",
        "loss_below_bound": "Rows of the target sum to as much as",
        "collapse": "{count} rows of missing modalities are one null vector",
    },
    "box_refinement": {
        "box_units": "One side in shares of the frame, the other in pixels",
        "cache_hits": "The key holds more than what made the feature",
        "clip_before_unscale": "Gradients are clipped before",
    },
}


def verdicts(name: str) -> dict[str, dict[str, Any]]:
    return {verdict["rule"]: verdict for verdict in judge(recorded(name))}


def alarms(context: Context) -> dict[str, str]:
    return {v["rule"]: v["state"] for v in judge(context) if v["state"] in ALARMS}


def run_of(trainer: str, fix: Fix) -> str:
    """The recorded run that has what the fix mends; "" where none is kept."""
    names = (f"{trainer}-{fix.name}", f"{trainer}-fault_{fix.name}")
    return next((name for name in names if (RECORDED / f"{name}.jsonl.gz").exists()), "")


FIXES = [
    pytest.param(run, fix, id=run)
    for trainer in TRAINED
    for fix in TRAINERS[trainer].fixes
    if (run := run_of(trainer, fix)) and run != "region_contrastive-reported_fix"  # no fault
]


@pytest.mark.parametrize("trainer", TRAINED)
def test_before_fails_with_each_of_its_causes(trainer):
    seen = verdicts(f"{trainer}-before")
    failing = {rule: v for rule, v in seen.items() if v["state"] == "fail"}
    assert set(failing) == set(BEFORE[trainer])
    for rule, cause in BEFORE[trainer].items():
        assert failing[rule]["causes"][0]["text"].startswith(cause), rule
        assert failing[rule]["evidence"], rule


@pytest.mark.parametrize("trainer", TRAINED)
def test_the_offers_of_before_lead_to_after(trainer):
    before, after = recorded(f"{trainer}-before"), recorded(f"{trainer}-after")
    offered: dict[str, Any] = {}
    for verdict in judge(before):
        offered |= verdict["patch"] if verdict["state"] == "fail" else {}
    assert offered
    assert {key: after.config[key] for key in offered} == offered


@pytest.mark.parametrize(("run", "fix"), FIXES)
def test_each_fault_is_seen_by_the_rule_that_its_fix_names(run, fix):
    verdict = verdicts(run)[fix.rule]
    assert verdict["state"] in ("fail", "warn")
    assert verdict["patch"].items() <= dict(fix.patch).items()
    assert verdict["patch"]


def test_every_kind_of_fault_is_kept():
    assert len(FIXES) >= 13


def test_nan_is_seen_at_once_in_both_losses():
    assert verdicts("region_contrastive-before_nan")["non_finite_loss"]["state"] == "fail"
    assert verdicts("sdm_alignment-before_nan")["non_finite_loss"]["state"] == "fail"


def test_a_negative_loss_is_traced_to_its_target_rows():
    seen = verdicts("sdm_alignment-negative_loss")
    assert seen["loss_below_bound"]["patch"] == {"target_rows": "normalised"}
    assert seen["temperature_fallbacks"]["patch"] == {"target_rows": "normalised"}
    assert seen["target_rows"]["state"] == "fail"


def test_what_follows_from_zero_rows_names_them_first():
    seen = verdicts("region_contrastive-fault_boxes")
    for rule in ("above_chance", "region_loss_milestones"):
        assert "embeddings of norm 0" in seen[rule]["causes"][0]["text"]
        assert seen[rule]["patch"] == {"filter_boxes": True}


def test_the_reported_fix_left_the_duplicates_and_the_wrong_origin():
    seen = alarms(recorded("region_contrastive-reported_fix"))
    assert seen == {"duplicate_captions": "warn", "logit_scale": "warn"}


@pytest.mark.parametrize("trainer", TRAINED)
def test_after_has_nothing_to_complain_of(trainer):
    assert alarms(recorded(f"{trainer}-after")) == {}


@pytest.mark.parametrize("trainer", TRAINED)
@pytest.mark.parametrize("step", range(10, 150, 10))
def test_after_is_never_alarmed_on_its_way(trainer, step):
    whole = recorded(f"{trainer}-after")
    cut = {name: curve.between(0, step) for name, curve in whole.curves.items()}
    assert alarms(Context(cut, whole.facts, whole.config, bounds=whole.bounds)) == {}
