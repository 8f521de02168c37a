"""Contrastive losses (InfoNCE; Radford et al., CLIP, 2021), of regions against phrases.

Everything here computes in fp32, whatever the model's precision: exp and softmax need it.
`scale` is exp(logit_scale): the inverse temperature.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Side:
    """One side of the region loss: `ours` are matched with `candidates`, ours[i] with the i-th.

    ours: (R, D); candidates: (N, D) with N >= R, the local ones first, the bank's after them
    phrase, candidate_phrase: (R,) and (N,), equal where two read the same
    """

    ours: Tensor
    candidates: Tensor
    phrase: Tensor
    candidate_phrase: Tensor


def unit(vectors: Tensor, eps: float) -> Tensor:
    """Rows of length 1. A zero row stays zero, and becomes NaN where eps is 0."""
    norm: Tensor = torch.linalg.vector_norm(vectors.float(), dim=-1, keepdim=True)
    return vectors.float().div(norm.clamp(min=eps) if eps else norm)


def global_loss(images: Tensor, texts: Tensor, scale: Tensor) -> Tensor:
    """Whole images against whole captions, both ways. images, texts: (B, D) of length 1."""
    logits = scale * images @ texts.T
    target = torch.arange(len(logits), device=logits.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def region_logits(side: Side, scale: Tensor, *, mask_duplicates: bool) -> Tensor:
    """scale * cosine, with candidates that read like the positive left out. (R, N)"""
    logits: Tensor = scale * side.ours.float() @ side.candidates.float().T
    if not mask_duplicates:
        return logits
    same = side.phrase[:, None] == side.candidate_phrase[None, :]
    own = torch.eye(*logits.shape, dtype=torch.bool, device=logits.device)
    return logits.masked_fill(same & ~own, float("-inf"))


def region_loss(one: Tensor, other: Tensor) -> Tensor:
    """Mean of both directions: region to phrase and phrase to region. Each (R, N)"""
    target = torch.arange(len(one), device=one.device)
    return (F.cross_entropy(one, target) + F.cross_entropy(other, target)) / 2
