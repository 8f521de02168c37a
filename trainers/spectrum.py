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


def effective_ranks(rows: Tensor, there: Tensor) -> list[float]:
    """Of several sets of rows at once, the first 64 that are there of each. (S, n, D), (S, n)

    Rows that are not there count as zeros, which add no direction.
    """
    if rows.shape[1] > MOST_ROWS:
        return [effective_rank(each[found]) for each, found in zip(rows, there, strict=True)]
    some = (rows * there[..., None]).double().cpu()
    sound = torch.isfinite(some).flatten(1).all(dim=1)
    some[~sound] = 0
    values = torch.linalg.eigvalsh(some @ some.mT).clamp(min=0).sqrt()
    share = values / values.sum(dim=1, keepdim=True).clamp(min=1e-12)
    ranks = torch.exp(-torch.xlogy(share, share).sum(dim=1))
    return [rank if ok else math.nan for rank, ok in zip(ranks.tolist(), sound, strict=True)]


def rank_limit(rows: int, width: int) -> float:
    """What it cannot exceed for rows of mean zero, as a neck makes them."""
    return float(max(1, min(width, min(rows, MOST_ROWS) - 1)))
