"""Sending what a run directory grew by: from the acknowledged offset, again until acknowledged."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboard.training import client

PIECE = 2**20  # bytes a post
LONGEST_LINE = 16 * 2**20  # bytes; the app refuses larger posts
FILES = {"events": "events.jsonl", "log": "console.log", "system": "system.jsonl"}
LINES = ("events", "system")  # sent in whole lines
SPARED = ("system",)  # what a run can do without: where the app refuses it, the rest is sent

logger = logging.getLogger("runner")

Send = Callable[[str, str, int, bytes, str], int]


@dataclass
class Shipper:
    """Ships one run directory. What the app has acknowledged is kept beside it, in shipped.json."""

    run_id: str
    run_dir: Path
    send: Send = client.send

    def __post_init__(self) -> None:
        self._kept = self.run_dir / "shipped.json"
        if self._kept.exists():
            told = json.loads(self._kept.read_text())
        else:
            told = {"run": self.run_id, "source": uuid.uuid4().hex[:12], "events": 0, "log": 0}
        self._source = str(told["source"])
        self._offsets = {part: int(told.get(part, 0)) for part in FILES}
        self._given_up: set[str] = set()
        if not self._kept.exists():
            self._keep()  # before anything is sent: another source would store it all twice

    @property
    def is_done(self) -> bool:
        """Every whole line of the directory is acknowledged."""
        return not any(self._piece(part) for part in self._parts)

    @property
    def _parts(self) -> list[str]:
        return [part for part in FILES if part not in self._given_up]

    def ship(self) -> None:
        """Send all that is there now; what is written meanwhile is for the next time.

        client.Unreachable: the rest later; client.Refused: it cannot be stored.
        """
        for part in self._parts:
            try:
                self._ship_part(part)
            except client.Refused as refused:
                if part not in SPARED:
                    raise
                logger.warning("%s is not sent any more: %s", FILES[part], refused)
                self._given_up.add(part)

    def _ship_part(self, part: str) -> None:
        size = _size(self.run_dir / FILES[part])
        while self._offsets[part] < size and self._ship_piece(part):
            pass

    def _ship_piece(self, part: str) -> bool:
        """Send one piece. False where nothing (whole) is left to send."""
        offset = self._offsets[part]
        piece = self._piece(part)
        if not piece:
            return False
        try:
            self._offsets[part] = self.send(self.run_id, part, offset, piece, self._source)
        except client.Refused as refused:
            if refused.status != 409 or "expected" not in refused.told:
                raise
            self._offsets[part] = int(refused.told["expected"])
        self._keep()
        return self._offsets[part] != offset

    def _piece(self, part: str) -> bytes:
        take = _whole_lines if part in LINES else _bytes
        return take(self.run_dir / FILES[part], self._offsets[part])

    def _keep(self) -> None:
        fresh = self._kept.with_suffix(".new")
        fresh.write_text(json.dumps({"run": self.run_id, "source": self._source, **self._offsets}))
        fresh.replace(self._kept)


def shippers(runs: Path) -> Iterator[Shipper]:
    """Of every directory below `runs`: most have nothing left to send, which costs two looks."""
    for path in sorted(runs.glob("*/shipped.json")):
        yield Shipper(path.parent.name, path.parent)


def _bytes(path: Path, offset: int) -> bytes:
    if _size(path) <= offset:
        return b""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(PIECE)


def _whole_lines(path: Path, offset: int) -> bytes:
    """As much as PIECE holds, cut after its last line's end; a longer line whole.

    client.Refused: a line is longer than any post may be, so it and what follows cannot be sent.
    """
    piece = _bytes(path, offset)
    if piece and b"\n" not in piece:
        with path.open("rb") as file:
            file.seek(offset)
            piece = file.read(LONGEST_LINE)
        if len(piece) == LONGEST_LINE and b"\n" not in piece:
            told = f"the line at byte {offset} of {path.name} is longer than 16 MiB"
            raise client.Refused(413, {"detail": told})
    return piece[: piece.rfind(b"\n") + 1]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
