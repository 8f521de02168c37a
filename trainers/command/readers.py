"""One pattern of a definition, what it is to read, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trainers.command.numbers import HIGHEST_STEP
from trainers.command.parts import Combine, NumberPattern, OnePattern, Value

AS_IT_IS = Value(group="")
WORDS = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True)
class Found:
    """A number in a line, before anything is done to it."""

    metric: str
    number: float
    value: Value
    combine: Combine


@dataclass
class Reader:
    """A pattern for numbers. counted: the step of `step: count`; unread: texts that are none."""

    name: str
    given: NumberPattern
    counted: int = 0
    matches: int = 0
    unread: int = 0
    first_unread: str = ""

    def __post_init__(self) -> None:
        self.expression = re.compile(self.given.pattern)
        has_step = "step" in self.expression.groupindex
        self.rule = self.given.step or ("group" if has_step else "last")
        self._values = {
            metric: Value(group=value) if isinstance(value, str) else value
            for metric, value in self.given.values.items()
        }

    def count_from(self, highest: Mapping[str, int]) -> None:
        """Go on counting where the metrics of an earlier attempt stand."""
        metrics = (*self._values, *self.given.constants)
        reached = max((highest.get(metric, 0) for metric in metrics), default=0)
        self.counted = int(reached / self.given.step_scale)

    def read(self, match: re.Match[str]) -> Iterator[Found]:
        for metric, value in self._values.items():
            text = match[value.group]
            if text is None:  # a group that took no part is no number that failed
                continue
            read = number(text)
            if read is None:
                self.cannot_read(text)
            else:
                yield Found(metric, read, value, value.combine or self.given.combine)
        for metric, constant in self.given.constants.items():
            yield Found(metric, constant, AS_IT_IS, self.given.combine)

    def cannot_read(self, text: str) -> None:
        self.unread += 1
        self.first_unread = self.first_unread or text[:100]

    def complaints(self) -> Iterator[str]:
        if not self.matches and not self.given.optional:
            yield unmatched(self.name, self.expression)
        if self.unread:
            yield (
                f"the pattern {self.name} met {self.unread} texts that are no number or step,"
                f" the first: {self.first_unread!r}"
            )


@dataclass
class Single:
    """A pattern for a fact or a mark."""

    name: str
    expression: re.Pattern[str]
    optional: bool
    matches: int = 0

    @classmethod
    def of(cls, name: str, given: OnePattern | str) -> Single:
        if isinstance(given, str):
            return cls(name, re.compile(given), optional=False)
        return cls(name, re.compile(given.pattern), given.optional)

    def search(self, text: str) -> re.Match[str] | None:
        match = self.expression.search(text)
        self.matches += match is not None
        return match

    def complaints(self) -> Iterator[str]:
        if not self.matches and not self.optional:
            yield unmatched(self.name, self.expression)


def unmatched(name: str, expression: re.Pattern[str]) -> str:
    return f"the pattern {name} matched no line: {expression.pattern}"


def number(text: str) -> float | None:
    """NaN and infinity in any spelling are numbers. None where it is none."""
    text = text.strip()
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    try:
        return float(text)
    except ValueError:
        return None


def number_or_text(text: str) -> float | str:
    read = number(text)
    return text if read is None else read


def step(text: str | None, scale: float = 1.0) -> int | None:
    """None where it is no step: nothing there, no number, below 0, beyond what is kept."""
    read = number(text) if text else None
    if read is None or not 0 <= read * scale <= HIGHEST_STEP:
        return None
    return int(read * scale)
