"""Saving a training, and going on with it: from its own checkpoint or from another run's."""

from __future__ import annotations

import errno
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from trainers.errors import BadInput
from trainers.loop import checkpoints, distributed
from trainers.recorder import Recorder

if TYPE_CHECKING:
    from trainers.loop.fit import Loop

log = logging.getLogger("trainers")


@dataclass(frozen=True)
class Origin:
    """Where a training went on from, for the record."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)


def resume(loop: Loop, run_dir: Path) -> Origin:
    """Go on from the run's newest checkpoint, else from the one that its configuration names.

    BadInput: it cannot be read, is of another configuration or holds nothing more to do.
    """
    own = checkpoints.newest(run_dir)
    if own is not None:
        return _restore(loop, checkpoints.read(own))
    if not loop.config.resume_from:
        return Origin()
    checkpoint = checkpoints.read(_named(loop.config.resume_from))
    origin = _restore(loop, checkpoint)
    if loop.step >= loop.config.steps:
        raise BadInput(
            f"resume_from: {checkpoint.path} is of step {loop.step}, and steps is"
            f" {loop.config.steps}: nothing is left to do; raise steps"
        )
    text = f"Goes on from {checkpoint.path}, step {loop.step}"
    newest = checkpoints.newest(checkpoint.path.parent.parent)
    if newest is not None and newest.name > checkpoint.path.name:
        text += f"; there is a newer one, of step {checkpoints.step_of(newest)}"
    facts = {"resume/from": str(checkpoint.path), "resume/step": loop.step, **origin.facts}
    return Origin(facts, {"resumed_from": text, **origin.marks})


def kept(run_dir: Path) -> dict[str, Any]:
    """Facts: the newest checkpoint, and the newest whose weights are all finite."""
    named = {
        "checkpoint": checkpoints.newest(run_dir),
        "checkpoint/sound": checkpoints.newest_sound(run_dir),
    }
    facts: dict[str, Any] = {}
    for name, path in named.items():
        if path is not None:
            facts[f"{name}/step"] = checkpoints.step_of(path)
            facts[f"{name}/path"] = str(path.absolute())
    return facts


def save(loop: Loop, run_dir: Path, recorder: Recorder) -> bool:
    """Save everything. False where the disk is full: that is told, and the training goes on."""
    full = _write(loop, run_dir)
    if full:
        text = f"Step {loop.step} is not saved: {full}. The training goes on; free some space"
        log.error("%s", text)
        recorder.mark(loop.step, "checkpoint_not_saved", text)
    return not full


def save_last(loop: Loop, run_dir: Path) -> None:
    """As `save`, where no later chance will come. BadInput: the disk is full."""
    full = _write(loop, run_dir)
    if full:
        raise BadInput(
            f"step {loop.step} could not be saved: {full}. Free some space and start again: it goes"
            " on from the newest checkpoint that is there"
        )


def _write(loop: Loop, run_dir: Path) -> str:
    """What kept the disk from taking it; "" when it is saved. Every process has to call this."""
    randoms = distributed.everyone(_random(loop))
    full = _write_file(loop, run_dir, randoms) if distributed.is_main() else ""
    return str(distributed.everyone(full)[0])


def _write_file(loop: Loop, run_dir: Path, randoms: list[dict[str, Any]]) -> str:
    try:
        state, sound = _state(loop, randoms), _is_sound(loop)
        path = checkpoints.write(run_dir, loop.step, loop.mark, state, sound=sound)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        return f"{error.strerror} ({run_dir / checkpoints.FOLDER})"
    note = "" if sound else ", whose weights are not finite"
    log.info("step %d: saved %s%s", loop.step, path.name, note)
    return ""


def _is_sound(loop: Loop) -> bool:
    """Whether all that a later step is computed from is a number."""
    moments = [one for state in loop.optimizer.state.values() for one in state.values()]
    tensors = [one for one in moments if isinstance(one, Tensor)] + loop.parameters
    return all(bool(one.isfinite().all()) for one in tensors)


def _state(loop: Loop, randoms: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "trainer": loop.task.name,
        "config": _settings(loop),
        "model": loop.task.model.state_dict(),
        "optimizer": loop.optimizer.state_dict(),
        "scaler": loop.scaler.state_dict(),
        "task": loop.task.state_dict(),
        "patience": loop.patience.state_dict(),
        "random": randoms[0],
        "randoms": randoms[1:],  # of the other processes
    }


def _settings(loop: Loop) -> dict[str, Any]:
    return {**loop.config.model_dump(mode="json"), "seed": loop.seed}


def _restore(loop: Loop, checkpoint: checkpoints.Checkpoint) -> Origin:
    """Go on exactly where it was saved, or, where that is accepted, as near to it as fits."""
    if checkpoint.fingerprint == loop.mark:
        _load(loop, checkpoint)
        return Origin()
    differs = checkpoints.differences(checkpoint, loop.config, loop.seed)
    named = ", ".join(differs) or "its version"
    if loop.config.resume_other == "refuse":
        raise BadInput(
            f"checkpoint {checkpoint.path} is of another configuration (it differs in {named})."
            " Start a new run in another directory, put the configuration back, or set"
            " resume_other=accept"
        )
    try:
        _load(loop, checkpoint)
    except (RuntimeError, ValueError, KeyError, TypeError, IndexError) as error:
        reason = str(error).splitlines()[0]
        raise BadInput(
            f"checkpoint {checkpoint.path} is of another configuration (it differs in {named}) and"
            f" does not fit this model and task: {reason}"
        ) from error
    text = f"The checkpoint is of another configuration: it differs in {named}"
    return Origin({"resume/differs": differs}, {"resumed_other": text})


def _load(loop: Loop, checkpoint: checkpoints.Checkpoint) -> None:
    state = checkpoint.state
    loop.task.model.load_state_dict(state["model"])
    loop.optimizer.load_state_dict(state["optimizer"])
    loop.scaler.load_state_dict(state["scaler"])
    loop.task.load_state_dict(state["task"])
    if "patience" in state:
        loop.patience.load_state_dict(state["patience"])
    everyones = [state["random"], *state.get("randoms", ())]
    if distributed.rank() < len(everyones):
        _set_random(everyones[distributed.rank()], loop.task.device)
    loop.step = checkpoint.step


def _random(loop: Loop) -> dict[str, Any]:
    """The state of this process's random generators."""
    state = {"torch": torch.get_rng_state(), "python": random.getstate()[1]}
    if loop.task.device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def _set_random(state: Mapping[str, Any], device: torch.device) -> None:
    torch.set_rng_state(state["torch"])
    version, _, gauss = random.getstate()
    random.setstate((version, tuple(state["python"]), gauss))
    if "cuda" in state and device.type == "cuda":
        torch.cuda.set_rng_state(state["cuda"])


def _named(told: str) -> Path:
    """The checkpoint that `resume_from` means. BadInput: there is none."""
    path = Path(told).expanduser()
    if path.is_file():
        return path
    if not path.is_dir():
        raise BadInput(f"resume_from: there is no {path}; name a checkpoint or a run's directory")
    if checkpoints.newest(path) is None:
        raise BadInput(f"resume_from: {path} holds no {checkpoints.FOLDER}/{checkpoints.PATTERN}")
    found = checkpoints.newest_sound(path)
    if found is None:
        raise BadInput(
            f"resume_from: every checkpoint in {path} holds weights that are not finite, or cannot"
            " be read; name another run, or start without one"
        )
    return found
