"""Makes the checkpoint that fine-tuning starts from: python -m trainers.region_contrastive.base.

The same training with other settings: from random weights, on dark scenes with valid boxes, large
batches and no bank. About eight minutes of one CPU core. An interrupted one goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import logging
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from trainers import snapshot
from trainers.loop.checkpoints import write_whole
from trainers.loop.fit import fit
from trainers.loop.precision import choose_device, use_threads
from trainers.recorder import Recorder
from trainers.region_contrastive.config import RegionContrastiveConfig
from trainers.region_contrastive.task import RegionTask
from trainers.region_contrastive.weights import EMBEDDED

SEED = 0
VALUES: Mapping[str, Any] = {
    "checkpoint": "",
    "domain": "dark",
    "train_scenes": 1_000_000,
    "invalid_share": 0.0,
    "steps": 2500,
    "batch_size": 32,
    "regions_per_batch": 128,
    "accumulation": 1,
    "learning_rate": 1.5e-3,
    "warmup_steps": 100,
    "logit_scale_speed": 10.0,
    "bank_size": 0,
    "evaluate_every": 250,
    "checkpoint_every": 250,
    "threads": 1,
}


def main(arguments: Sequence[str] | None = None) -> None:
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(prog="python -m trainers.region_contrastive.base")
    parser.add_argument(
        "--run-dir", type=Path, required=True, help="where the training is recorded"
    )
    parser.add_argument("--out", type=Path, default=EMBEDDED, help="the file that is made")
    parser.add_argument("--steps", type=int, default=VALUES["steps"], help="fewer, to try it out")
    given = parser.parse_args(arguments)
    config = RegionContrastiveConfig(**{**VALUES, "steps": given.steps})
    started = time.process_time()
    task = _train(config, given.run_dir)
    if task is not None:
        _export(task, config, given.out, time.process_time() - started)


def _train(config: RegionContrastiveConfig, run_dir: Path) -> RegionTask | None:
    """The trained task, None when it was stopped before the end."""
    use_threads(config)
    torch.manual_seed(SEED)
    task = RegionTask(config, choose_device(config), SEED)
    with Recorder(run_dir) as recorder:
        fit(task, config, recorder=recorder, run_dir=run_dir, seed=SEED)
        return None if recorder.should_stop() else task


def _export(task: RegionTask, config: RegionContrastiveConfig, out: Path, cpu: float) -> None:
    weights = {name: value.cpu().contiguous() for name, value in task.model.state_dict().items()}
    write_whole(out, save(weights, metadata={"made_by": "trainers.region_contrastive.base"}))
    out.with_suffix(".json").write_text(json.dumps(_provenance(task, config, cpu), indent=2) + "\n")


def _provenance(task: RegionTask, config: RegionContrastiveConfig, cpu: float) -> dict[str, Any]:
    return {
        "command": "python -m trainers.region_contrastive.base --run-dir DIR",
        "config": config.model_dump(mode="json"),
        "seed": SEED,
        "data": task.facts["data/fingerprint"],
        "parameters": sum(p.numel() for p in task.model.parameters()),
        "region_logit_scale": float(task.model.region_logit_scale.detach()),
        "scores_on_dark_scenes": _rounded(task.evaluate()),
        "scores_on_clutter_scenes": _rounded(_on_clutter(task, config)),
        "commit": snapshot.git().get("commit", ""),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "cpu_seconds": round(cpu),
    }


def _on_clutter(task: RegionTask, config: RegionContrastiveConfig) -> Mapping[str, float]:
    """What fine-tuning starts with: the same weights on the scenes that it is to learn."""
    clutter = RegionTask(config.model_copy(update={"domain": "clutter"}), task.device, SEED)
    clutter.model.load_state_dict(task.model.state_dict())
    return clutter.evaluate()


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in scores.items()}


if __name__ == "__main__":
    main()
