"""Steps that take longer, by a clock that is put on (clock.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trainers.faults import clock
from trainers.loop.fit import Loop


def slower(loop: Loop, onset: int, times: float) -> None:
    """The forward pass takes so much longer that the step takes `times` what it took."""
    losses = loop.task.losses
    usual: list[float] = []

    def late(batch: Any) -> Any:
        if loop.step >= onset:
            clock.add((times - 1) * sorted(usual)[len(usual) // 2] / loop.config.accumulation)
        return losses(batch)

    def measured(update: Callable[[], dict[str, float]]) -> dict[str, float]:
        row = update()
        if loop.step <= onset:
            usual.append(row["time/step"])
        return row

    loop.task.losses = late  # type: ignore[method-assign]
    update = loop.update
    loop.update = lambda: measured(update)  # type: ignore[method-assign]


def slow_reading(loop: Loop, onset: int) -> None:
    """As long as the last step's other parts took: half of the time is waiting."""
    batch = loop.task.batch
    update = loop.update
    last = [0.05]

    def late(forward: int) -> Any:
        clock.add(last[0] / loop.config.accumulation)
        return batch(forward)

    def measured() -> dict[str, float]:
        row = update()
        last[0] = row["time/step"] - row["time/data"]
        return row

    loop.task.batch = late  # type: ignore[method-assign]
    loop.update = measured  # type: ignore[method-assign]
