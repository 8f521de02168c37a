"""Rates over many studies of known truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.comparison.answer import Answer, answer, guarded
from dashboard.comparison.benchmark import draws
from dashboard.comparison.decision import (
    LEVEL,
    Decision,
    Design,
    Question,
    Verdict,
    decide,
    level_of,
)
from dashboard.comparison.more import more
from dashboard.comparison.outcome import Outcome, Sample, Side, State, measured
from dashboard.health.statistics import clopper_pearson
from dashboard.metrics.series import Floats

OPEN = Question("m", higher=True)
DECIDED = (Verdict.IMPROVED, Verdict.WORSE)


@dataclass(frozen=True)
class Rate:
    """So many of so many studies."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        return self.hits / self.of if self.of else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, exact."""
        return clopper_pearson(self.hits, self.of)


def verdicts(
    before: Floats, after: Floats, question: Question = OPEN, *, paired: bool, level: float = LEVEL
) -> list[Decision]:
    """One a study; before, after: (studies, runs)."""
    return [
        decide(Sample(one, other, paired), question, level)
        for one, other in zip(before, after, strict=True)
    ]


def decided(found: Sequence[Decision]) -> Rate:
    """How often better or worse was said."""
    return Rate(sum(one.verdict in DECIDED for one in found), len(found))


def said(found: Sequence[Decision], verdict: Verdict) -> Rate:
    return Rate(sum(one.verdict == verdict for one in found), len(found))


def covered(found: Sequence[Decision], truth: float) -> Rate:
    """How often the interval holds the truth, of those that have one."""
    intervals = [one.interval for one in found if one.interval]
    return Rate(sum(i.low <= truth <= i.high for i in intervals), len(intervals))


def looked_again(before: Floats, after: Floats, looks: Sequence[int], *, paired: bool) -> Rate:
    """Equal arms, looked at after so many runs each, until something is said."""
    hits = 0
    for one, other in zip(before, after, strict=True):
        samples = (Sample(one[:runs], other[:runs], paired) for runs in looks)
        said_at = (
            decide(sample, OPEN, level_of(look)).verdict in DECIDED
            for look, sample in enumerate(samples, 1)
        )
        hits += any(said_at)
    return Rate(hits, len(before))


def with_losses(before: Floats, after: Floats, worst: int, *, dropped: bool) -> Rate:
    """Equal arms, of which the later one loses its `worst` worst runs: how often it "improved".

    dropped: as if those runs had never been, which is what most tables do.
    """
    hits = 0
    for one, other in zip(before, after, strict=True):
        lost = set(np.argsort(other)[:worst].tolist())
        outcomes = [_outcome(seed, v, seed in lost) for seed, v in enumerate(other)]
        if dropped:
            outcomes = [outcome for outcome in outcomes if outcome.value is not None]
        found = answer(_side("before", one), Side("after", outcomes), OPEN, Design(paired=False))
        hits += found.verdict == Verdict.IMPROVED
    return Rate(hits, len(before))


def hurt_for_nothing(rng: np.random.Generator, count: int, runs: int, guardrails: int) -> Rate:
    """Equal arms with several guardrails: how often any of them "got worse"."""
    hits = 0
    for _ in range(count):
        sides = [
            (
                Question(f"m{n}", higher=True),
                _side("before", draws.normal(rng, (runs,))),
                _side("after", draws.normal(rng, (runs,))),
            )
            for n in range(guardrails)
        ]
        plain = answer(sides[0][1], sides[0][2], OPEN, Design(paired=False))
        hits += bool(guarded(plain, sides).hurt)
    return Rate(hits, count)


def settled(
    rng: np.random.Generator, count: int, runs: int, effect: float, *, paired: bool, most: int
) -> tuple[Rate, float]:
    """Undecided studies get the seeds that they ask for: how often they then see it.

    effect: the truth, and the smallest effect that matters, in standard deviations between runs.
    Those that ask for more than `most` are not given any, and count as not seeing it. Also the
    median of what was asked for.
    """
    question, found, asked = Question("m", higher=True, smallest=effect), [], []
    for _ in range(count):
        before, after = draws.studies(rng, "normal", 1, runs + most, paired=paired)
        one, other = before[0], after[0] + effect
        first = _answered(one[:runs], other[:runs], question, 1, paired=paired)
        needed = more(first, level_of(2))
        if first.verdict != Verdict.NOT_ENOUGH or needed is None or needed.seeds is None:
            continue
        asked.append(needed.seeds)
        total = runs + needed.seeds
        if total > len(one):
            found.append(False)
            continue
        second = _answered(one[:total], other[:total], question, 2, paired=paired)
        found.append(second.verdict == Verdict.IMPROVED)
    return Rate(sum(found), len(found)), float(np.median(asked)) if asked else float("nan")


def _answered(
    before: Floats, after: Floats, question: Question, look: int, *, paired: bool
) -> Answer:
    design = Design(paired=paired, level=level_of(look))
    return answer(_side("before", before), _side("after", after), question, design)


def _side(name: str, values: Floats) -> Side:
    return Side(name, [measured(f"{name}-{seed}", seed, float(v)) for seed, v in enumerate(values)])


def _outcome(seed: int, value: float, is_lost: bool) -> Outcome:  # noqa: FBT001
    if is_lost:
        return Outcome(f"after-{seed}", seed, State.CRASHED)
    return measured(f"after-{seed}", seed, float(value))
