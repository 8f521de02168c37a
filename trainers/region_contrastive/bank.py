"""The memory bank: regions and phrases of earlier batches, as more negatives for the next.

It is off, then pending until its warm-up is over, then filling, then full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Unit = Literal["forwards", "steps"]
State = Literal["off", "pending", "filling", "full"]


@dataclass(frozen=True)
class Warmup:
    """How long the bank waits. A step is an optimizer step: `accumulation` forward passes."""

    length: int
    unit: Unit
    accumulation: int

    @property
    def due_step(self) -> int:
        """The optimizer step after which the bank is on."""
        if self.unit == "steps":
            return self.length
        return self.length // self.accumulation

    def over(self, forwards: int) -> bool:
        """forwards: how many forward passes are done."""
        if self.unit == "steps":
            return forwards >= self.length * self.accumulation
        return forwards >= self.length


class Bank:
    """A ring of `size` rows of regions, phrases and what they read. Size 0 is no bank."""

    def __init__(self, size: int, width: int, warmup: Warmup, device: torch.device) -> None:
        self.size = size
        self.warmup = warmup
        self.forwards = 0
        self.written = 0  # rows ever; the pointer is its remainder
        self.regions = torch.zeros(size, width, device=device)
        self.texts = torch.zeros(size, width, device=device)
        self.phrases = torch.full((size,), -1, dtype=torch.long, device=device)

    @property
    def fill(self) -> int:
        return min(self.written, self.size)

    @property
    def state(self) -> State:
        if not self.size:
            return "off"
        if not self.warmup.over(self.forwards):
            return "pending"
        return "full" if self.fill == self.size else "filling"

    def negatives(self) -> tuple[Tensor, Tensor, Tensor]:
        """Regions, phrases and what they read, of the rows written so far."""
        return self.regions[: self.fill], self.texts[: self.fill], self.phrases[: self.fill]

    def after_forward(self, regions: Tensor, texts: Tensor, phrases: Tensor) -> None:
        """Count a forward pass and, once the warm-up is over, keep its rows for the next."""
        self.forwards += 1
        if self.state in ("off", "pending"):
            return
        rows = slice(max(0, len(phrases) - self.size), None)
        places = torch.arange(len(phrases[rows]), device=self.phrases.device)
        places = (self.written + places) % self.size
        self.regions[places] = regions[rows].detach().float()
        self.texts[places] = texts[rows].detach().float()
        self.phrases[places] = phrases[rows]
        self.written += len(places)

    def state_dict(self) -> dict[str, Tensor | int]:
        return {
            "forwards": self.forwards,
            "written": self.written,
            "regions": self.regions,
            "texts": self.texts,
            "phrases": self.phrases,
        }

    def load_state_dict(self, state: dict[str, Tensor | int]) -> None:
        self.forwards, self.written = int(state["forwards"]), int(state["written"])
        for name in ("regions", "texts", "phrases"):
            getattr(self, name).copy_(state[name])
