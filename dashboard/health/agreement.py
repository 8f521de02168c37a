"""Which verdicts a back-test flips, and how both sides agree with what people said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dashboard.health.statistics import clopper_pearson

ENOUGH = 20  # labels: with fewer, even full agreement leaves more than 16 % open
SPEAKING = ("fail", "warn")
Said = bool | None  # by people: whether the fault is there; None: nobody, or not all the same


@dataclass(frozen=True)
class Flip:
    """One verdict that is another one under the proposed thresholds."""

    run_id: str
    name: str
    rule: str
    before: str
    after: str
    fault: Said

    @property
    def is_better(self) -> bool | None:
        """Whether it agrees with people now, and did not; None where it makes no difference."""
        was, is_now = agrees(self.before, self.fault), agrees(self.after, self.fault)
        return None if was is None or is_now is None or was == is_now else is_now


@dataclass(frozen=True)
class Agreement:
    """How often a rule's state was what people say it should be."""

    agreeing: int
    compared: int
    alarms: int  # of those compared
    right_alarms: int
    faults: int
    seen_faults: int

    @property
    def interval(self) -> tuple[float, float]:
        return clopper_pearson(self.agreeing, self.compared)

    @property
    def is_enough(self) -> bool:
        return self.compared >= ENOUGH


def speaks(state: str) -> bool | None:
    """Whether it says that something is wrong, be it as a remark; None where it says nothing."""
    kept, _, held_back = state.partition(":")
    if kept in SPEAKING or held_back in SPEAKING:
        return True
    return False if kept == "pass" else None


def agrees(state: str, fault: Said) -> bool | None:
    """None where nobody knows, or the rule said nothing."""
    said = speaks(state)
    return None if said is None or fault is None else said == fault


def agreement(states: Iterable[tuple[str, Said]]) -> Agreement:
    """states: each with whether people say that the fault is there."""
    known = [(bool(speaks(s)), fault) for s, fault in states if agrees(s, fault) is not None]
    counts = Counter(known)
    right_alarms, right_silence = counts[True, True], counts[False, False]
    return Agreement(
        agreeing=right_alarms + right_silence,
        compared=len(known),
        alarms=right_alarms + counts[True, False],
        right_alarms=right_alarms,
        faults=right_alarms + counts[False, True],
        seen_faults=right_alarms,
    )


def opinion(faults: Iterable[bool]) -> Said:
    """What all say; None where they differ, or nobody says anything."""
    said = set(faults)
    return said.pop() if len(said) == 1 else None


def flows(flips: Iterable[Flip]) -> Mapping[tuple[str, str], int]:
    """How many went from one state to another, the most frequent first."""
    return dict(Counter((flip.before, flip.after) for flip in flips).most_common())
