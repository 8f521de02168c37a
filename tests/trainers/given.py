"""Short trainings and what they wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trainers.catalog import TRAINERS
from trainers.config import complete
from trainers.recorder import Recorder
from trainers.region_contrastive.config import RegionContrastiveConfig
from trainers.region_contrastive.train import train

REGION = TRAINERS["region_contrastive"]
SHORT = {
    "steps": 4,
    "accumulation": 2,
    "warmup_steps": 1,
    "bank_size": 12,
    "bank_warmup": 1,
    "train_scenes": 16,
    "evaluation_scenes": 8,
    "evaluate_every": 0,
    "checkpoint_every": 100,
}
BY_THE_CLOCK = ("time/step", "time/data")  # the only numbers that a second run may change


def short(**values: Any) -> RegionContrastiveConfig:
    config = complete(REGION, "", {**SHORT, **values})
    assert isinstance(config, RegionContrastiveConfig)
    return config


def trained(
    run_dir: Path, config: RegionContrastiveConfig, *, seed: int = 0, stop_after: int | None = None
) -> list[dict[str, Any]]:
    """The events of a run of this configuration, which is asked to stop after some updates."""
    recorder = StoppingRecorder(run_dir, stop_after)
    train(config, recorder=recorder, run_dir=run_dir, seed=seed)
    return events(run_dir)


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
        if name not in BY_THE_CLOCK
    }


def facts(run_events: list[dict[str, Any]]) -> dict[str, Any]:
    return next(event["values"] for event in run_events if event["kind"] == "facts")
