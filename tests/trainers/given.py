"""Short trainings of regions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.trainers.recorded import BY_THE_CLOCK, StoppingRecorder, curves, events, facts
from trainers.catalog import TRAINERS
from trainers.config import complete
from trainers.region_contrastive.config import RegionContrastiveConfig
from trainers.region_contrastive.train import train

__all__ = ["BY_THE_CLOCK", "StoppingRecorder", "curves", "events", "facts", "short", "trained"]

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
