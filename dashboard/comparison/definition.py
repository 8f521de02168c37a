"""The question of a study, checked before it is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from dashboard.comparison.models import Direction, Study, Summary
from trainers.catalog import TRAINERS
from trainers.config import ConfigError, Metric

MOST_GUARDRAILS = 20
MOST_LAST = 10_000


class StudyError(ConfigError):
    """A study that cannot be made or changed so; `errors` names each field and how to mend it."""


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
        "title": "" if asked.title.strip() else "give the study a title",
        "metric": "" if asked.metric.strip() else "name the metric that decides",
        "direction": _direction(asked.direction),
        "smallest": _smallest(asked.smallest),
        "summary": _summary(asked.summary),
        "last_k": "" if 1 <= asked.last_k <= MOST_LAST else f"between 1 and {MOST_LAST}",
        "guardrails": _guardrails(asked),
    }
    return {name: told for name, told in found.items() if told}


def _direction(value: str) -> str:
    return "" if value in Direction.values else f"lower or higher (got {value!r})"


def _summary(value: str) -> str:
    return "" if value in Summary.values else f"one of {', '.join(Summary.values)} (got {value!r})"


def _smallest(value: float) -> str:
    if math.isfinite(value) and value > 0:
        return ""
    return (
        "the smallest effect that matters is a number above 0 in the metric's own unit: without it"
        f" nobody could say that two arms are alike (got {value!r})"
    )


def _guardrails(asked: Definition) -> str:
    if len(asked.guardrails) > MOST_GUARDRAILS:
        return f"at most {MOST_GUARDRAILS}: each costs all others of their power"
    names = [str(one.get("metric", "")) for one in asked.guardrails]
    if len(set(names)) < len(names) or asked.metric in names:
        return "each metric stands once, and the primary one is no guardrail"
    return next((told for one in asked.guardrails if (told := _one(one))), "")


def _one(guardrail: Mapping[str, Any]) -> str:
    if not str(guardrail.get("metric", "")).strip():
        return "each guardrail names its metric"
    smallest = guardrail.get("smallest")
    told = _direction(str(guardrail.get("direction", ""))) or (
        _smallest(float(smallest)) if smallest is not None else ""
    )
    return f"{guardrail['metric']}: {told}" if told else ""


def _guardrail(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.get(name) for name in ("metric", "direction", "smallest")}
