"""The entry that the catalogue names."""

from __future__ import annotations

from pathlib import Path

import torch

from trainers import snapshot
from trainers.box_refinement.config import BoxRefinementConfig
from trainers.box_refinement.task import BoxTask
from trainers.loop.fit import fit
from trainers.loop.precision import choose_device, device_name, use_threads
from trainers.recorder import Recorder


def train(config: BoxRefinementConfig, *, recorder: Recorder, run_dir: Path, seed: int) -> None:
    """Train to the end or to a stop; goes on from the run directory's newest checkpoint.

    BadInput: data, weights or a checkpoint that cannot be used, a device that is not there.
    """
    use_threads(config)
    device = choose_device(config)
    torch.manual_seed(seed)
    task = BoxTask(config, device, seed, run_dir)
    recorder.snapshot(
        snapshot.take(seed, device=device_name(device), data=task.facts["data/fingerprint"])
    )
    fit(task, config, recorder=recorder, run_dir=run_dir, seed=seed)
