"""Checkpoints: one safetensors file each, written whole or not at all, with a check sum.

A file holds tensors and, as JSON in its header, everything else: the step, the configuration and
its fingerprint, and the plain values of optimizer, random generators and task.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from trainers.config import Config
from trainers.errors import BadInput
from trainers.loop.config import BESIDE_LEARNING

FOLDER = "checkpoints"
PATTERN = "step-*.safetensors"
KEEP = 2  # the newest, and one more in case the newest is damaged; and the newest sound one
TENSOR = "__tensor__"


@dataclass(frozen=True)
class Checkpoint:
    path: Path
    step: int
    fingerprint: str
    state: Mapping[str, Any]


def fingerprint(config: Config, seed: int) -> str:
    """Equal where two runs would learn the same, also where one is of an older version."""
    values = config.model_dump(mode="json")
    learnt = {name: values[name] for name in values if not _is_silent(config, name)}
    text = json.dumps({"config": learnt, "seed": seed}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_silent(config: Config, name: str) -> bool:
    """Beside learning; or added later, and at its default, which does what was done before."""
    if name not in type(config).model_fields:
        return False
    field = type(config).model_fields[name]
    told = field.json_schema_extra
    added = isinstance(told, dict) and "added" in told
    return name in BESIDE_LEARNING or (added and getattr(config, name) == field.default)


def differences(checkpoint: Checkpoint, config: Config, seed: int) -> list[str]:
    """The settings in which the checkpoint's training and this one would learn otherwise."""
    saved = checkpoint.state.get("config", {})
    now = {**config.model_dump(mode="json"), "seed": seed}
    learnt = {*saved, *now} - set(BESIDE_LEARNING)
    older = {name for name in now if name not in saved and _is_silent(config, name)}
    return sorted(n for n in learnt - older if saved.get(n) != now.get(n))


def newest(run_dir: Path) -> Path | None:
    return max((run_dir / FOLDER).glob(PATTERN), default=None)


def newest_sound(run_dir: Path) -> Path | None:
    """The newest whose weights were all finite; None where none is kept."""
    found = sorted((run_dir / FOLDER).glob(PATTERN), reverse=True)
    return next((path for path in found if is_sound(path)), None)


def is_sound(path: Path) -> bool:
    """Whether it says that its weights were finite. One of an earlier version does not say so."""
    try:
        with safe_open(path, framework="pt") as file:
            return bool((file.metadata() or {}).get("sound", "True") == "True")
    except (SafetensorError, OSError):
        return False


def step_of(path: Path) -> int:
    return int(path.stem.removeprefix("step-"))


def write(
    run_dir: Path, step: int, mark: str, state: Mapping[str, Any], *, sound: bool = True
) -> Path:
    """Save `state`, a tree of dicts and lists with tensors and plain values at its ends.

    sound: whether its weights are all finite. The newest such file is kept however many follow.
    """
    path = run_dir / FOLDER / f"step-{step:08}.safetensors"
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, Tensor] = {}
    plain = {"step": step, "fingerprint": mark, "state": _taken_apart(state, "", tensors)}
    header = {"fixpoint": json.dumps(plain), "crc32": _check_sum(tensors), "sound": str(sound)}
    write_whole(path, save(tensors, metadata=header))
    kept = newest_sound(run_dir)
    for old in sorted(path.parent.glob(PATTERN))[:-KEEP]:
        if old != kept:
            old.unlink()
    return path


def write_whole(path: Path, data: bytes) -> None:
    """A reader sees the old file or the new one, also when the power goes."""
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)  # a full disk needs the room
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def read(path: Path) -> Checkpoint:
    """BadInput: the file is damaged or no checkpoint of this program."""
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        plain = json.loads(header["fixpoint"])
        if header["crc32"] != _check_sum(tensors):
            raise ValueError("its check sum does not fit its contents")
        state = _put_together(plain["state"], tensors)
        return Checkpoint(path, int(plain["step"]), str(plain["fingerprint"]), state)
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"checkpoint {path} cannot be read ({_reason(error)}). Move the file away to go on from"
            " the one before it, or start a new run in another directory"
        ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing in its header"
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _check_sum(tensors: Mapping[str, Tensor]) -> str:
    total = 0
    for name in sorted(tensors):
        data = (
            tensors[name]
            .detach()
            .cpu()
            .contiguous()
            .reshape(-1)
            .view(torch.uint8)
            .numpy()
            .tobytes()
        )
        total = zlib.crc32(data, zlib.crc32(name.encode(), total))
    return f"{total:08x}"


def _taken_apart(value: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    """The tree with every tensor moved to `tensors` and its place marked."""
    if isinstance(value, Tensor):
        tensors[name] = value.detach().cpu().contiguous().clone()
        return {TENSOR: name}
    if isinstance(value, Mapping):
        return {key: _taken_apart(part, f"{name}/{key}", tensors) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_taken_apart(part, f"{name}/{at}", tensors) for at, part in enumerate(value)]
    return value


def _put_together(value: Any, tensors: Mapping[str, Tensor]) -> Any:
    if isinstance(value, dict) and TENSOR in value:
        return tensors[value[TENSOR]]
    if isinstance(value, dict):
        return {_key(key): _put_together(part, tensors) for key, part in value.items()}
    if isinstance(value, list):
        return [_put_together(part, tensors) for part in value]
    return value


def _key(text: str) -> str | int:
    """JSON makes texts of the optimizer's numbers."""
    return int(text) if text.isdigit() else text
