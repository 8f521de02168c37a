"""May the curves of runs be averaged, and those of two arms be subtracted? See comparable.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dashboard.comparison.comparable import Told, depends_on_definition, incomparable
from dashboard.health.definitions import covers, redefined
from dashboard.health.differing import Change, named
from dashboard.health.rule import Message, gettext_noop, say
from dashboard.runs.models import Run
from trainers.catalog import TRAINERS

_ = gettext_noop


@dataclass(frozen=True, eq=False)
class Meaning:
    """Asked for many metrics of the same arms. candidates: by run, where it counts them."""

    before: Sequence[Run]
    after: Sequence[Run]
    candidates: Mapping[str, float]

    def why_not(self, metric: str) -> Message | None:
        """Why the metric of one arm is not subtracted from the other's; None where it may be."""
        one, other = self.before[0], self.after[0]
        if not covers(self._changed, metric) and not depends_on_definition(metric):
            return None
        if one.trainer != other.trainer:
            return say(
                _(
                    "{metric} of {one} and of {other} need not measure the same: their difference"
                    " is not drawn. A score on held-out data can be compared."
                ),
                metric=metric,
                one=one.trainer,
                other=other.trainer,
            )
        told = self._told(self.before), self._told(self.after)
        return incomparable(metric, *told, one.trainer, TRAINERS.get(one.trainer))

    @cached_property
    def _changed(self) -> Mapping[str, Sequence[Change]]:
        one, other = self.before[0], self.after[0]
        if one.trainer != other.trainer:
            return {}
        return redefined(one.trainer, (one.config, one.facts), (other.config, other.facts))

    def _told(self, runs: Sequence[Run]) -> Told:
        counts = [self.candidates[run.pk] for run in runs if run.pk in self.candidates]
        return Told([run.config for run in runs], [run.facts for run in runs], counts)


def mixed(runs: Sequence[Run]) -> dict[str, list[Change]]:
    """By metric, or kind of metric: what makes it another one in some of an arm's runs."""
    first = runs[0]
    found: dict[str, list[Change]] = {}
    for run in runs[1:]:
        if run.trainer == first.trainer:
            told = redefined(run.trainer, (first.config, first.facts), (run.config, run.facts))
            for metric, changes in told.items():
                known = found.setdefault(metric, [])
                known += [change for change in changes if change not in known]
    return found


def says_mixed(arm: str, metric: str, changes: Mapping[str, Sequence[Change]]) -> Message | None:
    """Why no mean is drawn of an arm; None where its runs measure one thing."""
    told = [c for one, several in changes.items() if covers([one], metric) for c in several]
    if not told:
        return None
    return say(
        _(
            "{arm} holds runs in which {metric} measures another thing ({changes}): no mean of"
            " them is drawn."
        ),
        arm=arm,
        metric=metric,
        changes=named(dict.fromkeys(map(str, told))),
    )
