"""A rule and its finding as the JSON that is kept, sent and shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from dashboard.health.rule import STATES, Evidence, Finding, Message, Rule

Verdict = dict[str, Any]


def verdict(
    rule: Rule,
    finding: Finding,
    chosen: Mapping[str, float] = MappingProxyType({}),
    version: int = 0,
) -> Verdict:
    """chosen: the rule's thresholds that differ from its own, of that version of the overrides."""
    number = finding.number
    return {
        "rule": rule.name,
        "id": rule.id,
        "version": rule.version,
        "state": str(finding.state),
        "title": _message(rule.title),
        "says": _message(finding.says),
        "looked_at": _message(finding.looked_at),
        "expected": _message(finding.expected),
        "number": number and {key: wire(value) for key, value in vars(number).items()},
        "since_step": wire(finding.since_step),
        "window": finding.window and [int(step) for step in finding.window],
        "evidence": [_evidence(item) for item in finding.evidence if len(item.points)],
        "causes": [_message(cause) for cause in finding.causes],
        "remedy": _message(finding.remedy),
        "patch": {key: wire(value) for key, value in finding.patch.items()},
        "check": _message(finding.check),
        "remark": _message(finding.remark),
        "held_back": finding.held_back and str(finding.held_back),
        "thresholds": {t.name: chosen.get(t.name, t.default) for t in rule.thresholds},
        "overridden": _overridden(rule, chosen, version),
    }


def _overridden(rule: Rule, chosen: Mapping[str, float], version: int) -> dict[str, Any] | None:
    """Which thresholds were not the rule's own; what those are now may change with the rule."""
    if not chosen:
        return None
    defaults = {t.name: t.default for t in rule.thresholds if t.name in chosen}
    return {"version": version, "defaults": defaults}


def worst(verdicts: list[Verdict]) -> str:
    """The worst state of all; not_applicable where there is none."""
    return min((v["state"] for v in verdicts), key=STATES.index, default=STATES[-1])


def wire(value: Any) -> Any:
    """JSON has no NaN: non-finite numbers travel as strings, as everywhere in the house."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Message):
        return _message(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _message(message: Message | None) -> dict[str, Any] | None:
    if message is None:
        return None
    values = {key: wire(value) for key, value in message.values.items()}
    return {"text": message.text, "values": values}


def _evidence(item: Evidence) -> dict[str, Any]:
    level = item.level
    return {
        "curve": item.curve,
        "steps": item.points.steps.tolist(),
        "values": [wire(value) for value in item.points.values.tolist()],
        "level": level and {"value": wire(level.value), "label": _message(level.label)},
    }
