"""Which GPUs (or CPU slots) this host may give away: one file lock each.

The runner inherits the lock's descriptor, so the kernel frees the slot however the runner dies,
and a worker that is started again cannot give a busy GPU away twice.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass

from dashboard.places import data_dir


@dataclass(frozen=True)
class Slot:
    """A slot that is held. name: "gpu:0" or "cpu:0"; file: the locked descriptor."""

    name: str
    file: int

    @property
    def visible_devices(self) -> str:
        """For CUDA_VISIBLE_DEVICES: the GPU's number, or none at all."""
        kind, _, number = self.name.partition(":")
        return number if kind == "gpu" else ""

    def close(self) -> None:
        """Let go here; a runner that inherited the descriptor holds on."""
        os.close(self.file)


def names() -> list[str]:
    """FIXPOINT_SLOTS, as "gpu:0,gpu:1"; one CPU slot where it is not set."""
    told = os.environ.get("FIXPOINT_SLOTS", "cpu:0")
    return [name.strip() for name in told.split(",") if name.strip()]


def take() -> Slot | None:
    """A free slot of this host, locked; None where all are busy."""
    folder = data_dir() / "slots"
    folder.mkdir(parents=True, exist_ok=True)
    for name in names():
        file = os.open(folder / f"{name.replace(':', '-')}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            continue
        return Slot(name, file)
    return None
