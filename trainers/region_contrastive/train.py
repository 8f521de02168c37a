"""The entry that the catalogue names."""

from __future__ import annotations

from pathlib import Path

import torch

from trainers import snapshot
from trainers.loop.fit import fit
from trainers.loop.precision import choose_device, device_name, use_threads
from trainers.recorder import Recorder
from trainers.region_contrastive.config import RegionContrastiveConfig
from trainers.region_contrastive.task import RegionTask


def train(config: RegionContrastiveConfig, *, recorder: Recorder, run_dir: Path, seed: int) -> None:
    """Train to the end or to a stop; goes on from the run directory's newest checkpoint.

    BadInput: weights or a checkpoint that cannot be used, a device that is not there.
    """
    use_threads(config)
    device = choose_device(config)
    torch.manual_seed(seed)
    task = RegionTask(config, device, seed)
    recorder.snapshot(
        snapshot.take(seed, device=device_name(device), data=task.facts["data/fingerprint"])
    )
    fit(task, config, recorder=recorder, run_dir=run_dir, seed=seed)
