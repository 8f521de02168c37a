"""Lines of events.jsonl -> checked values, or the reason why one is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from trainers.sample_document import check_reference

NONFINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
MAX_NAME = 250  # characters of a metric's name
MAX_STEP = 2**53  # beyond, JSON readers lose steps
MAX_ATTEMPT = 1_000_000
MAX_KIND = 40  # characters
# U+0000 as JSON writes it, not a backslash that happens to stand before "u0000"
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Line(msgspec.Struct):
    """One event; which fields count depends on `kind`. See trainers/recorder.py."""

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
    file: str = ""  # of a sample


@dataclass(frozen=True)
class Refused:
    """A line that cannot be stored. offset: bytes from the body's start."""

    offset: int
    reason: str


def parse(body: bytes) -> Iterator[Line | Refused]:
    """Every line of `body`, which ends with a line's end."""
    decode = msgspec.json.Decoder(Line).decode
    offset = 0
    for raw in body.split(b"\n")[:-1]:
        if raw.strip():
            try:
                yield _checked(decode(raw), raw)
            except (msgspec.DecodeError, ValueError, OverflowError) as error:
                yield Refused(offset, str(error))
        offset += len(raw) + 1


def _checked(line: Line, raw: bytes) -> Line:
    """What no database could hold is refused here, or the run's shipping would stand still."""
    if not 0 <= line.step <= MAX_STEP:
        raise ValueError(f"step {line.step} is outside 0 … 2^53")
    if not 1 <= line.attempt <= MAX_ATTEMPT:
        raise ValueError(f"attempt {line.attempt} is outside 1 … {MAX_ATTEMPT}")
    if len(line.kind) > MAX_KIND:
        raise ValueError(f"kind {line.kind[:20]!r}… is longer than {MAX_KIND} characters")
    if line.kind == "scalars":
        line.values = {_name(name): _number(name, value) for name, value in line.values.items()}
    elif NUL.search(raw):
        raise ValueError("PostgreSQL cannot store the character U+0000: leave it out")
    if line.kind == "sample":
        check_reference(line.name, line.file)
    return line


def _name(name: str) -> str:
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise ValueError(
            f"metric name {name[:60]!r}: use 1 to {MAX_NAME} printable characters, as train/loss"
        )
    return name


def _number(name: str, value: Any) -> float:
    if isinstance(value, str) and value in NONFINITE:
        return NONFINITE[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(
            f"value of {name!r} is {value!r}: send a number, or NaN, Infinity, -Infinity as strings"
        )
    return float(value)
