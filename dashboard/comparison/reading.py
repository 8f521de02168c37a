"""The outcomes of a study's runs, read through the metric store."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dashboard.comparison.models import Arm, Direction, Member, Study, Summary
from dashboard.comparison.outcome import Outcome, Side, State, measured
from dashboard.metrics import store
from dashboard.runs.models import LIVE, Run, Status

ENDED_BADLY = {
    Status.FAILED: State.CRASHED,
    Status.LOST: State.CRASHED,
    Status.STOPPED: State.STOPPED,
}
HEAVY = ("run__snapshot", "run__facts", "run__config", "run__note", "run__failure")

Summaries = Mapping[str, Mapping[str, store.Summary]]


class Reader:
    """Reads the curves' ends of all runs once, for however many metrics are asked about."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self.arms: list[Arm] = list(study.arms.all())
        self.members = members(study)
        self._summaries: Summaries = store.summaries(
            [member.run_id for member in self.members if member.run_id]
        )

    def sides(self, metric: str, direction: str) -> list[Side]:
        """One an arm, in their order."""
        return [Side(arm.name, self._outcomes(arm, metric, direction)) for arm in self.arms]

    def last(self, arm: Arm, metric: str) -> list[float]:
        """The last finite value of each of an arm's runs that logged the metric."""
        found = [self._summaries[run_id].get(metric) for run_id in self._runs(arm)]
        return [one.last for one in found if one and math.isfinite(one.last)]

    def _runs(self, arm: Arm) -> list[str]:
        return [m.run_id for m in self.members if m.arm_id == arm.pk and m.run_id]

    def _outcomes(self, arm: Arm, metric: str, direction: str) -> list[Outcome]:
        return [
            self._outcome(member, metric, direction)
            for member in self.members
            if member.arm_id == arm.pk
        ]

    def _outcome(self, member: Member, metric: str, direction: str) -> Outcome:
        state = _without_number(member.run)
        if state or member.run_id is None:
            return Outcome(member.run_name, member.seed, state or State.DELETED)
        summary = self._summaries[member.run_id].get(metric)
        if summary is None:
            return Outcome(member.run_name, member.seed, State.UNLOGGED)
        value = self._value(member.run_id, summary, direction)
        return measured(member.run_name, member.seed, value, summary.last_step)

    def _value(self, run_id: str, summary: store.Summary, direction: str) -> float:
        """NaN where the newest value is none, also where a better one came before it."""
        if not math.isfinite(summary.last) or self._study.summary == Summary.LAST:
            return summary.last
        if self._study.summary == Summary.BEST:
            best = summary.max if direction == Direction.HIGHER else summary.min
            return math.nan if best is None else best
        newest = store.read_newest(run_id, [summary.name], self._study.last_k)
        return float(newest[summary.name].values.mean())


def members(study: Study) -> list[Member]:
    found = Member.objects.filter(arm__study=study).select_related("run", "arm")
    return list(found.defer(*HEAVY))


def ended(runs: Sequence[Run]) -> bool:
    """Whether any of them has ended, so that somebody may have seen a part of the answer."""
    return any(run.status not in LIVE for run in runs)


def _without_number(run: Run | None) -> State | None:
    """Why a run can have no number; None where it finished."""
    if run is None:
        return State.DELETED
    if run.is_live:
        return State.WAITING
    return ENDED_BADLY.get(Status(run.status))
