"""Similarity distribution matching (SDM; Jiang and Ye, IRRA, 2023), in both directions of KL.

p_ij: softmax over j of cosine(i, j) / temperature; q_ij: 1 / n_i where j shows the same person as
i, of whom there are n_i, and 0 elsewhere. IRRA publishes KL(p||q) = sum p (log p - log(q + eps)).

Modalities that are missing are neither rows nor columns. Everything computes in fp32, whatever the
model's precision: in 16 bits an epsilon of 1e-8 is zero, and its logarithm infinite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from trainers.sdm_alignment.config_loss import Objective, TargetRows


@dataclass(frozen=True)
class Side:
    """The features of one modality: (B, D), and which rows are there: (B,)."""

    features: Tensor
    present: Tensor


@dataclass(frozen=True)
class Rule:
    """What the loss is computed by."""

    objective: Objective = "forward_kl"
    target_rows: TargetRows = "normalised"
    eps: float = 1e-8
    dtype: torch.dtype = torch.float32


@dataclass(frozen=True)
class Terms:
    """rows: the divergence of every row that has a positive (R,); target: its row of q (R, N)"""

    rows: Tensor
    target: Tensor


def sdm(one: Side, other: Side, identity: Tensor, temperature: float, rule: Rule) -> list[Terms]:
    """Both directions, one to other and other to one; no direction where nothing can be aligned.

    identity: (B,), equal where two records show the same person
    """
    found = []
    for ours, theirs in ((one, other), (other, one)):
        target = targets(identity, ours.present, theirs.present, rule.target_rows)
        rows = ours.present & (target.sum(dim=1) > 0)
        if not bool(rows.any()):
            continue
        scores = logits(ours.features[rows], theirs.features[theirs.present], temperature, rule)
        wanted = target[rows][:, theirs.present]
        found.append(Terms(divergences(scores, wanted, rule), wanted))
    return found


def targets(identity: Tensor, ours: Tensor, theirs: Tensor, how: TargetRows) -> Tensor:
    """q over all records, zero in the rows and columns that are missing. (B, B)"""
    same = (identity[:, None] == identity[None, :]) & ours[:, None] & theirs[None, :]
    positives = same.to(torch.float32)
    if how == "raw":
        return positives
    sums = positives.sum(dim=1, keepdim=how == "normalised")
    return positives / sums.clamp(min=1)  # (B, 1), or the (B,) of a forgotten keepdim


def logits(ours: Tensor, theirs: Tensor, temperature: float, rule: Rule) -> Tensor:
    """Cosines over the temperature. (R, D) and (N, D) to (R, N)"""
    cosine = unit(ours) @ unit(theirs).T
    return (cosine / temperature).to(rule.dtype)


def unit(vectors: Tensor) -> Tensor:
    """Rows of length 1; a zero row stays zero."""
    return F.normalize(vectors.float(), dim=-1, eps=1e-12)


def divergences(scores: Tensor, target: Tensor, rule: Rule) -> Tensor:
    """One number a row. (R, N) and (R, N) to (R,)"""
    target = target.to(rule.dtype)
    log_p = F.log_softmax(scores, dim=1)
    if rule.objective == "forward_kl":
        terms = torch.xlogy(target, target) - target * log_p
    else:
        terms = log_p.exp() * (log_p - torch.log(target + rule.eps))
    return terms.sum(dim=1).float()


def mean_of(directions: list[Terms]) -> Tensor:
    """The mean of the two directions, each the mean of its rows."""
    return torch.stack([terms.rows.mean() for terms in directions]).mean()


def lowest(columns: int, positives: int, eps: float) -> float:
    """What KL(p||q + eps) cannot fall below while the rows of q sum to one."""
    return -math.log1p((columns - positives) * eps)


def norm_penalty(features: Tensor, target: float, band: float) -> Tensor:
    """Squared distance of the norms from a band, in units of sqrt(D). (R, D) to a number"""
    norms = relative_norms(features)
    return (norms - target).abs().sub(band).clamp(min=0).square().mean()


def relative_norms(features: Tensor) -> Tensor:
    """Norms over sqrt(D): 1 for what batch normalisation gives. (R, D) to (R,)"""
    norms: Tensor = torch.linalg.vector_norm(features.float(), dim=-1)
    return norms / math.sqrt(features.shape[-1])
