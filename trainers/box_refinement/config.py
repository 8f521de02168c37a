"""What a box refinement can be told. Imports no torch.

The parts are listed last to first in the class at the end: pydantic takes the fields of the last
base first, and the launch form shows the groups in that order.
"""

from __future__ import annotations

from typing import Literal

from trainers.box_refinement.config_data import DataConfig
from trainers.box_refinement.config_model import CacheConfig, EncoderConfig, HeadConfig
from trainers.config import Config, other_default, setting
from trainers.loop_config import LoopConfig, Precision

LOSS = "Box loss"

BoxUnit = Literal["normalised", "pixels"]


class BoxLossConfig(Config):
    box_unit: BoxUnit = setting(
        "normalised",
        group=LOSS,
        title="Unit of the boxes",
        help="In which boxes enter the loss: shares of the encoder's frame, or its pixels.",
    )
    targets_in: Literal["same_unit", "original_pixels"] = setting(
        "same_unit",
        group=LOSS,
        title="True boxes in",
        help=(
            "The unit of the predictions, or pixels of the original image: a fault, by which the"
            " two are never comparable."
        ),
    )
    l1_weight: float = setting(
        1.0,
        group=LOSS,
        title="Weight of the L1 loss",
        help="In the sum that is minimised. Its size follows the unit of the boxes.",
        ge=0,
        le=1000,
    )
    giou_weight: float = setting(
        2.0,
        group=LOSS,
        title="Weight of the GIoU loss",
        help="In the sum that is minimised; it has no unit.",
        ge=0,
        le=1000,
    )


class BoxRefinementConfig(
    LoopConfig, CacheConfig, BoxLossConfig, HeadConfig, EncoderConfig, DataConfig
):
    """All of it. The defaults are those of the preset `after`."""

    steps: int = other_default(LoopConfig, "steps", 150)
    batch_size: int = other_default(LoopConfig, "batch_size", 8)
    accumulation: int = other_default(LoopConfig, "accumulation", 1)
    learning_rate: float = other_default(LoopConfig, "learning_rate", 1e-3)
    warmup_steps: int = other_default(LoopConfig, "warmup_steps", 10)
    precision: Precision = other_default(LoopConfig, "precision", "fp16")
    evaluate_every: int = other_default(LoopConfig, "evaluate_every", 30)
    checkpoint_every: int = other_default(LoopConfig, "checkpoint_every", 50)
