"""What became of a rule's verdict from one run to another."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dashboard.comparison.symptom import sightings


class Turn(StrEnum):
    CAUSED = "caused"  # not seen in the baseline, seen here
    CURED = "cured"
    UNCHANGED = "unchanged"  # seen in both, be it as warning or failure, or in neither
    NOT_CHECKED = "not_checked"  # in one of them the rule could not judge, or did not


def turn(baseline: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> Turn:
    """None where a run was not judged by the rule. A remark counts as what the rule saw."""
    before, after = sightings([baseline]), sightings([other])
    if before.unchecked or after.unchecked:
        return Turn.NOT_CHECKED
    if before.seen == after.seen:
        return Turn.UNCHANGED
    return Turn.CURED if before.seen else Turn.CAUSED
