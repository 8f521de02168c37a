"""What the loop adds to a bare, hand-written one: python -m tests.benchmarks.loop_overhead

Three arms take turns at every optimizer step, in changing order, on equal models and batches:
  bare   forward, backward, clipping, AdamW and the schedule, written out; no telemetry
  loop   trainers.loop with its row of numbers written to disk; the task's own telemetry left out
  whole  as a run does it, with the task's telemetry
Told: the median of the steps' ratios, and what 95 % of 2000 redrawn medians lie between.

--clock cpu counts the training thread's own time, which busy neighbours change less.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

import torch
from torch import nn

from trainers.box_refinement.task import BoxTask
from trainers.catalog import TRAINERS
from trainers.config import complete
from trainers.loop import Loop
from trainers.precision import computing
from trainers.recorder import Recorder
from trainers.region_contrastive.task import RegionTask
from trainers.schedule import make_optimizer, set_learning_rate
from trainers.sdm_alignment.task import SdmTask

ARMS = ("bare", "loop", "whole")
CLOCKS = {"wall": time.perf_counter, "cpu": time.thread_time}
CPU = torch.device("cpu")


class Silent:
    """A telemetry that looks at nothing."""

    troubled = False

    def __getattr__(self, name: str):
        return lambda *_: {}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trainers", default="region_contrastive,box_refinement,sdm_alignment")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    given = parser.parse_args()
    torch.set_num_threads(1)
    values = dict(pair.split("=", 1) for pair in given.set)
    for name in given.trainers.split(","):
        with tempfile.TemporaryDirectory() as folder:
            measure(name, given.steps, CLOCKS[given.clock], Path(folder), values)


def measure(name: str, steps: int, clock, folder: Path, values: dict[str, str]) -> None:
    config = complete(TRAINERS[name], "after", {"steps": steps + 3, "device": "cpu", **values})
    step_of = {arm: make_arm(arm, name, config, folder) for arm in ARMS}
    seconds: dict[str, list[float]] = {arm: [] for arm in ARMS}
    order, draw = list(ARMS), random.Random(0)
    for step in range(steps + 2):
        draw.shuffle(order)
        for arm in order:
            began = clock()
            step_of[arm](step)
            if step >= 2:  # the first ones warm up
                seconds[arm].append(clock() - began)
    bare = statistics.median(seconds["bare"])
    print(f"{name}: a bare step takes {1000 * bare:.1f} ms; {steps} steps of each arm")
    for top, bottom in (("loop", "bare"), ("whole", "loop"), ("whole", "bare")):
        middle, low, high = ratio(seconds[top], seconds[bottom])
        print(f"  {top} / {bottom}: {middle:.4f} ({low:.4f} to {high:.4f})")


def make_arm(arm: str, name: str, config, folder: Path):
    task = make_task(name, config, folder / arm)
    batches = [task.batch(forward) for forward in range(4 * config.accumulation)]
    task.batch = lambda forward: batches[forward % len(batches)]
    for batch in batches:  # features are in the cache before the clock runs
        if hasattr(task, "features"):
            task.features.of(batch.examples)
    if arm != "whole":
        silence(task)
    if arm == "bare":
        return Bare(task, config).step
    loop, recorder = Loop(task, config, 0), Recorder(folder / arm)

    def step(_: int) -> None:
        recorder.scalars(loop.step, loop.update())
        for mark, text in task.marks().items():
            recorder.mark(loop.step, mark, text)

    return step


def make_task(name: str, config, folder: Path):
    torch.manual_seed(0)
    if name == "region_contrastive":
        return RegionTask(config, CPU, 0)
    if name == "sdm_alignment":
        return SdmTask(config, CPU, 0)
    return BoxTask(config, CPU, 0, folder)


def silence(task) -> None:
    task.telemetry = Silent()
    task.numbers = dict
    task.marks = dict


class Bare:
    """The loop that one would write by hand for the same maths."""

    def __init__(self, task, config) -> None:
        self.task, self.config = task, config
        self.parameters = [p for p in task.model.parameters() if p.requires_grad]
        self.optimizer = make_optimizer(task.model, config, task.faster)
        self.scaler = torch.amp.GradScaler("cpu", enabled=config.precision == "fp16")

    def step(self, step: int) -> float:
        task, config = self.task, self.config
        set_learning_rate(self.optimizer, step + 1, config)
        self.optimizer.zero_grad(set_to_none=True)
        total = 0.0
        for forward in range(config.accumulation):
            batch = task.move(task.batch(step * config.accumulation + forward))
            with computing(task.model, config.precision, CPU):
                losses = task.losses(batch)
            loss = torch.stack([task.loss_weights[n] * v for n, v in losses.items()]).sum()
            self.scaler.scale(loss / config.accumulation).backward()
            total += loss.item()
        self.scaler.unscale_(self.optimizer)
        nn.utils.clip_grad_norm_(self.parameters, config.max_grad_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        task.after_update()
        return total


def ratio(top: list[float], bottom: list[float]) -> tuple[float, float, float]:
    """Median of the steps' ratios, with a bootstrap interval of 95 %."""
    ratios = [one / other for one, other in zip(top, bottom, strict=True)]
    draw = random.Random(1)
    redrawn = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(2000))
    return statistics.median(ratios), redrawn[50], redrawn[1949]


if __name__ == "__main__":
    main()
