"""What an SDM alignment can be told. Imports no torch.

The parts are listed last to first in the class at the end: pydantic takes the fields of the last
base first, and the launch form shows the groups in that order.
"""

from __future__ import annotations

from trainers.config import Config, other_default, setting
from trainers.loop_config import OPTIMISATION, LoopConfig
from trainers.sdm_alignment.config_data import DataConfig, ModelConfig
from trainers.sdm_alignment.config_loss import LossConfig, NormConfig, TemperatureConfig


class BatchConfig(Config):
    records_per_person: int = setting(
        2,
        group=OPTIMISATION,
        title="Records of a person in a batch",
        help="So many of each person are drawn: the batch holds batch size / this many people.",
        unit="records",
        ge=1,
        le=64,
    )
    new_module_speed: float = setting(
        2.0,
        group=OPTIMISATION,
        title="Learning rate of new modules",
        help=(
            "As a multiple of the backbone's: modality stems, null vectors, projection, neck and"
            " identity head. 5 is usual on a pretrained backbone."
        ),
        gt=0,
        le=1000,
    )


class SdmLoopConfig(LoopConfig):
    """The loop's settings, with defaults for this training."""

    steps: int = other_default(LoopConfig, "steps", 150)
    batch_size: int = setting(
        32,
        group=OPTIMISATION,
        title="Batch size",
        help="Records in one forward pass, each with all its modalities.",
        unit="records",
        ge=2,
        le=4096,
    )
    accumulation: int = other_default(LoopConfig, "accumulation", 1)
    learning_rate: float = setting(
        1e-3,
        group=OPTIMISATION,
        title="Learning rate",
        help="The highest learning rate of the backbone under AdamW, reached after the warm-up.",
        gt=0,
        le=1,
    )
    warmup_steps: int = other_default(LoopConfig, "warmup_steps", 15)
    max_grad_norm: float = other_default(LoopConfig, "max_grad_norm", 5.0)
    evaluate_every: int = other_default(LoopConfig, "evaluate_every", 50)


class SdmAlignmentConfig(
    SdmLoopConfig, BatchConfig, NormConfig, TemperatureConfig, LossConfig, ModelConfig, DataConfig
):
    """All of it. The defaults are those of the preset `after`."""
