"""What one optimizer step adds up to, and how far along the training is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

LINES = 20  # of progress in a whole run


@dataclass
class Tally:
    """Sums over the forward passes of one optimizer step, kept on the device."""

    forwards: int = 0
    totals: dict[str, Tensor] = field(default_factory=dict)

    def add(self, loss: Tensor, losses: Mapping[str, Tensor]) -> None:
        self.forwards += 1
        named = {"train/loss": loss, **{f"train/loss/{name}": v for name, v in losses.items()}}
        for name, value in named.items():
            self.totals[name] = self.totals.get(name, torch.zeros(())) + value.detach()

    def means(self) -> dict[str, float]:
        return {name: total / self.forwards for name, total in read(self.totals).items()}


def read(numbers: Mapping[str, Tensor]) -> dict[str, float]:
    """Numbers on the device, brought here in one go: the device is waited for once."""
    if not numbers:
        return {}
    values: list[float] = torch.stack(list(numbers.values())).tolist()
    return dict(zip(numbers, values, strict=True))


@dataclass
class Clock:
    """When to tell of the progress, and how long the rest will take."""

    first: int
    steps: int
    started: float = field(default_factory=time.perf_counter)

    def speaks(self, step: int) -> bool:
        return step == self.first + 1 or step % max(1, self.steps // LINES) == 0

    def left(self, step: int) -> float:
        """Seconds to the last step, evaluations and saving included."""
        return self._pace(step) * (self.steps - step)

    def says(self, step: int) -> str:
        left = round(self.left(step))
        pace = f"{self._pace(step):.2f} s a step, {left // 60}:{left % 60:02} left"
        return f"step {step}/{self.steps} ({pace})"

    def _pace(self, step: int) -> float:
        return (time.perf_counter() - self.started) / max(1, step - self.first)
