"""Boxes (…, 4) as x1, y1, x2, y2, and how a head says where a better one is.

The parametrisation is that of Cascade R-CNN (Cai & Vasconcelos, 2018): shifts in shares of the
box's own size and logarithms of the change of size, so that one number means the same for small and
large boxes, in pixels and in shares of the image.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

SPREAD = (0.1, 0.1, 0.2, 0.2)  # typical corrections: the head's outputs are about 1
MOST_GROWTH = math.log(1000 / 16)  # of one refinement, as is the custom; exp() of more overflows


def decode(boxes: Tensor, deltas: Tensor) -> Tensor:
    """The boxes, moved by (dx, dy, dw, dh)."""
    _same_shape(boxes, deltas)
    centre, size = _centre_and_size(boxes)
    shift, growth = (deltas * deltas.new_tensor(SPREAD)).split(2, dim=-1)
    centre = centre + shift * size
    size = size * growth.clamp(max=MOST_GROWTH).exp()
    return torch.cat([centre - size / 2, centre + size / 2], dim=-1)


def encode(boxes: Tensor, targets: Tensor) -> Tensor:
    """The deltas that move the boxes onto the targets. Both need an area."""
    _same_shape(boxes, targets)
    centre, size = _centre_and_size(boxes)
    target_centre, target_size = _centre_and_size(targets)
    deltas = torch.cat([(target_centre - centre) / size, (target_size / size).log()], dim=-1)
    return deltas / deltas.new_tensor(SPREAD)


def enlarged(boxes: Tensor, factor: float) -> Tensor:
    centre, size = _centre_and_size(boxes)
    return torch.cat([centre - size * factor / 2, centre + size * factor / 2], dim=-1)


def _centre_and_size(boxes: Tensor) -> tuple[Tensor, Tensor]:
    low, high = boxes.split(2, dim=-1)
    return (low + high) / 2, high - low


def _same_shape(one: Tensor, other: Tensor) -> None:
    if one.shape != other.shape:
        raise ValueError(f"boxes of shape {tuple(one.shape)} against {tuple(other.shape)}")
