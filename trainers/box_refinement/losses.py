"""L1 and GIoU (Rezatofighi et al., 2019) between paired boxes, both (n, 4) as x1, y1, x2, y2.

Both boxes must be in one unit and one frame: a loss cannot tell. Unequal shapes are refused, since
torch would broadcast (n, 4) against (n, 1, 4) into n x n pairs, and cutting off to the shorter one
pairs every later prediction with a stranger.
"""

from __future__ import annotations

import torch
from torch import Tensor


def l1_loss(boxes: Tensor, targets: Tensor) -> Tensor:
    """Mean absolute difference of a coordinate, in the boxes' unit."""
    require_pairs(boxes, targets)
    return (boxes.float() - targets.float()).abs().mean()


def giou_loss(boxes: Tensor, targets: Tensor) -> Tensor:
    """Mean of 1 - GIoU: 0 for equal boxes, up to 2 for ones far apart. Has no unit."""
    return (1 - giou(boxes, targets)).mean()


def iou_loss(boxes: Tensor, targets: Tensor) -> Tensor:
    """Mean of 1 - IoU: 1, without a gradient, for boxes that do not meet. For comparison."""
    return (1 - iou(boxes, targets)).mean()


def iou(boxes: Tensor, targets: Tensor) -> Tensor:
    """Shared area as a share of the union. (n,)"""
    shared, union, _ = _areas(boxes, targets)
    return _share(shared, union)


def giou(boxes: Tensor, targets: Tensor) -> Tensor:
    """IoU less the share of the smallest common box that neither covers: -1 to 1. (n,)"""
    shared, union, around = _areas(boxes, targets)
    return _share(shared, union) - _share(around - union, around)


def _areas(boxes: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of intersection, union and smallest common box. (n,) each"""
    require_pairs(boxes, targets)
    boxes, targets = boxes.float(), targets.float()
    shared = _area(
        torch.maximum(boxes[:, :2], targets[:, :2]), torch.minimum(boxes[:, 2:], targets[:, 2:])
    )
    union = _area(boxes[:, :2], boxes[:, 2:]) + _area(targets[:, :2], targets[:, 2:]) - shared
    around = _area(
        torch.minimum(boxes[:, :2], targets[:, :2]), torch.maximum(boxes[:, 2:], targets[:, 2:])
    )
    return shared, union, around


def _area(low: Tensor, high: Tensor) -> Tensor:
    return (high - low).clamp(min=0).prod(dim=1)


def _share(part: Tensor, whole: Tensor) -> Tensor:
    """0 where there is no area at all; NaN stays NaN."""
    return part / torch.where(whole == 0, 1, whole)


def require_pairs(boxes: Tensor, targets: Tensor) -> None:
    """ValueError: not as many predictions as targets, or not rows of four numbers."""
    if boxes.shape != targets.shape or boxes.ndim != 2 or boxes.shape[-1] != 4:
        raise ValueError(
            f"{tuple(boxes.shape)} predictions cannot be paired with {tuple(targets.shape)} true"
            " boxes: both must be (n, 4), row by row"
        )
