"""The one training loop. It knows no loss by name: a task brings losses, batches and numbers."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from trainers import checkpoints
from trainers.errors import BadInput
from trainers.loop_config import LoopConfig
from trainers.precision import computing, make_scaler
from trainers.recorder import Recorder
from trainers.samples import Sample
from trainers.schedule import make_optimizer, set_learning_rate
from trainers.tally import Clock, Tally, update_ratio

log = logging.getLogger("trainers")


class Task(Protocol):
    """What is trained. `forward` counts forward passes from 0, also across an interruption."""

    @property
    def name(self) -> str:
        """Of the trainer."""

    @property
    def model(self) -> nn.Module: ...

    @property
    def device(self) -> torch.device: ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What does not change with the step."""

    @property
    def loss_weights(self) -> Mapping[str, float]:
        """By the loss's name, "region"."""

    @property
    def faster(self) -> Mapping[str, float]:
        """Parameters by name that get a multiple of the learning rate."""

    def batch(self, forward: int) -> Any:
        """The batch of a forward pass: the same one whenever it is asked for."""

    def move(self, batch: Any) -> Any:
        """The batch on the device: what `losses` gets."""

    def losses(self, batch: Any) -> Mapping[str, Tensor]:
        """Every named loss, a number in 32 bits. Called inside `precision.computing`."""

    def after_update(self) -> None:
        """Called when the weights have moved."""

    def numbers(self) -> Mapping[str, float]:
        """What the task saw since it was last asked."""

    def marks(self) -> Mapping[str, str]:
        """What happened since it was last asked, by name, in words: drawn on the charts."""

    def evaluate(self) -> Mapping[str, float]:
        """Scores on the held-out set."""

    def samples(self) -> Sequence[Sample]:
        """A few pictures to look at, asked for after an evaluation; none where there are none."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


class Loop:
    """A training under way: task, optimizer and the number of updates done."""

    def __init__(self, task: Task, config: LoopConfig, seed: int) -> None:
        self.task = task
        self.config = config
        self.seed = seed
        self.step = 0
        self.parameters = [p for p in task.model.parameters() if p.requires_grad]
        self.optimizer = make_optimizer(task.model, config, task.faster)
        self.scaler = make_scaler(config.precision, task.device)
        self.mark = checkpoints.fingerprint(config, seed)

    def update(self) -> Mapping[str, float]:
        """One optimizer step; returns its row of numbers."""
        started = time.perf_counter()
        rate = set_learning_rate(self.optimizer, self.step + 1, self.config)
        tally = Tally()
        self.optimizer.zero_grad(set_to_none=True)
        for _ in range(self.config.accumulation):
            self._forward_and_back(tally)
        norms = self._clip()
        before = [parameter.detach().clone() for parameter in self.parameters]
        self.scaler.step(self.optimizer)
        norms |= self._rescale()
        self.step += 1
        moved = update_ratio(before, self.parameters)
        self.task.after_update()
        return {
            **tally.means(),
            "train/lr": rate,
            **norms,
            "train/update_ratio": moved,
            **self.task.numbers(),
            "time/step": time.perf_counter() - started,
            "time/data": tally.waited,
        }

    def _clip(self) -> dict[str, float]:
        """Shorten the gradients. Under fp16 the norm is also told as clipping saw it."""
        scale = self.scaler.get_scale()
        if self.config.unscale_before_clip:
            self.scaler.unscale_(self.optimizer)
        most = self.config.max_grad_norm or float("inf")
        seen = float(nn.utils.clip_grad_norm_(self.parameters, most))
        if not self.scaler.is_enabled():
            return {"train/grad_norm": seen}
        true = seen if self.config.unscale_before_clip else seen / scale
        return {"train/grad_norm": true, "train/grad_norm_before_clip": seen, "amp/scale": scale}

    def _rescale(self) -> dict[str, float]:
        """Adapt the loss scale; it falls when gradients overflowed and the step was left out."""
        if not self.scaler.is_enabled():
            return {}
        scale = self.scaler.get_scale()
        self.scaler.update()
        return {"amp/skipped": float(self.scaler.get_scale() < scale)}

    def _forward_and_back(self, tally: Tally) -> None:
        started = time.perf_counter()
        batch = self.task.batch(tally.forwards + self.step * self.config.accumulation)
        tally.waited += time.perf_counter() - started
        batch = self.task.move(batch)
        with computing(self.task.model, self.config.precision, self.task.device):
            losses = self.task.losses(batch)
        weights = self.task.loss_weights
        loss = torch.stack([weights[name] * value for name, value in losses.items()]).sum()
        self.scaler.scale(loss / self.config.accumulation).backward()
        tally.add(loss, losses)

    def save(self, run_dir: Path) -> None:
        path = checkpoints.write(run_dir, self.step, self.mark, self._state())
        log.info("step %d: saved %s", self.step, path.name)

    def _state(self) -> dict[str, Any]:
        state = {
            "config": {**self.config.model_dump(mode="json"), "seed": self.seed},
            "model": self.task.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
            "task": self.task.state_dict(),
            "random": {"torch": torch.get_rng_state(), "python": random.getstate()[1]},
        }
        if self.task.device.type == "cuda":
            state["random"]["cuda"] = torch.cuda.get_rng_state()
        return state

    def restore(self, checkpoint: checkpoints.Checkpoint) -> None:
        """Go on exactly where it was saved. BadInput: it is of another configuration."""
        if checkpoint.fingerprint != self.mark:
            raise BadInput(self._differs(checkpoint))
        state = checkpoint.state
        self.task.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scaler.load_state_dict(state["scaler"])
        self.task.load_state_dict(state["task"])
        torch.set_rng_state(state["random"]["torch"])
        version, _, gauss = random.getstate()
        random.setstate((version, tuple(state["random"]["python"]), gauss))
        if "cuda" in state["random"] and self.task.device.type == "cuda":
            torch.cuda.set_rng_state(state["random"]["cuda"])
        self.step = checkpoint.step

    def _differs(self, checkpoint: checkpoints.Checkpoint) -> str:
        saved = checkpoint.state.get("config", {})
        now = {**self.config.model_dump(mode="json"), "seed": self.seed}
        names = sorted(n for n in {*saved, *now} if saved.get(n) != now.get(n))
        return (
            f"checkpoint {checkpoint.path} is of another configuration (it differs in"
            f" {', '.join(names) or 'its version'}). Start a new run in another directory,"
            " or put the configuration back"
        )


def fit(task: Task, config: LoopConfig, *, recorder: Recorder, run_dir: Path, seed: int) -> None:
    """Train to the end, or to where a stop is asked for; goes on from the newest checkpoint."""
    loop = Loop(task, config, seed)
    path = checkpoints.newest(run_dir)
    if path is not None:
        loop.restore(checkpoints.read(path))
    recorder.start(task.name, step=loop.step)
    recorder.facts({**_facts(loop), **task.facts})
    if loop.step == 0:
        _evaluate(loop, recorder)
    if _run(loop, recorder, run_dir):
        recorder.end("finished")
    else:
        recorder.end("stopped", f"stopped after step {loop.step}, which is saved")


def _run(loop: Loop, recorder: Recorder, run_dir: Path) -> bool:
    """True at the end, False when a stop was asked for."""
    config = loop.config
    clock = Clock(loop.step, config.steps)
    while loop.step < config.steps and not recorder.should_stop():
        row = loop.update()
        if loop.step % config.record_every == 0:
            recorder.scalars(loop.step, row)
        for name, text in loop.task.marks().items():
            recorder.mark(loop.step, name, text)
        if clock.speaks(loop.step):
            log.info("%s loss %.4f", clock.says(loop.step), row["train/loss"])
        last = loop.step == config.steps
        if last or (config.evaluate_every and loop.step % config.evaluate_every == 0):
            _evaluate(loop, recorder)
        if last or loop.step % config.checkpoint_every == 0:
            loop.save(run_dir)
    if loop.step < config.steps:
        loop.save(run_dir)
    return loop.step == config.steps


def _evaluate(loop: Loop, recorder: Recorder) -> None:
    loop.task.model.eval()
    scores = loop.task.evaluate()
    loop.task.model.train()
    recorder.scalars(loop.step, scores)
    for sample in loop.task.samples():
        recorder.sample(loop.step, sample)
    told = " ".join(f"{name.removeprefix('eval/')} {value:.4f}" for name, value in scores.items())
    log.info("step %d: %s", loop.step, told)


def _facts(loop: Loop) -> dict[str, Any]:
    config = loop.config
    return {
        "train/steps": config.steps,
        "train/accumulation": config.accumulation,
        "train/warmup_steps": config.warmup_steps,
        "train/precision": config.precision,
        "device": str(loop.task.device),
        "model/parameters": sum(p.numel() for p in loop.task.model.parameters()),
    }
