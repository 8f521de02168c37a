"""What a sample of runs says: better, worse, no difference that matters, or not enough evidence.

The interval decides. A p is told beside it, but no study is judged by whether it is below 0.05
alone: an effect that is certain and too small to matter is "no difference".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dashboard.comparison.outcome import Sample
from dashboard.comparison.statistics import exact
from dashboard.comparison.statistics.intervals import Interval, one_more, paired, spread, welch
from dashboard.metrics.series import Floats

ERRORS = 0.05  # of studies of two equal arms may say better or worse, however often looked at
FIRST = 0.04  # of that is for the first answer; the rest for all later ones, halved each time
LEVEL = 1 - FIRST


class Verdict(StrEnum):
    IMPROVED = "improved"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"
    NOT_ENOUGH = "not_enough"
    CONFOUNDED = "confounded"  # decided, but something else differs between the arms
    NOT_COMPARABLE = "not_comparable"  # the metric means another thing in each arm


class Test(StrEnum):
    __test__ = False  # pytest would collect it

    NONE = "none"
    PAIRED = "paired_t"
    WELCH = "welch_t"
    ONE_MORE = "prediction"
    EXACT = "exact"


@dataclass(frozen=True)
class Question:
    """smallest: the smallest effect that matters; None where none was named."""

    metric: str
    higher: bool  # is better
    smallest: float | None = None


@dataclass(frozen=True)
class Design:
    """How a study's numbers are taken."""

    paired: bool
    level: float = LEVEL


@dataclass(frozen=True)
class Decision:
    verdict: Verdict
    test: Test
    effect: float | None = None  # of the mean, later less earlier
    interval: Interval | None = None  # None where the spread between runs is not known
    p: float | None = None  # two-sided, of no effect


def level_of(look: int) -> float:
    """The level of a study's first, second … answer.

    Seeds that are added because the first answer was undecided are a second chance to err: at 95 %
    each time, three answers are wrong in 10 % of studies.
    """
    return LEVEL if look <= 1 else 1 - (ERRORS - FIRST) / 2 ** (look - 1)


def decide(found: Sample, question: Question, level: float = LEVEL) -> Decision:
    """Costs no more than a few means: exact probabilities are counted where they decide."""
    test = chosen(found)
    if test == Test.NONE:
        return Decision(Verdict.NOT_ENOUGH, test, _effect(found))
    if test == Test.EXACT:
        return _by_counting(found, question, level)
    interval = _interval(found, test, level)
    verdict = _verdict(interval, question)
    if test == Test.ONE_MORE and not _counts(found, verdict, level):
        verdict = Verdict.NOT_ENOUGH
    return Decision(verdict, test, interval.effect, interval, interval.probability)


def chosen(found: Sample) -> Test:
    """The test that fits the design and what the numbers allow."""
    one, other = found.sizes
    if min(one, other) == 0 or max(one, other) < 2:
        return Test.NONE
    if found.paired:
        return Test.PAIRED if spread(found.differences) else Test.EXACT
    if min(one, other) == 1:
        return Test.ONE_MORE if spread(_many(found)) else Test.EXACT
    return Test.WELCH if spread(found.before) or spread(found.after) else Test.EXACT


def exact_p(found: Sample) -> float | None:
    """The exact two-sided p of the difference of means, None where too many ways are to count."""
    if found.paired:
        return exact.sign_flips(found.differences)
    return exact.relabelled(found.before, found.after)


def _many(found: Sample) -> Floats:
    return found.before if len(found.before) > 1 else found.after


def _effect(found: Sample) -> float | None:
    if not all(found.sizes):
        return None
    return float(found.after.mean() - found.before.mean())


def _interval(found: Sample, test: Test, level: float) -> Interval:
    if test == Test.PAIRED:
        return paired(found.differences, level)
    if test == Test.WELCH:
        return welch(found.before, found.after, level)
    if len(found.after) == 1:
        return one_more(found.before, float(found.after[0]), level)
    return _turned(one_more(found.after, float(found.before[0]), level))


def _turned(interval: Interval) -> Interval:
    low, high = -interval.high, -interval.low
    return Interval(-interval.effect, low, high, interval.level, interval.error, interval.freedom)


def _verdict(interval: Interval, question: Question) -> Verdict:
    if question.smallest is not None and interval.within(question.smallest):
        return Verdict.NO_DIFFERENCE
    return _side(interval.effect, question) if interval.excludes_zero else Verdict.NOT_ENOUGH


def _side(effect: float, question: Question) -> Verdict:
    return Verdict.IMPROVED if (effect > 0) == question.higher else Verdict.WORSE


def _counts(found: Sample, verdict: Verdict, level: float) -> bool:
    """A single run may only be called better or worse by its rank, which needs 24 others."""
    p = exact_p(found)
    return verdict != Verdict.NO_DIFFERENCE and p is not None and p <= 1 - level + 1e-9


def _by_counting(found: Sample, question: Question, level: float) -> Decision:
    """Without any spread there is no interval: what can be told is told by counting."""
    effect, p = _effect(found) or 0.0, exact_p(found)
    alike = abs(effect) <= 1e-9 * max(abs(found.before[0]), abs(found.after[0]))
    if alike and min(found.sizes) > 1:
        return Decision(Verdict.NO_DIFFERENCE, Test.EXACT, 0.0, p=1.0)
    if p is None or p > 1 - level or alike:
        return Decision(Verdict.NOT_ENOUGH, Test.EXACT, effect, p=p)
    small = question.smallest is not None and abs(effect) < question.smallest
    verdict = Verdict.NO_DIFFERENCE if small else _side(effect, question)
    return Decision(verdict, Test.EXACT, effect, p=p)
