"""What the box loss is doing, over the forward passes of one optimizer step."""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor

from trainers import distributed
from trainers.box_refinement.losses import giou, iou

PAIRS = ("data/pairs_a", "data/pairs_b")


class Telemetry:
    """Sums over boxes; reading them starts the next step's."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = defaultdict(float)

    @torch.no_grad()
    def look(self, boxes: Tensor, targets: Tensor, size: float) -> None:
        """After the last refinement, as the loss sees it. size: of the frame, in the same unit"""
        gap = (boxes.float() - targets.float()).abs().mean(dim=1)
        told = {
            "box/l1": gap,
            "box/l1_over_size": gap / size,
            "box/iou": iou(boxes, targets),
            "box/giou_loss": 1 - giou(boxes, targets),
        }
        for name, value in zip(
            told, torch.stack([*told.values()]).sum(dim=1).tolist(), strict=True
        ):
            self._sums[name] += value
        self._sums[PAIRS[0]] += len(boxes)
        self._sums[PAIRS[1]] += len(targets)

    def take(self) -> dict[str, float]:
        """Of all processes, which must call this together."""
        sums = distributed.summed(self._sums)
        self._sums = defaultdict(float)
        count = max(1.0, sums.get(PAIRS[1], 0.0))
        return {name: sums[name] if name in PAIRS else sums[name] / count for name in sums}


def own_weight(boxes: int) -> float:
    """What a process multiplies its mean by, so that the mean over processes is that over boxes.

    Processes have as many images, not as many boxes. All of them must call this together.
    """
    if distributed.world() == 1:
        return 1.0
    total = distributed.summed({"boxes": float(boxes)})["boxes"]
    return boxes * distributed.world() / total
