"""conclude(): read the runs of a study and answer its question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.comparison import answer as answers
from dashboard.comparison import changes
from dashboard.comparison.answer import Answer
from dashboard.comparison.attribution import Effect, main_effects, without_each
from dashboard.comparison.comparable import CANDIDATES, Told, incomparable
from dashboard.comparison.decision import Design as HowTaken
from dashboard.comparison.decision import Question, Verdict, level_of
from dashboard.comparison.models import Arm, Design, Direction, Study
from dashboard.comparison.more import More, more
from dashboard.comparison.outcome import Side
from dashboard.comparison.reading import Reader
from dashboard.comparison.symptom import Sightings, Symptom, sightings, symptom
from dashboard.health.models import Examination
from dashboard.health.rule import Message
from dashboard.runs.models import Run
from dashboard.runs.origin import origin
from trainers.catalog import TRAINERS

DATA_GROUP = "Data"  # of a trainer's settings: a change of these changes the data's fingerprint


@dataclass(frozen=True)
class Cleared:
    """What the rule that asked for the study says of both arms."""

    symptom: Symptom
    before: Sightings
    after: Sightings


@dataclass(frozen=True)
class Comparison:
    """One arm against the first."""

    arm: Arm
    answer: Answer
    more: More | None
    ledger: Sequence[changes.Difference]
    cleared: Cleared | None  # None where no rule asked


@dataclass(frozen=True)
class Conclusion:
    """effects: of the fix's parts, where it was taken apart. main: the whole fix, or the only arm.

    Nothing is kept: it is made anew from the runs whenever it is asked for.
    """

    study: Study
    sides: Sequence[Side]
    comparisons: Sequence[Comparison]
    effects: Sequence[Effect]

    @property
    def main(self) -> Comparison:
        whole = max(len(one.arm.parts) for one in self.comparisons)
        return next(one for one in self.comparisons if len(one.arm.parts) == whole)


def conclude(study: Study) -> Conclusion:
    """Costs one read of the ends of all its runs' curves, and of their snapshots."""
    reader = Reader(study)
    sides = reader.sides(study.metric, study.direction)
    compared = _compared(study, reader.arms)
    level = level_of(study.look)
    level = 1 - (1 - level) / max(1, len(compared))  # each arm has its share of the errors
    asked = _Asked(study, reader, sides, _made_of(reader), level)
    found = [_comparison(asked, place) for place in compared]
    return Conclusion(study, sides, found, _effects(study, reader.arms, sides))


@dataclass(frozen=True)
class _Asked:
    study: Study
    reader: Reader
    sides: Sequence[Side]
    runs: Mapping[int, Sequence[Run]]  # by arm
    level: float


def _compared(study: Study, arms: Sequence[Arm]) -> list[int]:
    """Places of the arms that are compared with the first; of a fix taken apart, the whole one."""
    others = range(1, len(arms))
    if study.design == Design.COMPARE:
        return list(others)
    return [max(others, key=lambda place: len(arms[place].parts))]


def _made_of(reader: Reader) -> dict[int, list[Run]]:
    runs = Run.objects.in_bulk([m.run_id for m in reader.members if m.run_id])
    return {
        arm.pk: [runs[m.run_id] for m in reader.members if m.arm_id == arm.pk and m.run_id in runs]
        for arm in reader.arms
    }


def _comparison(asked: _Asked, place: int) -> Comparison:
    study, arms = asked.study, asked.reader.arms
    question = Question(study.metric, study.higher, study.smallest)
    taken = HowTaken(paired=study.paired, level=asked.level)
    ledger = _ledger(asked, arms[0], arms[place])
    found = answers.answer(asked.sides[0], asked.sides[place], question, taken)
    found = answers.guarded(found, *_guardrails(asked, place))
    found = answers.confounded(found, changes.confounders(ledger))
    found = answers.incomparable(found, _incomparable(asked, arms[0], arms[place], study.metric))
    further = more(found, level_of(study.look + 1))
    return Comparison(arms[place], found, further, ledger, _cleared(asked, place, found.verdict))


def _guardrails(
    asked: _Asked, place: int
) -> tuple[list[tuple[Question, Side, Side]], list[tuple[Question, Message]]]:
    """Those that are compared, and those whose numbers mean another thing in each arm, and why."""
    arms = asked.reader.arms
    compared, barred = [], []
    for one in asked.study.guardrails:
        higher = one["direction"] == Direction.HIGHER
        question = Question(one["metric"], higher, one.get("smallest"))
        why = _incomparable(asked, arms[0], arms[place], question.metric)
        if why:
            barred.append((question, why))
        else:
            sides = asked.reader.sides(question.metric, one["direction"])
            compared.append((question, sides[0], sides[place]))
    return compared, barred


def _ledger(asked: _Asked, before: Arm, after: Arm) -> list[changes.Difference]:
    """What an arm does not tell is no difference yet while a run of it may still tell it."""
    runs = [asked.runs[arm.pk] for arm in (before, after)]
    one, other = ([origin(run) for run in arm] for arm in runs)
    found = changes.differences(one, other, _meant(asked.study, before, after))
    if any(run.is_live for arm in runs for run in arm):
        return [row for row in found if row.standing != changes.Standing.UNKNOWN]
    return found


def _meant(study: Study, before: Arm, after: Arm) -> changes.Meant:
    patch = {*before.patch, *after.patch}
    reasons = {name: str(told["reason"]) for name, told in study.explanations.items()}
    follows = ("data.",) if any(_is_data(study.trainer, name) for name in patch) else ()
    return changes.Meant(patch, follows, reasons)


def _is_data(trainer: str, name: str) -> bool:
    known = TRAINERS.get(trainer)
    told: Any = known.config.model_fields.get(name) if known else None
    return bool(told and (told.json_schema_extra or {}).get("group") == DATA_GROUP)


def _incomparable(asked: _Asked, before: Arm, after: Arm, metric: str) -> Message | None:
    one, other = (
        Told(
            [run.config for run in asked.runs[arm.pk]],
            [run.facts for run in asked.runs[arm.pk]],
            asked.reader.last(arm, CANDIDATES),
        )
        for arm in (before, after)
    )
    trainer = asked.study.trainer
    return incomparable(metric, one, other, trainer, TRAINERS.get(trainer))


def _cleared(asked: _Asked, place: int, primary: Verdict) -> Cleared | None:
    rule, arms = asked.study.rule, asked.reader.arms
    if not rule:
        return None
    before, after = (_sightings(rule, asked.runs[arm.pk]) for arm in (arms[0], arms[place]))
    return Cleared(symptom(before, after, primary), before, after)


def _sightings(rule: str, runs: Sequence[Run]) -> Sightings:
    """Of runs that have ended: one that is on its way may still come to show it."""
    over = [run.pk for run in runs if not run.is_live]
    kept = {e.run_id: e.verdicts for e in Examination.objects.filter(run__in=over)}
    found = (next((v for v in kept.get(pk, ()) if v["rule"] == rule), None) for pk in over)
    return sightings(found, waiting=len(runs) - len(over))


def _effects(study: Study, arms: Sequence[Arm], sides: Sequence[Side]) -> list[Effect]:
    if study.design == Design.COMPARE:
        return []
    names = [part["name"] for part in study.parts]
    by_parts = {frozenset(arm.parts): side for arm, side in zip(arms, sides, strict=True)}
    measure = main_effects if study.design == Design.FACTORIAL else without_each
    return measure(by_parts, names, level=level_of(study.look), pairs=study.paired)
