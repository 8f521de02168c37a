"""Two runs for the rules that compare: the baseline, and a run that was cloned from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.health.baseline import Baseline, Primary
from dashboard.health.judging import judge
from dashboard.health.rule import Context, Rule
from dashboard.health.verdict import Verdict
from tests.health.given import context, verdict_of

ORIGIN: dict[str, Any] = {
    "trainer": "region_contrastive",
    "seed": 0,
    "commit": "c0ffee",
    "edits": "",
    "data": "4 scenes",
    "device": "cpu",
    "python": "3.11",
    "torch": "2.9",
}
RECALL = Primary("eval/region_recall_at_1", "higher")
BEFORE: dict[str, Any] = {"precision": "bf16_weights", "bank_size": 128, "filter_boxes": False}


def baseline(**more: Any) -> Baseline:
    return Baseline(
        **{
            "name": "before",
            "trainer": "region_contrastive",
            "over": True,
            "step": 100,
            "config": BEFORE,
            "facts": {"train/precision": "bf16_weights"},
            "origin": ORIGIN,
            **more,
        }
    )


def compared(
    rule: Rule,
    changed: Mapping[str, Any] | None = None,
    base: Baseline | None = None,
    **more: Any,
) -> Any:
    """The rule's verdict on a clone of the baseline that changes `changed`."""
    base = base or baseline()
    config = {**base.config, **(changed or {})}
    given = {
        "facts": {"train/precision": config.get("precision")},
        "curves": {"train/loss": [1.0] * 100},
        "origin": ORIGIN,
        "primary": RECALL,
        "over": True,
        **more,
    }
    curves, facts = given.pop("curves"), given.pop("facts")
    made = Context(context(curves).curves, facts, config, baseline=base, **given)
    return verdict_of(rule, made)


def alone(rule: Rule) -> Any:
    """The rule's verdict on a run without a baseline."""
    return verdict_of(rule, context({"train/loss": [1.0] * 100}))


def kept(rule: Rule, given: Context) -> dict[str, Verdict]:
    """The rule's verdict as it is kept with a run."""
    return {rule.name: judge(given, [rule])[0]}
