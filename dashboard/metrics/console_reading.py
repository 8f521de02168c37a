"""Reading console.log by lines: any window of it, where words are found, the whole.

Lines are numbered from 0 over all attempts and hosts, in the order in which they arrived. Where
another directory goes on within a line, a new line begins.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dashboard.metrics import terminal
from dashboard.metrics.models import LogPart
from dashboard.metrics.terminal import Start

AT_ONCE = 32  # pieces read at once where all are looked through
MOST_LINES = 5000  # of a window
LONGEST = 5000  # characters that are shown of a line
MOST_HITS = 50_000  # lines that an answer names


@dataclass(frozen=True)
class LogLines:
    """A window. cut: by line, how many more characters it has than are in `lines`."""

    first: int
    lines: list[str]
    total: int
    size: int  # bytes of the whole
    starts: list[Start]
    cut: dict[int, int]


@dataclass(frozen=True)
class Hits:
    """Lines that hold the words. count: of all; lines: the first MOST_HITS of them."""

    count: int
    lines: list[int]
    total: int


@dataclass(frozen=True)
class _Piece:
    """first: the line that its first byte belongs to; parted: a new directory goes on here, and
    the one before it had not ended its line.
    """

    pk: int
    first: int
    lines: int
    parted: bool


def log_lines(run_id: str, first: int, count: int) -> LogLines:
    """`count` lines from `first` on (fewer at the end); a negative `first` counts from the end."""
    pieces, total, size = _index(run_id)
    first = max(0, total + first) if first < 0 else min(first, total)
    end = min(first + min(count, MOST_LINES), total)
    if first >= end:
        return LogLines(first, [], total, size, [], {})
    start, lines = _read(pieces, first, end)
    states = terminal.states(lines)[first - start : end - start]
    shown = [line[:LONGEST] for line in states]
    cut = {at: more for at, line in enumerate(states, first) if (more := len(line) - LONGEST) > 0}
    starts = [s for at, line in enumerate(states, first) if (s := terminal.start(at, line))]
    return LogLines(first, shown, total, size, starts, cut)


def log_hits(run_id: str, words: str) -> Hits:
    """The lines whose text, as it is seen, holds `words`, upper or lower case."""
    pieces, total, _ = _index(run_id)
    wanted = words.lower()
    count, lines = 0, list[int]()
    for first, text in _texts(pieces) if wanted else ():
        found = terminal.find(terminal.seen(text).lower(), wanted, first)
        count += len(found)
        lines += found[: MOST_HITS - len(lines)]
    return Hits(count, lines, total)


def log_bytes(run_id: str) -> Iterator[bytes]:
    """The whole log as it came, piece by piece."""
    pieces, _, _ = _index(run_id)
    for piece, data in _contents(pieces):
        yield b"\n" + data if piece.parted else data


def _index(run_id: str) -> tuple[list[_Piece], int, int]:
    """The run's pieces, and how many lines and bytes the log has."""
    rows = LogPart.objects.filter(run_id=run_id).order_by("pk")
    found: list[_Piece] = []
    line, size, before, is_open = 0, 0, "", False
    for pk, source, lines, length, ends_open in rows.values_list(
        "pk", "source", "lines", "size", "is_open"
    ):
        parted = is_open and source != before
        line += parted
        found.append(_Piece(pk, line, lines, parted))
        line, size, before, is_open = line + lines, size + length, source, ends_open
    return found, line + is_open, size


def _read(pieces: Sequence[_Piece], first: int, end: int) -> tuple[int, list[str]]:
    """Lines `first` to `end`, with some before them: the number of the first that is there."""
    begin = max(bisect_left(pieces, first, key=lambda piece: piece.first) - 1, 0)
    wanted = pieces[begin : bisect_left(pieces, end, key=lambda piece: piece.first)]
    text = b"".join(
        (b"\n" * (piece.parted and place > 0)) + _without_passed_states(piece, data)
        for place, (piece, data) in enumerate(_contents(wanted))
    )
    return wanted[0].first, text.decode("utf-8", errors="replace").split("\n")


def _without_passed_states(piece: _Piece, data: bytes) -> bytes:
    """A progress bar may write megabytes without ending its line: only its last state is seen."""
    if piece.lines or data.count(b"\r") < 3:
        return data
    return data[data.rfind(b"\r", 0, data.rfind(b"\r")) :]


def _contents(pieces: Sequence[_Piece]) -> Iterator[tuple[_Piece, bytes]]:
    for at in range(0, len(pieces), AT_ONCE):
        some = pieces[at : at + AT_ONCE]
        rows = LogPart.objects.filter(pk__in=[piece.pk for piece in some])
        data = dict(rows.values_list("pk", "data"))
        for piece in some:
            yield piece, bytes(data.get(piece.pk, b""))


def _texts(pieces: Sequence[_Piece]) -> Iterator[tuple[int, str]]:
    """Whole lines, some at once, with the number of the first of them."""
    first, rest = 0, b""
    for piece, data in _contents(pieces):
        data = rest + b"\n" * piece.parted + _without_passed_states(piece, data)
        end = data.rfind(b"\n") + 1
        if end:
            yield first, data[:end].decode("utf-8", errors="replace")
            first += data.count(b"\n", 0, end)
        rest = data[end:]
    yield first, rest.decode("utf-8", errors="replace")
