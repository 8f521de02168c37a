"""The arms of the compare page: how its runs are grouped, and what may be chosen instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from dashboard.charts.colours import ink
from dashboard.comparison.arms import (
    CONFIGURATION,
    FIELD,
    NONE,
    STUDY,
    Arms,
    ArmsError,
    by_hand,
    grouped,
    letter,
    ways,
)
from dashboard.runs.models import Run

HAND = "hand"  # by the choices beside the runs
MOST_TO_CHOOSE = 12  # arms that are offered to each run, if there are not more already


@dataclass(frozen=True)
class Choice:
    """One way to group, or one arm of a run."""

    value: str
    label: str
    chosen: bool


def chosen_by_hand(request: HttpRequest) -> str:
    """What the form with the runs' own arms says, as an address; "" where it says nothing."""
    if request.GET.get("arms") != HAND:
        return ""
    return ",".join(request.GET.getlist("arm")) or NONE


def told(request: HttpRequest, runs: Sequence[Run]) -> dict[str, Any]:
    """What the page shows of the arms. Where they cannot be grouped so, why, and the usual ones."""
    by, error = request.GET.get("arms", ""), ""
    try:
        found = grouped(runs, by)
    except ArmsError as wrong:
        found, by, error = grouped(runs), "", str(wrong)
    numbers = by_hand(runs, found).split(",")
    several = min(len(runs), max(MOST_TO_CHOOSE, len(found.arms)))
    return {
        "arms": [{"arm": arm, "ink": _ink(str(arm.number))} for arm in found.arms],
        "arms_by": by and found.by,
        "arms_error": error,
        "arm_ways": _ways(runs, found),
        "arm_rows": [
            {"run": run, "choices": _choices(number, several, found), "ink": _ink(number)}
            for run, number in zip(runs, numbers, strict=True)
        ],
    }


def _ink(number: str) -> str:
    """The class of an arm's colour; of no arm, none of theirs."""
    return "no-arm" if number == NONE else f"run-{ink(int(number) + 1)}"


def _ways(runs: Sequence[Run], found: Arms) -> list[Choice]:
    there = ways(runs)
    if found.by.startswith(FIELD) and found.by not in there:
        there.append(found.by)
    listed = [Choice(way, _label(way), way == found.by) for way in there]
    return [*listed, Choice(HAND, _("by hand"), not any(choice.chosen for choice in listed))]


def _label(way: str) -> str:
    known = {STUDY: _("arm of their study"), CONFIGURATION: _("whole configuration")}
    return known.get(way) or way.removeprefix(FIELD)


def _choices(number: str, several: int, found: Arms) -> list[Choice]:
    names = {arm.number: arm.name for arm in found.arms}
    every = sorted({*range(several), *names})
    labels = [(str(n), names.get(n) or _("Arm %(letter)s") % {"letter": letter(n)}) for n in every]
    return [Choice(value, label, value == number) for value, label in [*labels, (NONE, _("none"))]]
