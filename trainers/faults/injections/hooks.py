"""Where a fault gets hold of a training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trainers.loop.fit import Loop

Change = Callable[[Any], Any]
EVERY = 30  # steps from one bad batch to the next


def each_batch(loop: Loop, onset: int, change: Change) -> None:
    """Change every batch from `onset` steps on, when it has been moved to the device."""
    after(loop.task, "move", lambda batch: change(batch) if loop.step >= onset else batch)


def after(owner: Any, name: str, change: Change) -> None:
    """Let a method's answer go through `change`."""
    method = getattr(owner, name)
    setattr(owner, name, lambda *given: change(method(*given)))
