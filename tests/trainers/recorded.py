"""What a short training wrote, and a recorder that asks it to stop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trainers.recorder import Recorder

BY_THE_CLOCK = ("time/",)  # what the numbers begin with that a second run may change


class StoppingRecorder(Recorder):
    def __init__(self, run_dir: Path, stop_after: int | None) -> None:
        super().__init__(run_dir)
        self._stop_after = stop_after

    def scalars(self, step: int, values: Any) -> None:
        super().scalars(step, values)
        self._stop = self._stop_after is not None and step >= self._stop_after


def events(run_dir: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run_dir / "events.jsonl").read_text().splitlines()]


def curves(run_events: list[dict[str, Any]]) -> dict[tuple[int, str], Any]:
    """Every number by (step, name); the newest where an attempt repeats a step."""
    return {
        (event["step"], name): value
        for event in run_events
        if event["kind"] == "scalars"
        for name, value in event["values"].items()
        if not name.startswith(BY_THE_CLOCK)
    }


def facts(run_events: list[dict[str, Any]]) -> dict[str, Any]:
    return next(event["values"] for event in run_events if event["kind"] == "facts")
