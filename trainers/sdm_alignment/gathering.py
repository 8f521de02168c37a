"""The batches of all processes as one, from the backbones' features on.

Necks, SDM loss and identity head see the records of every process, in the order of the ranks, and
each process computes all of it: beside the backbones it costs little, and the gradients are those
of one process with the whole batch, whatever is missing where. Features travel in one tensor, so
that every process takes part in sending gradients back, also one whose records lack a modality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from trainers import distributed
from trainers.data.people import MODALITIES
from trainers.sdm_alignment.data import Batch


@dataclass(frozen=True)
class Seen:
    """What the backbones made of the records: identity, present: (B,); features: (n, W) of those
    that are present"""

    identity: Tensor
    present: Mapping[str, Tensor]
    features: Mapping[str, Tensor]


def of_all(batch: Batch, features: Mapping[str, Tensor]) -> Seen:
    """The records of every process; those of the batch where there is one process."""
    if distributed.world() == 1:
        return Seen(batch.identity, batch.present, features)
    present = torch.stack([batch.present[modality] for modality in MODALITIES], dim=1)
    everywhere = distributed.gathered_rows(present.byte()).bool()  # gloo sends no bool
    rows = distributed.gathered(_spread(present, features))
    return Seen(
        distributed.gathered_rows(batch.identity),
        {modality: everywhere[:, at] for at, modality in enumerate(MODALITIES)},
        {modality: rows[everywhere[:, at], at] for at, modality in enumerate(MODALITIES)},
    )


def _spread(present: Tensor, features: Mapping[str, Tensor]) -> Tensor:
    """Zero where a modality is missing, in 32 bits. (B, modalities, W)"""
    width = next(iter(features.values())).shape[1]
    rows = torch.zeros(*present.shape, width, device=present.device)
    for at, modality in enumerate(MODALITIES):
        rows[present[:, at], at] = features[modality].float()
    return rows
