"""Contrastive losses (InfoNCE; Radford et al., CLIP, 2021), of regions against phrases.

Everything here computes in fp32, whatever the model's precision: exp and softmax need it.
`scale` is exp(logit_scale): the inverse temperature. `first` is where the right answer of the first
row stands among the candidates: 0, or behind the rows of other processes.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Side:
    """One side of the region loss: ours[i] is matched with candidates[first + i].

    ours: (R, D); candidates: (N, D) with N >= first + R, this batch's before the bank's
    phrase, candidate_phrase: (R,) and (N,), equal where two read the same
    """

    ours: Tensor
    candidates: Tensor
    phrase: Tensor
    candidate_phrase: Tensor
    first: int = 0


def unit(vectors: Tensor, eps: float) -> Tensor:
    """Rows of length 1. A zero row stays zero, and becomes NaN where eps is 0."""
    norm: Tensor = torch.linalg.vector_norm(vectors.float(), dim=-1, keepdim=True)
    return vectors.float().div(norm.clamp(min=eps) if eps else norm)


def global_loss(one: Tensor, other: Tensor, first: int = 0) -> Tensor:
    """Mean of both directions: image to caption and caption to image. Each (B, N)"""
    target = torch.arange(first, first + len(one), device=one.device)
    return (F.cross_entropy(one, target) + F.cross_entropy(other, target)) / 2


def region_logits(side: Side, scale: Tensor, *, mask_duplicates: bool) -> Tensor:
    """scale * cosine, with candidates that read like the positive left out. (R, N)"""
    logits: Tensor = scale * side.ours.float() @ side.candidates.float().T
    if not mask_duplicates:
        return logits
    same = side.phrase[:, None] == side.candidate_phrase[None, :]
    return logits.masked_fill(same & ~own(logits, side.first), float("-inf"))


def own(logits: Tensor, first: int) -> Tensor:
    """Which candidate is the right one of each row. (R, N)"""
    right = torch.arange(first, first + len(logits), device=logits.device)
    return right[:, None] == torch.arange(logits.shape[1], device=logits.device)[None, :]


def region_loss(one: Tensor, other: Tensor, first: int = 0) -> Tensor:
    """Mean of both directions: region to phrase and phrase to region. Each (R, N); 0 for no rows"""
    target = torch.arange(first, first + len(one), device=one.device)
    reduction = "mean" if len(one) else "sum"
    to_phrase = F.cross_entropy(one, target, reduction=reduction)
    return (to_phrase + F.cross_entropy(other, target, reduction=reduction)) / 2
