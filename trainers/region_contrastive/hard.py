"""Hard negatives: phrases that differ from a region's own in a detail (FG-CLIP; Xie et al., 2025).

Each region chooses between its own phrase, which stands first, and its hard negatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from trainers.data.annotated import Named

NONE = -1  # in `rows`: no such candidate


@dataclass(frozen=True)
class Hard:
    """texts: each once; rows: (R, 1 + K) into texts, a region's own first

    A region without hard negatives has a row of nothing but NONE.
    """

    texts: list[str]
    rows: Tensor


def choices(names: Sequence[Named], most: int) -> Hard:
    """most: of hard negatives a region. One that reads like the region's own is no negative."""
    listed = [_candidates(name, most) for name in names]
    texts = list(dict.fromkeys(text for candidates in listed for text in candidates))
    place = {text: number for number, text in enumerate(texts)}
    width = max((len(candidates) for candidates in listed), default=0)
    rows = torch.full((len(listed), width), NONE, dtype=torch.long)
    for row, candidates in zip(rows, listed, strict=True):
        row[: len(candidates)] = torch.tensor([place[t] for t in candidates], dtype=torch.long)
    return Hard(texts, rows)


def _candidates(name: Named, most: int) -> list[str]:
    wrong = [text for text in name.negatives if text.lower() != name.short.lower()][:most]
    return [name.short, *wrong] if wrong else []


def hard_logits(regions: Tensor, texts: Tensor, rows: Tensor, scale: Tensor) -> Tensor:
    """Regions that have hard negatives against their candidates, -inf where there is none.

    regions: (R, D), texts: (M, D), of length 1; rows: (R, 1 + K). (R', 1 + K)
    """
    chosen = rows[:, :1].flatten() != NONE if rows.shape[1] else rows.new_zeros(0, dtype=torch.bool)
    if not len(chosen) or not len(texts):
        return regions.new_zeros(0, 1)
    rows = rows[chosen]
    cosine = torch.einsum("rd,rkd->rk", regions.float()[chosen], texts.float()[rows.clamp(min=0)])
    return (scale * cosine).masked_fill(rows == NONE, float("-inf"))


def hard_loss(logits: Tensor) -> Tensor:
    """Cross entropy with the own phrase, the first, as the right answer; the sum over regions."""
    target = torch.zeros(len(logits), dtype=torch.long, device=logits.device)
    return F.cross_entropy(logits, target, reduction="sum")


def right(logits: Tensor) -> Tensor:
    """For each row, whether its own phrase is the nearest; ties and NaN count against. (R',)"""
    return (logits[:, 1:] < logits[:, :1]).all(dim=1)
