"""One large batch over all processes that train together; nothing happens where there is one.

Every process computes its own rows against the candidates of all. The loop averages gradients
over the processes, so each counts its rows by their share of all rows: together they are the mean
over the large batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from trainers import distributed


@dataclass(frozen=True)
class Rows:
    """How many rows every process has, and which of them this one is."""

    counts: tuple[int, ...]
    rank: int

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def first(self) -> int:
        """Where this process's rows begin among those of all."""
        return sum(self.counts[: self.rank])

    @property
    def share(self) -> float:
        """What this process's mean counts for in the mean over the processes."""
        return self.counts[self.rank] * len(self.counts) / self.total if self.total else 0.0


def rows(count: int) -> Rows:
    """Every process must ask at the same place of its forward pass."""
    counts = distributed.everyone(count)
    return Rows(tuple(int(number) for number in counts), distributed.rank())


def pairs(one: Tensor, other: Tensor, found: Rows) -> tuple[Tensor, Tensor]:
    """(R, D) twice to (total, D) twice, in the order of the processes. Their R may differ.

    Gradients flow to every process. Both go in one message, so that messages cannot cross.
    """
    if len(found.counts) == 1:
        return one, other
    most = max(found.counts)
    packed = F.pad(torch.cat([one, other], dim=1), (0, 0, 0, most - len(one)))
    together = distributed.gathered(packed).split(most)
    kept = [part[:count] for part, count in zip(together, found.counts, strict=True)]
    whole = torch.cat(kept)
    return whole[:, : one.shape[1]], whole[:, one.shape[1] :]
