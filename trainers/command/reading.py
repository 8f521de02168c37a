"""Numbers, facts and marks in the lines of a console, by an administrator's patterns.

Which step a line is of: its own group (?P<step>…); `last`, the newest step that any line named;
`next`, the one that the next such line will name; `count`, how many lines the pattern has seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from trainers.command.combining import Combining
from trainers.command.numbers import Numbers
from trainers.command.parts import Console
from trainers.command.readers import Found, Reader, Single, number_or_text, step

MOST_WAITING = 10_000  # numbers that wait for a line with a step


class Reading:
    """All patterns of a definition. highest: by metric, the step from which counting goes on."""

    def __init__(self, console: Console, numbers: Numbers, highest: Mapping[str, int]) -> None:
        self._numbers = numbers
        self._readers = [Reader(name, given) for name, given in console.metrics.items()]
        for reader in self._readers:
            reader.count_from(highest)
        self._facts = [Single.of(name, given) for name, given in console.facts.items()]
        self._marks = [Single.of(name, given) for name, given in console.marks.items()]
        self._step = 0  # the newest that a line named
        self._waiting: list[Found] = []
        self._each: dict[str, float] = {}  # of the line at hand
        self._combining = Combining()
        self._newest: dict[str, float] = {}  # by metric, for `times` and `plus`
        self._without: dict[str, int] = {}  # by metric of `times` that was not there: how often
        self._gave_up = False

    def line(self, text: str) -> None:
        for reader in self._readers:
            if match := reader.expression.search(text):
                self._matched(reader, match)
        for fact in self._facts:
            if not fact.matches and (match := fact.search(text)):
                self._numbers.facts({fact.name: number_or_text(match["value"])})
        for mark in self._marks:
            if match := mark.search(text):
                said = match.groupdict()
                words = said.get("text") or text.strip()[:500]
                at = step(said.get("step"))
                self._numbers.mark(mark.name, words, (self._step or None) if at is None else at)

    def end(self) -> None:
        """Write what still waits: `next` has no next step, and the last step is over."""
        self._settle(self._step + 1 if self._step else 0)
        self._write_combined()

    def complaints(self) -> Iterator[str]:
        """What an administrator has to know: a pattern that reads nothing is never silent."""
        for reader in self._readers:
            yield from reader.complaints()
        for one in (*self._facts, *self._marks):
            yield from one.complaints()
        for metric, count in self._without.items():
            yield f"{count} numbers were left out: no {metric} was there to multiply them by"
        if self._gave_up:
            yield f"more than {MOST_WAITING} numbers waited for a line with a step"

    def _matched(self, reader: Reader, match: re.Match[str]) -> None:
        reader.matches += 1
        if reader.rule == "next":
            self._wait(list(reader.read(match)))
            return
        at = self._step_of(reader, match)
        if at is None:
            return
        for found in reader.read(match):
            self._log(at, found)
        self._write_each(at)

    def _step_of(self, reader: Reader, match: re.Match[str]) -> int | None:
        """None: what it says is no step."""
        if reader.rule == "last":
            return self._step
        if reader.rule == "count":
            reader.counted += 1
            return int(reader.counted * reader.given.step_scale)
        at = step(match["step"], reader.given.step_scale)
        if at is None:
            reader.cannot_read(match["step"] or "")
            return None
        self._settle(at)
        self._step = at
        return at

    def _wait(self, found: list[Found]) -> None:
        self._waiting += found
        if len(self._waiting) > MOST_WAITING:
            self._gave_up = True
            self._settle(self._step)

    def _settle(self, at: int) -> None:
        """What waited for the next step is of this one."""
        waiting, self._waiting = self._waiting, []
        for found in waiting:
            if found.metric in self._each:
                self._write_each(at)
            self._log(at, found)
        self._write_each(at)

    def _log(self, at: int, found: Found) -> None:
        number = self._scaled(found)
        if number is None:
            return
        metric = found.metric
        self._newest[metric] = number
        if found.combine == "each":
            self._each[metric] = number
            return
        if self._combining.is_of_another(at):
            self._write_combined()
        self._combining.add(at, metric, number, found.combine)

    def _scaled(self, found: Found) -> float | None:
        value = found.value
        number = found.number * value.scale + value.offset
        if value.times:
            if value.times not in self._newest:
                self._without[value.times] = self._without.get(value.times, 0) + 1
                return None
            number *= self._newest[value.times]
        return number + self._newest.get(value.plus, 0.0)

    def _write_each(self, at: int) -> None:
        if self._each:
            each, self._each = self._each, {}
            self._numbers.scalars(at, each)

    def _write_combined(self) -> None:
        if values := self._combining.take():
            self._numbers.scalars(self._combining.step, values)
