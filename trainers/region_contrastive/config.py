"""What a region contrastive training can be told. Imports no torch.

The parts are listed last to first in the class at the end: pydantic takes the fields of the last
base first, and the launch form shows the groups in that order.
"""

from __future__ import annotations

from typing import Literal

from trainers.config import Config, setting
from trainers.loop_config import LoopConfig

HIGHEST = 4.605170185988092  # ln 100, beyond which CLIP does not let the logit scale go

DATA, MODEL, LOSS, BANK = "Data", "Model", "Region loss", "Memory bank"


class DataConfig(Config):
    domain: Literal["clutter", "dark"] = setting(
        "clutter",
        group=DATA,
        title="Scenes",
        help="Digits before coloured noise and scraps of other digits, or before darkness.",
    )
    train_scenes: int = setting(
        4096,
        group=DATA,
        title="Training scenes",
        help="Size of the training set; every epoch has an order of its own.",
        unit="images",
        ge=8,
        le=10_000_000,
    )
    invalid_share: float = setting(
        0.25,
        group=DATA,
        title="Share of invalid boxes",
        help="How many boxes are broken: outside the image, no area, corners swapped, in pixels.",
        ge=0,
        le=1,
    )
    filter_boxes: bool = setting(
        default=True,
        group=DATA,
        title="Leave out invalid boxes",
        help="RoI align sees nothing under an invalid box: its zero vector would enter the loss.",
    )
    data_seed: int = setting(
        0,
        group=DATA,
        title="Seed of the data set",
        help="Which scenes the set holds. The run's own seed only shuffles them.",
        ge=0,
        le=2**31,
    )
    evaluation_scenes: int = setting(
        256,
        group=DATA,
        title="Held-out scenes",
        help="Scenes of unseen handwriting that the evaluation looks at: always the same ones.",
        unit="images",
        ge=8,
        le=100_000,
    )


class ModelConfig(Config):
    clip_model: str = setting(
        "",
        group=MODEL,
        title="Local CLIP model",
        help="Directory of a pretrained CLIP as transformers saves it. Empty: a small one.",
    )
    checkpoint: str = setting(
        "embedded",
        group=MODEL,
        title="Start from",
        help=(
            "embedded: the checkpoint that comes with Fixpoint, trained on dark scenes. A path:"
            " that file. Empty: random weights. A local CLIP model brings its own instead."
        ),
    )
    least_coverage: float = setting(
        0.95,
        group=MODEL,
        title="Least weight coverage",
        help="Share of the weights that the checkpoint must hold, or the run ends at once.",
        ge=0,
        le=1,
    )


class LossConfig(Config):
    logit_scale_source: Literal["checkpoint", "value"] = setting(
        "checkpoint",
        group=LOSS,
        title="Logit scale from",
        help="Where the region loss takes its scale from: the checkpoint, or the value below.",
    )
    logit_scale_value: float = setting(
        2.6592,
        group=LOSS,
        title="Logit scale",
        help="Logarithm of the inverse temperature: 2.6592 is times 14.3, 4.6052 times 100.",
        ge=-5,
        le=HIGHEST + 1e-4,
    )
    logit_scale_speed: float = setting(
        1.0,
        group=LOSS,
        title="Logit scale's learning rate",
        help="As a multiple of the learning rate of all other weights. 0 holds the scales still.",
        ge=0,
        le=100,
    )
    regions_per_batch: int = setting(
        5,
        group=LOSS,
        title="Regions per forward",
        help="Boxes of one forward pass that enter the region loss.",
        unit="regions",
        ge=2,
        le=4096,
    )
    mask_duplicates: bool = setting(
        default=True,
        group=LOSS,
        title="Mask duplicate captions",
        help="A candidate that reads like the right answer does not count as a wrong one.",
    )
    region_weight: float = setting(
        1.0,
        group=LOSS,
        title="Weight of the region loss",
        help="In the sum that is minimised.",
        ge=0,
        le=100,
    )
    global_weight: float = setting(
        0.5,
        group=LOSS,
        title="Weight of the global loss",
        help="Whole images against whole captions, in the sum that is minimised.",
        ge=0,
        le=100,
    )
    norm_eps: float = setting(
        1e-12,
        group=LOSS,
        title="Smallest norm",
        help="Embeddings are divided by at least this. 0: a zero vector becomes NaN.",
        ge=0,
        le=1,
    )


class BankConfig(Config):
    bank_size: int = setting(
        128,
        group=BANK,
        title="Size",
        help="Regions of earlier batches that serve as more negatives. 0: no bank.",
        unit="regions",
        ge=0,
        le=1_000_000,
    )
    bank_warmup: int = setting(
        6,
        group=BANK,
        title="Warm-up",
        help="The bank waits for so long before it fills, in the unit below.",
        ge=0,
        le=10_000_000,
    )
    bank_warmup_unit: Literal["steps", "forwards"] = setting(
        "steps",
        group=BANK,
        title="Unit of the warm-up",
        help="Optimizer steps, or forward passes, of which each optimizer step has several.",
    )


class RegionContrastiveConfig(LoopConfig, BankConfig, LossConfig, ModelConfig, DataConfig):
    """All of it. The defaults are those of the preset `after`."""
