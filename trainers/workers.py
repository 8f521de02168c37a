"""Whether this process is one of several that torchrun started. Imports no torch.

What each of them says at its end lies in a folder, so that the one that started them all can tell
a process's own words from those of the others, which merely lost it.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

WORDS = "FIXPOINT_WORDS"  # the folder's environment variable, where `python -m trainers` began it
PATIENCE = 60.0  # seconds that one process waits for the first one's config.json


@dataclass(frozen=True)
class Words:
    """The last ones of a process. code: its exit code; at: when, in nanoseconds since 1970."""

    rank: int
    code: int
    text: str
    at: int


def is_worker() -> bool:
    return count() > 1


def count() -> int:
    return int(os.environ.get("WORLD_SIZE") or 1)


def rank() -> int:
    return int(os.environ.get("RANK") or 0) if is_worker() else 0


def die_with_parent() -> None:
    """Whoever started this process is gone: nobody would stop it, and it holds a GPU."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def say(code: int, text: str = "") -> None:
    """Leave the last words where they are looked for."""
    folder = os.environ.get(WORDS)
    if folder and is_worker():
        words = {"code": code, "text": text, "at": time.time_ns()}
        (Path(folder) / f"{rank()}.json").write_text(json.dumps(words))


def heard(folder: Path) -> list[Words]:
    """What was said, the earliest first: those after it may only tell of the loss of the first."""
    said = [Words(int(p.stem), **json.loads(p.read_text())) for p in folder.glob("*.json")]
    return sorted(said, key=lambda words: words.at)


def wait_for(path: Path) -> bool:
    """False where the first process has not written it in time."""
    until = time.monotonic() + PATIENCE
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.05)
    return path.exists()
