"""Which GPUs (or CPU slots) this host may give away: one file lock each.

The runner inherits the lock's descriptor, so the kernel frees the slot however the runner dies,
and a worker that is started again cannot give a busy GPU away twice.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from dashboard.places import data_dir


@dataclass(frozen=True)
class Slot:
    """A slot that is held. name: "gpu:0" or "cpu:0"; file: the locked descriptor."""

    name: str
    file: int

    def close(self) -> None:
        """Let go here; a runner that inherited the descriptor holds on."""
        os.close(self.file)


def names() -> list[str]:
    """FIXPOINT_SLOTS, as "gpu:0,gpu:1"; one CPU slot where it is not set."""
    told = os.environ.get("FIXPOINT_SLOTS", "cpu:0")
    return [name.strip() for name in told.split(",") if name.strip()]


def groups() -> list[list[str]]:
    """The names by kind: a run that takes several slots gets them of one kind."""
    kinds: dict[str, list[str]] = {}
    for name in names():
        kinds.setdefault(name.partition(":")[0], []).append(name)
    return list(kinds.values())


def visible_devices(held: Sequence[Slot]) -> str:
    """For CUDA_VISIBLE_DEVICES: the GPUs' numbers, or none at all."""
    parts = [slot.name.partition(":") for slot in held]
    return ",".join(number for kind, _, number in parts if kind == "gpu")


@contextmanager
def turn() -> Iterator[None]:
    """One claimer at a time on this host: two that shared the free slots would both see too few."""
    file = _locked("turn", fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(file)


def take_free(wanted: Sequence[str]) -> list[Slot]:
    """Every one of these slots that is free, locked."""
    free = []
    for name in wanted:
        with suppress(BlockingIOError):
            free.append(Slot(name, _locked(name, fcntl.LOCK_EX | fcntl.LOCK_NB)))
    return free


def is_any_free() -> bool:
    free = take_free(names())
    for slot in free:
        slot.close()
    return bool(free)


def _locked(name: str, how: int) -> int:
    folder = data_dir() / "slots"
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / f"{name.replace(':', '-')}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, how)
    except BaseException:
        os.close(file)
        raise
    return file
