"""Numbers on their way into the run directory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from trainers.recorder import EVENTS, Recorder

HIGHEST_STEP = 2**53  # beyond, JSON readers lose steps


class Numbers:
    """Writes what was read of a command. An attempt that goes on is opened by its first number:
    nobody else knows from which step the command resumed.
    """

    def __init__(self, recorder: Recorder, trainer: str, *, opened: bool) -> None:
        self._recorder = recorder
        self._trainer = trainer
        self._opened = opened
        self.step = 0  # the newest that was seen
        self.newest: dict[str, float] = {}

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        if not self._opened:
            self._recorder.start(self._trainer, step=max(0, step - 1))
            self._opened = True
        self.step = step
        self.newest.update(values)
        self._recorder.scalars(step, values)

    def facts(self, values: Mapping[str, Any]) -> None:
        self._recorder.facts(values)

    def mark(self, name: str, text: str, step: int | None = None) -> None:
        self._recorder.mark(self.step if step is None else step, name, text)


def highest_steps(run_dir: Path) -> dict[str, int]:
    """By metric, of what earlier attempts logged."""
    found: dict[str, int] = {}
    path = run_dir / EVENTS
    if not path.exists():
        return found
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with path.open("rb") as lines:
        for line in lines:
            if b'"scalars"' not in line:
                continue
            try:
                event = decode(line)
            except msgspec.DecodeError:  # a kill cut it off
                continue
            for name in event["values"]:
                found[name] = max(found.get(name, 0), event["step"])
    return found


def end_torn_line(run_dir: Path) -> None:
    """Close a line of the client that a kill cut off, so that what follows is not lost with it."""
    path = run_dir / EVENTS
    with path.open("rb+") as file:
        if not file.seek(0, 2):
            return
        file.seek(-1, 2)
        torn = file.read(1) != b"\n"
    if torn:
        with path.open("ab") as file:
            file.write(b"\n")
