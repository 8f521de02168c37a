"""A task that a straight line would solve, with dropout, for tests of the loop itself.

`python -m tests.trainers.plain plain --run-dir DIR` is `python -m trainers` with it.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import torch
from torch import nn

from trainers import catalog, precision
from trainers.__main__ import main
from trainers.config import Metric, Preset, Trainer, setting
from trainers.loop import fit
from trainers.loop_config import RUN, LoopConfig

SCORE = Metric("eval/error", "Error, held out", "lower")


class PlainConfig(LoopConfig):
    drop: float = setting(0.0, group=RUN, title="Dropout", help="Share.", ge=0, le=1)
    pause: float = setting(0.0, group=RUN, title="Pause", help="Of a forward pass.", ge=0)
    scores: str = setting("", group=RUN, title="Scores", help="Told instead of the error.")
    fail_in: str = setting("", group=RUN, title="Fails", help="In this process, after a step.")


def plain_config(**values):
    few = {"steps": 4, "accumulation": 2, "warmup_steps": 1, "evaluate_every": 0, "batch_size": 4}
    return PlainConfig(**{**few, "checkpoint_every": 100, "device": "cpu", **values})


class PlainTask:
    """See trainers.task.Task."""

    name = "plain"
    primary = SCORE
    faster: dict[str, float] = {}
    loss_weights = {"squared": 1.0}
    facts: dict[str, object] = {}

    def __init__(self, config, seed=0):
        torch.manual_seed(seed)
        self.config = config
        self.device = torch.device("cpu")
        self.model = nn.Sequential(nn.Linear(6, 8), nn.Dropout(config.drop), nn.Linear(8, 1))
        self.updates = self.told = 0
        self._scores = [float(score) for score in config.scores.split()]

    def batch(self, forward):
        time.sleep(self.config.pause)
        draw = torch.Generator().manual_seed(forward)
        return torch.randn(self.config.batch_size, 6, generator=draw)

    def move(self, batch):
        return batch.to(self.device)

    def losses(self, batch):
        return {"squared": (self.model(batch) - batch.sum(dim=1, keepdim=True)).square().mean()}

    def after_update(self):
        self.updates += 1
        if self.updates == 2 and self.config.fail_in == os.environ.get("RANK", "0"):
            raise RuntimeError("the second update is one too many")

    def numbers(self):
        return {}

    def marks(self):
        return {}

    def evaluate(self):
        if self._scores:
            self.told += 1
            return {SCORE.name: self._scores[self.told - 1]}
        with torch.no_grad():
            return {SCORE.name: float(self.losses(self.batch(10**6))["squared"])}

    def samples(self):
        return ()

    def state_dict(self):
        return {"updates": self.updates, "told": self.told}

    def load_state_dict(self, state):
        self.updates, self.told = state["updates"], state["told"]


def train(config, *, recorder, run_dir: Path, seed: int) -> None:
    precision.choose_device(config)
    fit(PlainTask(config, seed), config, recorder=recorder, run_dir=run_dir, seed=seed)


PLAIN = Trainer(
    name="plain",
    title="Plain",
    summary="A straight line.",
    config=PlainConfig,
    entry="tests.trainers.plain:train",
    presets={"": Preset("Plain", "Nothing.")},
    metrics=(SCORE,),
    primary=SCORE.name,
)

if __name__ == "__main__":
    catalog.BUILT_IN["plain"] = PLAIN
    sys.exit(main(module="tests.trainers.plain"))
