"""The question of a study, checked before it is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from dashboard.comparison.models import Direction, Study, Summary
from trainers.catalog import TRAINERS
from trainers.config import ConfigError, Metric

MOST_GUARDRAILS = 20
MOST_LAST = 10_000


class StudyError(ConfigError):
    """A study that cannot be made or changed so; `errors` names each field and how to mend it.

    In the language that is active where it is raised: the reader's.
    """


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What is asked. smallest: the smallest effect that matters, in the metric's own unit."""

    title: str
    metric: str
    direction: str
    smallest: float
    hypothesis: str = ""
    summary: str = Summary.LAST
    last_k: int = 20
    guardrails: Sequence[Mapping[str, Any]] = ()

    def __post_init__(self) -> None:
        """StudyError: names every field that is not right."""
        if errors := _errors(self):
            raise StudyError(errors)

    @property
    def kept(self) -> dict[str, Any]:
        """As the study's columns hold it."""
        return {**asdict(self), "guardrails": [_guardrail(one) for one in self.guardrails]}


NAMES = tuple(field.name for field in fields(Definition))


def of(study: Study) -> Definition:
    return Definition(**{name: getattr(study, name) for name in NAMES})


def proposed(trainer: str) -> Metric | None:
    """The metric by which this trainer's fixes are judged, where it names one."""
    known = TRAINERS.get(trainer)
    if known is None or not known.primary:
        return None
    return known.primary_metric


def _errors(asked: Definition) -> dict[str, str]:
    found = {
        "title": "" if asked.title.strip() else _("Give the study a title."),
        "metric": "" if asked.metric.strip() else _("Name the metric that decides."),
        "direction": _direction(asked.direction),
        "smallest": _smallest(asked.smallest),
        "summary": _summary(asked.summary),
        "last_k": _last_k(asked.last_k),
        "guardrails": _guardrails(asked),
    }
    return {name: told for name, told in found.items() if told}


def _direction(value: str) -> str:
    if value in Direction.values:
        return ""
    return _("Say whether lower or higher is better (got %(value)s).") % {"value": value}


def _summary(value: str) -> str:
    if value in Summary.values:
        return ""
    told = {"known": ", ".join(Summary.values), "value": value}
    return _("One of %(known)s (got %(value)s).") % told


def _last_k(value: int) -> str:
    if 1 <= value <= MOST_LAST:
        return ""
    told = {"most": MOST_LAST, "value": value}
    return _("A whole number from 1 to %(most)s (got %(value)s).") % told


def _smallest(value: float) -> str:
    if math.isfinite(value) and value > 0:
        return ""
    return _(
        "The smallest effect that matters is a number above 0 in the metric's own unit: without it"
        " nobody could say that two arms are alike (got %(value)s)."
    ) % {"value": value}


def _guardrails(asked: Definition) -> str:
    if len(asked.guardrails) > MOST_GUARDRAILS:
        told = _("At most %(most)s guardrails: each costs all others of their power.")
        return told % {"most": MOST_GUARDRAILS}
    names = [str(one.get("metric", "")) for one in asked.guardrails]
    if len(set(names)) < len(names) or asked.metric in names:
        return _("Each metric stands once, and the primary one is no guardrail.")
    return next((told for one in asked.guardrails if (told := _one(one))), "")


def _one(guardrail: Mapping[str, Any]) -> str:
    if not str(guardrail.get("metric", "")).strip():
        return _("Each guardrail names its metric.")
    smallest = guardrail.get("smallest")
    told = _direction(str(guardrail.get("direction", ""))) or (
        _smallest(float(smallest)) if smallest is not None else ""
    )
    return f"{guardrail['metric']}: {told}" if told else ""


def _guardrail(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.get(name) for name in ("metric", "direction", "smallest")}
