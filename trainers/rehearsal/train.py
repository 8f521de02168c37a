"""The rehearsal itself. Its loss at a step depends on the seed and the step alone."""

from __future__ import annotations

import math
import random
import time
from pathlib import Path

from trainers.recorder import Recorder
from trainers.rehearsal.config import RehearsalConfig


def train(config: RehearsalConfig, *, recorder: Recorder, run_dir: Path, seed: int) -> None:
    """Play `config.steps` steps, going on from the last checkpoint where there is one.

    RuntimeError at step `config.fail_at`.
    """
    checkpoint = run_dir / "checkpoints" / "step.txt"
    done = int(checkpoint.read_text()) if checkpoint.exists() else 0
    recorder.start("rehearsal", step=done)
    recorder.facts({"train/steps": config.steps, "device": "none"})
    for step in range(done + 1, config.steps + 1):
        time.sleep(config.step_seconds)
        if step == config.fail_at:
            raise RuntimeError(f"asked to fail at step {step}")
        recorder.scalars(step, _values(config, seed, step))
        if step % config.checkpoint_every == 0:
            _save(checkpoint, step)
        if recorder.should_stop():
            _save(checkpoint, step)
            recorder.facts({"checkpoint/step": step, "checkpoint/path": str(checkpoint.absolute())})
            recorder.end("stopped", f"stopped after step {step}, which is saved")
            return
    _save(checkpoint, config.steps)
    recorder.end("finished")


def _values(config: RehearsalConfig, seed: int, step: int) -> dict[str, float]:
    draw = random.Random(f"{seed} {step}")
    broken = config.nan_at and step >= config.nan_at
    loss = math.nan if broken else 0.2 + 2 * math.exp(-step / 60) + draw.gauss(0, config.noise)
    return {"train/loss": loss, "train/lr": 1e-3, "time/step": config.step_seconds}


def _save(checkpoint: Path, step: int) -> None:
    checkpoint.parent.mkdir(exist_ok=True)
    fresh = checkpoint.with_suffix(".new")
    fresh.write_text(str(step))
    fresh.replace(checkpoint)
