"""A post's bytes -> what is to be stored of them. Nothing here touches the database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from dashboard.metrics import columns
from dashboard.metrics.columns import Block
from dashboard.metrics.limits import MAX_POINTS
from dashboard.metrics.lines import Line, Refused, Scalars, name_fault, parse, rows

SEALED = 4096  # bytes at most of the last line that are remembered as a digest


class Gap(ValueError):
    """Bytes before the posted ones are missing; send from `expected`."""

    def __init__(self, offset: int, expected: int) -> None:
        self.expected = expected
        super().__init__(
            f"bytes {expected} to {offset} are missing: send again from offset {expected}"
        )


class Unreadable(ValueError):
    """Not one line of the post is an event; nothing was stored."""


class TooMany(ValueError):
    """The post holds more points than one may; nothing was stored."""


@dataclass
class Post:
    """What is new in a post, sorted by what becomes of it.

    seen: the offset up to which all was stored when it was read; size: bytes that are new and
    whole; again: the bytes that came before, `body` from `begin` on; attempt: the last one begun
    """

    body: bytes
    begin: int
    seen: int
    size: int
    attempt: int
    lines: int = 0
    blocks: list[Block] = field(default_factory=list)
    events: list[tuple[int, Line]] = field(default_factory=list)  # with their attempts
    refused: list[Refused] = field(default_factory=list)  # offsets from `seen`

    @property
    def again(self) -> int:
        return min(self.seen - self.begin, len(self.body))

    @property
    def points(self) -> int:
        return sum(block.points for block in self.blocks)

    @property
    def lost(self) -> int:
        """Points of the lines that were refused, as far as they can be counted."""
        return sum(line.points for line in self.refused)

    def digest(self, begin: int, end: int) -> str | None:
        """Of the file's bytes from `begin` to `end`; None where the post does not hold them all."""
        if begin < self.begin or end > self.begin + len(self.body):
            return None
        piece = self.body[begin - self.begin : end - self.begin]
        return hashlib.blake2b(piece, digest_size=8).hexdigest()

    @property
    def last_line(self) -> tuple[int, str]:
        """Where the last line that is new begins, and its digest."""
        end = self.seen + self.size
        own = end - self.begin
        begin = max(self.body.rfind(b"\n", 0, own - 1) + 1, own - SEALED) + self.begin
        return begin, self.digest(begin, end) or ""


def read_post(body: bytes, offset: int, seen: int, attempt: int) -> Post:
    """The post of the bytes from `offset` on, where those before `seen` are stored already.

    A torn last line is left for later. Gap, Unreadable, TooMany: nothing of it is to be stored.
    """
    if offset > seen:
        raise Gap(offset, seen)
    new = body[seen - offset :]
    whole = new[: new.rfind(b"\n") + 1]
    post = Post(body, offset, seen, len(whole), attempt)
    if not _quickly(post, whole):
        _line_by_line(post, whole)
    _check(post)
    return post


def _quickly(post: Post, whole: bytes) -> bool:
    """True where the post holds nothing but sound scalars, as nearly every one does."""
    if (found := rows(whole)) is None:
        return False
    blocks = columns.blocks(post.attempt, found)
    if any(name_fault(str(name)) for block in blocks for name in block.keys):
        return False
    post.lines, post.blocks = len(found), blocks
    return True


def _line_by_line(post: Post, whole: bytes) -> None:
    open_rows: list[Scalars] = []
    for line in parse(whole):
        post.lines += 1
        if isinstance(line, Scalars):
            open_rows.append(line)
        elif isinstance(line, Refused):
            post.refused.append(line)
        else:
            open_rows = _other(post, line, open_rows)
    post.blocks += columns.blocks(post.attempt, open_rows)


def _other(post: Post, line: Line, rows: list[Scalars]) -> list[Scalars]:
    """Keep a line without points. The rows that are still open: none after a new attempt began."""
    if line.kind == "start":
        post.blocks += columns.blocks(post.attempt, rows)
        post.attempt, rows = line.attempt, []
    post.events.append((post.attempt, line))
    return rows


def _check(post: Post) -> None:
    if post.refused and len(post.refused) == post.lines:
        first = post.refused[0]
        raise Unreadable(f"byte {post.seen + first.offset}: {first.reason}")
    if post.points > MAX_POINTS:
        raise TooMany(
            f"{post.points} points in one post, of at most {MAX_POINTS}: send fewer lines at a time"
        )


def out_of_order(steps: np.ndarray, front: int) -> tuple[int, int]:
    """(late, repeated): how many steps lie behind the newest before them, and how many equal it."""
    before = np.maximum.accumulate(np.concatenate([[front], steps]))[:-1]
    return int((steps < before).sum()), int((steps == before).sum())
