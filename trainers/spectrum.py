"""How many directions a training batch's embeddings use."""

from __future__ import annotations

import math

import torch
from torch import Tensor

MOST_ROWS = 64  # of a batch that are looked at: more costs time and says the same


def effective_rank(rows: Tensor) -> float:
    """exp of the entropy of the normalised singular values (RankMe). (n, D)

    By the inner products of the rows in 64 bits, on the CPU: for so few rows that is cheaper than a
    singular value decomposition, by far so on a GPU. NaN where a number is not finite.
    """
    some = rows[:MOST_ROWS].double().cpu()
    if not bool(torch.isfinite(some).all()):
        return math.nan
    values = torch.linalg.eigvalsh(some @ some.T).clamp(min=0).sqrt()
    share = values / values.sum().clamp(min=1e-12)
    return float(torch.exp(-torch.xlogy(share, share).sum()))


def rank_limit(rows: int, width: int) -> float:
    """What it cannot exceed for rows of mean zero, as a neck makes them."""
    return float(max(1, min(width, min(rows, MOST_ROWS) - 1)))
