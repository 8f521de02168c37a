"""Lines of events.jsonl -> checked values, or the reason why one is refused."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from dashboard.metrics.limits import MAX_ATTEMPT, MAX_KIND, MAX_NAME, MAX_STEP, MAX_TIME
from trainers.sample_document import check_reference

NONFINITE = ("NaN", "Infinity", "-Infinity")  # how JSON, which has no such numbers, carries them
# U+0000 as JSON writes it, not a backslash that happens to stand before "u0000"
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
JOINERS = "\u200c\u200d"  # not printable by themselves, but emoji and Persian words hold them


class Scalars(msgspec.Struct, gc=False):
    """The numbers of one step. The decoder itself checks that they are numbers."""

    kind: Literal["scalars"]
    time: Annotated[float, msgspec.Meta(ge=0, le=MAX_TIME)]
    step: Annotated[int, msgspec.Meta(ge=0, le=MAX_STEP)] = 0
    values: dict[str, float | Literal["NaN", "Infinity", "-Infinity"]] = {}


class Line(msgspec.Struct):
    """Any other event; which fields count depends on `kind`. See trainers/recorder.py."""

    kind: str
    time: float
    step: int = 0
    attempt: int = 1
    values: dict[str, Any] = {}
    data: dict[str, Any] = {}
    name: str = ""
    text: str = ""
    status: str = ""
    trainer: str = ""
    points: int | None = None  # of an "end": how many this attempt logged, by its own count
    file: str = ""  # of a sample


@dataclass(frozen=True)
class Refused:
    """A line that cannot be stored. offset: bytes from the body's start; points: values in it."""

    offset: int
    reason: str
    points: int = 0


_scalars = msgspec.json.Decoder(Scalars)
_line = msgspec.json.Decoder(Line)
_values = msgspec.json.Decoder(dict[str, Any])


def rows(body: bytes) -> list[Scalars] | None:
    """Every line of `body`, which ends with a line's end, where all are sound scalars: quickly.

    Their names are still to be looked at. None where there are other lines, or faults.
    """
    try:
        found = _scalars.decode_lines(body)
    except (msgspec.DecodeError, ValueError, OverflowError):
        return None
    return found if len(found) == body.count(b"\n") else None


def parse(body: bytes) -> Iterator[Scalars | Line | Refused]:
    """The same one by one, whatever the lines are; empty ones are passed over."""
    offset = 0
    sound: set[str] = set()
    for raw in body.split(b"\n")[:-1]:
        if raw.strip():
            try:
                yield _read(raw, sound)
            except (msgspec.DecodeError, ValueError, OverflowError) as error:
                yield Refused(offset, str(error), _points(raw))
        offset += len(raw) + 1


def name_fault(name: str) -> str:
    """Why no metric can be called so; "" where one can."""
    if 0 < len(name) <= MAX_NAME and (name.isprintable() or _joined(name).isprintable()):
        return ""
    told = f"metric name {name[:60]!r}"
    return f"{told}: use 1 to {MAX_NAME} printable characters, as train/loss"


def _read(raw: bytes, sound: set[str]) -> Scalars | Line:
    try:
        row = _scalars.decode(raw)
    except (msgspec.DecodeError, ValueError, OverflowError):
        return _other(raw)
    if not row.values.keys() <= sound:
        for name in row.values:
            if fault := name_fault(name):
                raise ValueError(fault)
        sound.update(row.values)
    return row


def _other(raw: bytes) -> Line:
    """What no database could hold is refused here, or the run's shipping would stand still."""
    line = _line.decode(raw)
    if fault := _fault(line.step, line.time):
        raise ValueError(fault)
    if not 1 <= line.attempt <= MAX_ATTEMPT:
        raise ValueError(f"attempt {line.attempt} is outside 1 … {MAX_ATTEMPT}")
    if len(line.kind) > MAX_KIND:
        raise ValueError(f"kind {line.kind[:20]!r}… is longer than {MAX_KIND} characters")
    if line.kind == "scalars":
        raise ValueError(next(filter(None, map(_value_fault, *_columns(line))), "unreadable"))
    if NUL.search(raw):
        raise ValueError("PostgreSQL cannot store the character U+0000: leave it out")
    if line.kind == "sample":
        check_reference(line.name, line.file)
    return line


def _fault(step: int, time: float) -> str:
    if not 0 <= step <= MAX_STEP:
        return f"step {step} is outside 0 … 2^53"
    if not 0 <= time <= MAX_TIME:
        return f"time {time} is outside 0 … 1e11: send seconds since 1970, not milliseconds"
    return ""


def _joined(name: str) -> str:
    return name.translate(dict.fromkeys(map(ord, JOINERS)))


def _columns(line: Line) -> tuple[list[str], list[Any]]:
    return list(line.values), list(line.values.values())


def _value_fault(name: str, value: Any) -> str:
    told = f"value of {name[:60]!r} is {str(value)[:60]!r}"
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        return f"{told}: too large for a float64"
    if value in NONFINITE or (isinstance(value, int | float) and not isinstance(value, bool)):
        return ""
    return f"{told}: send a number, or NaN, Infinity, -Infinity as strings"


def _points(raw: bytes) -> int:
    """How many values a refused line would have brought, as far as it can be read."""
    try:
        line = _values.decode(raw)
    except (msgspec.DecodeError, ValueError, OverflowError):
        return 0
    values = line.get("values")
    return len(values) if line.get("kind") == "scalars" and isinstance(values, dict) else 0
