"""The units a box can be in: what the loss compares, as declared or as the fault has it.

A head's own boxes are in shares of the encoder's square frame. The frame shows the image scaled to
its longest side, so a share of the frame is a share of that side.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from trainers.box_refinement.config import BoxUnit


@dataclass(frozen=True)
class Frame:
    """side: of the encoder's frame in pixels; original: true boxes stay in original pixels."""

    unit: BoxUnit
    side: int
    original: bool = False

    @property
    def size(self) -> float:
        """Of the frame, in the declared unit."""
        return float(self.side) if self.unit == "pixels" else 1.0

    def predictions(self, boxes: Tensor) -> Tensor:
        """boxes: (K, 4) in shares of the frame"""
        return boxes * self.size

    def targets(self, boxes: Tensor, longest: Tensor) -> Tensor:
        """boxes: (K, 4) in shares of the frame; longest: (K,) sides of the original images"""
        return boxes * longest[:, None] if self.original else boxes * self.size
