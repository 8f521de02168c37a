"""Short trainings of SDM alignment, and small things to compute on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from tests.trainers.recorded import StoppingRecorder, events
from trainers.catalog import TRAINERS
from trainers.config import complete
from trainers.sdm_alignment.config import SdmAlignmentConfig
from trainers.sdm_alignment.losses import Side
from trainers.sdm_alignment.task import SdmTask
from trainers.sdm_alignment.train import train

SDM = TRAINERS["sdm_alignment"]
CPU = torch.device("cpu")
SHORT = {
    "steps": 4,
    "batch_size": 8,
    "identities": 8,
    "views": 2,
    "evaluation_identities": 4,
    "width": 16,
    "warmup_steps": 1,
    "evaluate_every": 0,
    "checkpoint_every": 100,
}


def short(preset: str = "", **values: Any) -> SdmAlignmentConfig:
    config = complete(SDM, preset, {**SHORT, **values})
    assert isinstance(config, SdmAlignmentConfig)
    return config


def task(**values: Any) -> SdmTask:
    torch.manual_seed(0)
    return SdmTask(short(**values), CPU, 0)


def trained(
    run_dir: Path, config: SdmAlignmentConfig, *, seed: int = 0, stop_after: int | None = None
) -> list[dict[str, Any]]:
    train(config, recorder=StoppingRecorder(run_dir, stop_after), run_dir=run_dir, seed=seed)
    return events(run_dir)


def there(features: torch.Tensor) -> Side:
    return Side(features, torch.ones(len(features), dtype=torch.bool))
