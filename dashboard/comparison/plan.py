"""What a study launches: its arms, and what their configurations have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dashboard.comparison.attribution import (
    MOST_FACTORIAL,
    Part,
    Planned,
    factorial,
    leave_one_out,
    parts_of,
)
from dashboard.comparison.definition import StudyError
from dashboard.comparison.models import Design
from dashboard.comparison.queueing import check_count
from dashboard.health.origins import together
from dashboard.runs.models import Run
from trainers.catalog import TRAINERS
from trainers.config import ConfigError, complete

MOST_ARMS = 16


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is launched. config: complete or not, on top of the preset; paired None: as the trainer
    allows; rule, source: the verdict that asked for it.
    """

    trainer: str
    arms: Sequence[Planned]
    seeds: int
    preset: str = ""
    config: Mapping[str, Any]
    project: str = "default"
    paired: bool | None = None
    design: str = Design.COMPARE
    parts: Sequence[Part] = ()
    rule: str = ""
    source: Run | None = None
    first_seed: int = 0
    priority: int = 0


def before_and_after(patch: Mapping[str, Any]) -> list[Planned]:
    """The two arms of a fix."""
    names = tuple(patch)
    return [Planned("before", {}, ()), Planned("after", dict(patch), names)]


def parts_of_fix(trainer: str, patch: Mapping[str, Any]) -> list[Part]:
    """What one known fix of the trainer changes together is one part; else each setting is."""
    known = TRAINERS.get(trainer)
    return parts_of(patch, together(known) if known else ())


def taken_apart(parts: Sequence[Part], design: str) -> list[Planned]:
    """The arms that tell which part of a fix does it. StudyError: too many parts."""
    if design == Design.COMPARE:
        return before_and_after({k: v for part in parts for k, v in part.patch.items()})
    if design == Design.LEAVE_ONE_OUT:
        return leave_one_out(parts)
    if len(parts) > MOST_FACTORIAL:
        told = _(
            "Every combination of %(parts)s changes makes %(arms)s arms: leave each out once"
            " instead, or take %(most)s at most."
        )
        count = len(parts)
        named = {"parts": count, "arms": 2**count, "most": MOST_FACTORIAL}
        raise StudyError({"parts": told % named})
    return factorial(parts)


def checked(plan: Plan) -> dict[str, Any]:
    """The complete configuration of the first arm; each arm's must be one, too."""
    if plan.trainer not in TRAINERS:
        raise ConfigError({"trainer": TRAINERS.unknown(plan.trainer)})
    if not 2 <= len(plan.arms) <= MOST_ARMS:
        told = _("A study has two to %(most)s arms; this one would have %(arms)s.")
        raise StudyError({"arms": told % {"most": MOST_ARMS, "arms": len(plan.arms)}})
    check_count(plan.seeds, len(plan.arms))
    whole = [_complete(plan, arm.patch) for arm in plan.arms]
    for place, arm in enumerate(plan.arms):
        if whole[place] in whole[:place]:
            told = _("The arm %(arm)s changes nothing: another one has the same configuration.")
            raise StudyError({"patch": told % {"arm": arm.name}})
    return _complete(plan, {})


def _complete(plan: Plan, patch: Mapping[str, Any]) -> dict[str, Any]:
    chosen = complete(TRAINERS[plan.trainer], plan.preset, {**plan.config, **patch})
    return chosen.model_dump(mode="json")
