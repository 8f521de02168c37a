"""What one optimizer step adds up to, and how far along the training is."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

LINES = 20  # of progress in a whole run


@dataclass
class Tally:
    """Sums over the forward passes of one optimizer step."""

    forwards: int = 0
    waited: float = 0.0  # seconds for batches
    totals: dict[str, Tensor] = field(default_factory=dict)

    def add(self, loss: Tensor, losses: Mapping[str, Tensor]) -> None:
        self.forwards += 1
        named = {"train/loss": loss, **{f"train/loss/{name}": v for name, v in losses.items()}}
        for name, value in named.items():
            self.totals[name] = self.totals.get(name, torch.zeros(())) + value.detach().cpu()

    def means(self) -> dict[str, float]:
        return {name: float(total) / self.forwards for name, total in self.totals.items()}


@torch.no_grad()
def update_ratio(before: Sequence[Tensor], after: Sequence[Tensor]) -> float:
    """Length of the last update as a share of the weights' length: healthy is about 1e-3.

    Exactly 0 where rounding swallowed every change.
    """
    moved = sum(
        float((new - old).float().square().sum()) for old, new in zip(before, after, strict=True)
    )
    length = sum(float(old.float().square().sum()) for old in before)
    return (moved / length) ** 0.5 if length else 0.0


@dataclass
class Clock:
    """When to tell of the progress, and how long the rest will take."""

    first: int
    steps: int
    started: float = field(default_factory=time.perf_counter)

    def speaks(self, step: int) -> bool:
        return step == self.first + 1 or step % max(1, self.steps // LINES) == 0

    def says(self, step: int) -> str:
        pace = (time.perf_counter() - self.started) / (step - self.first)
        left = round(pace * (self.steps - step))
        return f"step {step}/{self.steps} ({pace:.2f} s a step, {left // 60}:{left % 60:02} left)"
