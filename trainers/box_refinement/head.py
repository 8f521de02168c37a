"""The head: what RoI align sees under a box, to four numbers that say where a better one is."""

from __future__ import annotations

from torch import Tensor, nn

from trainers.box_refinement.boxes import decode, enlarged
from trainers.loop.precision import full_precision
from trainers.roi_align import roi_align

BINS = 7


class BoxHead(nn.Module):
    """Its last layer starts at zero: an untrained head leaves every box where it is."""

    def __init__(self, channels: int, width: int, enlarge: float) -> None:
        super().__init__()
        self.enlarge = enlarge
        self.hidden = nn.Sequential(
            nn.Linear(channels * BINS * BINS, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
        )
        self.last = nn.Linear(width, 4)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, features: Tensor, boxes: Tensor, image_of: Tensor) -> Tensor:
        """Deltas (K, 4). features: (B, C, h, w); boxes: (K, 4) in shares of the frame"""
        cells = boxes.new_tensor([features.shape[-1], features.shape[-2]] * 2)
        with full_precision(boxes.device):
            seen = roi_align(features, enlarged(boxes, self.enlarge) * cells, image_of, bins=BINS)
        deltas: Tensor = self.last(self.hidden(seen.flatten(1).to(self.last.weight.dtype)))
        return deltas


def refine(
    head: BoxHead, features: Tensor, proposals: Tensor, image_of: Tensor, rounds: int
) -> list[Tensor]:
    """The boxes (K, 4) after each round, the last one included; in 32 bits.

    A round starts from where the last one left the box, and does not train the last one.
    """
    found: list[Tensor] = []
    boxes = proposals
    for _ in range(rounds):
        deltas = head(features, boxes, image_of)
        with full_precision(boxes.device):
            found.append(decode(boxes, deltas.float()))
        boxes = found[-1].detach()
    return found
