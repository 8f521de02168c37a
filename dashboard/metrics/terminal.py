"""What a terminal makes of the bytes of a log: carriage returns, escape sequences, colours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles, links, and our own line between two attempts
    r"|[ -/]*[0-~])"
)
COLOUR = re.compile(r"\x1b\[([0-9;:]*)m")
START = re.compile(r"\x1b\]fixpoint;(\d{1,7});(\d{1,12});([^\x07]*)\x07")
KEPT = 8  # colour sequences that are carried on to the next line


@dataclass(frozen=True)
class Start:
    """Here a later attempt begins. time: seconds since 1970."""

    line: int
    attempt: int
    time: int
    host: str


def states(lines: Iterable[str]) -> list[str]:
    """Each line in its last state, with the colours that are still on from the lines before."""
    found: list[str] = []
    colours: list[str] = []
    for line in lines:
        state = _last_state(line)
        found.append("".join(colours) + state)
        if "\x1b" in line:
            colours = _still_on(colours, line)
    return found


def start(number: int, line: str) -> Start | None:
    """None where it is an ordinary line."""
    found = START.search(line)
    return Start(number, int(found[1]), int(found[2]), found[3]) if found else None


def seen(text: str) -> str:
    """The characters that are left to be seen, line by line."""
    if "\r" in text:
        text = "\n".join(map(_last_state, text.split("\n")))
    return ESCAPES.sub("", text) if "\x1b" in text else text


def find(text: str, words: str, first: int) -> list[int]:
    """The numbers of the lines of `text` that hold `words`; the first line's number is `first`."""
    found: list[int] = []
    at = text.find(words)
    line, counted = first, 0
    while at >= 0:
        line += text.count("\n", counted, at)
        found.append(line)
        end = text.find("\n", at)
        if end < 0:
            break
        line, counted = line + 1, end + 1
        at = text.find(words, counted)
    return found


def _last_state(line: str) -> str:
    return line.rstrip("\r").rpartition("\r")[2]


def _still_on(colours: list[str], line: str) -> list[str]:
    if START.search(line):
        return []
    for found in COLOUR.finditer(line):
        off = found[1] in ("", "0") or found[1].startswith(("0;", ";"))
        colours = [found[0]] if off and found[1] not in ("", "0") else [*colours, found[0]]
        if found[1] in ("", "0"):
            colours = []
    return colours[-KEPT:]
