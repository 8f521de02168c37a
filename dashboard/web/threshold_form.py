"""The fields in which a project's thresholds are typed, and what was typed in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.health.figures import plain
from dashboard.health.rule import AnyThreshold, Rule
from dashboard.health.rules import RULES

Faults = Mapping[tuple[str, str], str]
Values = Mapping[str, Mapping[str, Any]]  # by rule and threshold


@dataclass(frozen=True)
class Field:
    """One threshold of one rule. value: as typed; "" where the default holds."""

    name: str  # of the input
    threshold: AnyThreshold
    value: str
    default: str
    range: str
    fault: str

    @property
    def says(self) -> str:
        return _(self.threshold.says)


@dataclass(frozen=True)
class Section:
    """One rule's fields."""

    rule: Rule
    fields: tuple[Field, ...]

    @property
    def title(self) -> str:
        return _(self.rule.title.text)

    @property
    def chosen(self) -> int:
        return sum(bool(field.value) for field in self.fields)

    @property
    def is_faulty(self) -> bool:
        return any(field.fault for field in self.fields)


def sections(values: Values, faults: Faults | None = None) -> list[Section]:
    """Every rule that has thresholds, with the values that are kept or were typed."""
    return [
        Section(rule, tuple(_field(rule, t, values, faults or {}) for t in rule.thresholds))
        for rule in RULES
        if rule.thresholds
    ]


def typed(posted: QueryDict) -> dict[str, dict[str, Any]]:
    """What was typed, by rule and threshold; what is no number stays the text that it is."""
    found: dict[str, dict[str, Any]] = {}
    for rule in RULES:
        for threshold in rule.thresholds:
            text = posted.get(_name(rule, threshold), "").strip()
            if text:
                found.setdefault(rule.name, {})[threshold.name] = _number(threshold, text)
    return found


def _field(rule: Rule, threshold: AnyThreshold, values: Values, faults: Faults) -> Field:
    value = values.get(rule.name, {}).get(threshold.name)
    return Field(
        name=_name(rule, threshold),
        threshold=threshold,
        value="" if value is None else str(value),
        default=f"{threshold.default:.10g}",
        range=_("{low} to {high}").format(low=plain(threshold.low), high=plain(threshold.high)),
        fault=faults.get((rule.name, threshold.name), ""),
    )


def _name(rule: Rule, threshold: AnyThreshold) -> str:
    return f"{rule.name}.{threshold.name}"


def _number(threshold: AnyThreshold, text: str) -> Any:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if threshold.is_whole and value.is_integer() else value
