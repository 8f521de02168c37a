"""The one training loop. It knows no loss by name: a task brings losses, batches and numbers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from trainers.loop import checkpoints, distributed, resuming
from trainers.loop.config import LoopConfig
from trainers.loop.movement import Movement
from trainers.loop.patience import Patience
from trainers.loop.precision import computing, make_scaler
from trainers.loop.schedule import make_optimizer, set_learning_rate
from trainers.loop.stopwatch import Stopwatch, stopwatch
from trainers.loop.tally import Clock, Tally, read
from trainers.loop.task import Task
from trainers.recorder import Recorder

log = logging.getLogger("trainers")

OTHER_STREAM = 1_000_003  # between the seeds of two processes, once their models are made


class Loop:
    """A training under way: task, optimizer and the number of updates done."""

    def __init__(self, task: Task, config: LoopConfig, seed: int) -> None:
        self.task = task
        self.config = config
        self.seed = seed
        self.step = 0
        distributed.share_weights(task.model)
        if distributed.rank():  # dropout and noise are not to be the same in every process
            torch.manual_seed(seed + OTHER_STREAM * distributed.rank())
        self.parameters = [p for p in task.model.parameters() if p.requires_grad]
        self.optimizer = make_optimizer(task.model, config, task.faster)
        self.scaler = make_scaler(config.precision, task.device)
        self.movement = Movement(self.parameters)
        self.patience = Patience(task.primary, config.stop_patience, config.stop_min_delta)
        self.mark = checkpoints.fingerprint(config, seed)

    def update(self) -> dict[str, float]:
        """One optimizer step; returns its row of numbers."""
        watch = stopwatch(self.task.device)
        rate = set_learning_rate(self.optimizer, self.step + 1, self.config)
        tally = Tally()
        self.optimizer.zero_grad(set_to_none=True)
        watch.lap("optimizer")
        for _ in range(self.config.accumulation):
            self._forward_and_back(tally, watch)
        told = self._move_weights(watch)
        scaling = self._rescale()
        self.step += 1
        self.task.after_update()
        return {
            **distributed.mean(tally.means()),
            "train/lr": rate,
            **read(told),
            **scaling,
            **self.task.numbers(),
            **watch.read(),
        }

    def _forward_and_back(self, tally: Tally, watch: Stopwatch) -> None:
        done = tally.forwards + self.step * self.config.accumulation
        batch = self.task.batch(done * distributed.world() + distributed.rank())
        watch.lap("data")
        batch = self.task.move(batch)
        watch.lap("transfer")
        with computing(self.task.model, self.config.precision, self.task.device):
            losses = self.task.losses(batch)
        weights = self.task.loss_weights
        loss = torch.stack([weights[name] * value for name, value in losses.items()]).sum()
        watch.lap("forward")
        self.scaler.scale(loss / self.config.accumulation).backward()
        watch.lap("backward")
        tally.add(loss, losses)
        watch.lap("other")

    def _move_weights(self, watch: Stopwatch) -> dict[str, Tensor]:
        """Average, shorten and apply the gradients; what that came to is still on the device."""
        distributed.average_gradients(self.parameters)
        told = self._clip()
        watch.lap("optimizer")
        length = self.movement.before()
        watch.lap("other")
        self.scaler.step(self.optimizer)
        watch.lap("optimizer")
        return told | {"train/update_ratio": self.movement.after(length)}

    def _clip(self) -> dict[str, Tensor]:
        """Shorten the gradients. Under fp16 the norm is also told as clipping saw it."""
        if self.config.unscale_before_clip:
            self.scaler.unscale_(self.optimizer)
        most = self.config.max_grad_norm or float("inf")
        seen = nn.utils.clip_grad_norm_(self.parameters, most)
        told = {"train/grad_norm": seen, "train/clipped": (seen > most).float()}
        if not self.scaler.is_enabled():
            return told
        scale = 1.0 if self.config.unscale_before_clip else self.scaler.get_scale()
        return told | {"train/grad_norm": seen / scale, "train/grad_norm_before_clip": seen}

    def _rescale(self) -> dict[str, float]:
        """Adapt the loss scale; it falls when gradients overflowed and the step was left out."""
        if not self.scaler.is_enabled():
            return {}
        scale = self.scaler.get_scale()
        self.scaler.update()
        return {"amp/scale": scale, "amp/skipped": float(self.scaler.get_scale() < scale)}


def fit(task: Task, config: LoopConfig, *, recorder: Recorder, run_dir: Path, seed: int) -> None:
    """Train to the end, or to where a stop is asked for; goes on from the newest checkpoint.

    Of several processes each calls this; the first one's recorder and files tell of all.
    """
    loop = Loop(task, config, seed)
    origin = resuming.resume(loop, run_dir)
    recorder.start(task.name, step=loop.step)
    recorder.facts({**_facts(loop), **task.facts, **origin.facts})
    for name, text in origin.marks.items():
        recorder.mark(loop.step, name, text)
    if loop.step == 0:
        _evaluate(loop, recorder)
    _run(loop, recorder, run_dir)
    _tell_the_end(loop, recorder, run_dir)


def _run(loop: Loop, recorder: Recorder, run_dir: Path) -> None:
    """To the last step, to the end of patience, or to where a stop is asked for."""
    config = loop.config
    clock = Clock(loop.step, config.steps)
    saved = loop.step
    while not _is_over(loop) and not distributed.agree(recorder.should_stop()):
        row = loop.update()
        if loop.step % config.record_every == 0:
            row["time/left"] = clock.left(loop.step)
            recorder.scalars(loop.step, row | _memory(loop.task.device))
        for name, text in loop.task.marks().items():
            recorder.mark(loop.step, name, text)
        if clock.speaks(loop.step):
            log.info("%s loss %.4f", clock.says(loop.step), row["train/loss"])
        if loop.step == config.steps or _is_due(loop, config.evaluate_every):
            _evaluate(loop, recorder)
        goes_on = not _is_over(loop) and _is_due(loop, config.checkpoint_every)
        if goes_on and resuming.save(loop, run_dir, recorder):
            saved = loop.step
    if loop.step > saved:
        resuming.save_last(loop, run_dir)


def _is_over(loop: Loop) -> bool:
    return loop.step >= loop.config.steps or loop.patience.is_over


def _is_due(loop: Loop, every: int) -> bool:
    return every > 0 and loop.step % every == 0


def _evaluate(loop: Loop, recorder: Recorder) -> None:
    """Ask for scores and samples; the other processes wait to hear how good the model is."""
    scores = _scores(loop, recorder) if distributed.is_main() else {}
    told = distributed.everyone(scores.get(loop.task.primary.name))[0]
    before = loop.patience.is_over
    loop.patience.see(told)
    if loop.patience.is_over and not before:
        recorder.mark(loop.step, "early_stop", loop.patience.says)


def _scores(loop: Loop, recorder: Recorder) -> Mapping[str, float]:
    loop.task.model.eval()
    scores = loop.task.evaluate()
    loop.task.model.train()
    recorder.scalars(loop.step, scores)
    for sample in loop.task.samples():
        recorder.sample(loop.step, sample)
    told = " ".join(f"{name.removeprefix('eval/')} {value:.4f}" for name, value in scores.items())
    log.info("step %d: %s", loop.step, told)
    return scores


def _tell_the_end(loop: Loop, recorder: Recorder, run_dir: Path) -> None:
    if loop.step >= loop.config.steps:
        recorder.end("finished")
    elif loop.patience.is_over:
        recorder.end("finished", loop.patience.says)
    else:
        recorder.facts(resuming.kept(run_dir))
        recorder.end("stopped", f"stopped after step {loop.step}, which is saved")


def _memory(device: torch.device) -> dict[str, float]:
    """Most bytes that tensors took on the GPU since this was last asked; nothing on a CPU."""
    if device.type != "cuda":
        return {}
    most = torch.cuda.max_memory_allocated(device)
    torch.cuda.reset_peak_memory_stats(device)
    return {"system/gpu_memory": float(most)}


def _facts(loop: Loop) -> dict[str, Any]:
    config = loop.config
    return {
        "train/steps": config.steps,
        "train/accumulation": config.accumulation,
        "train/warmup_steps": config.warmup_steps,
        "train/precision": config.precision,
        "train/processes": distributed.world(),
        "train/effective_batch": config.batch_size * config.accumulation * distributed.world(),
        "device": str(loop.task.device),
        "device/visible_gpus": torch.cuda.device_count(),
        "model/parameters": sum(p.numel() for p in loop.task.model.parameters()),
    }
