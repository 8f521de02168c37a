"""The losses of a region contrastive training. Imports no torch."""

from __future__ import annotations

from typing import Literal

from trainers.config import Config, setting

HIGHEST = 4.605170185988092  # ln 100, beyond which CLIP does not let the logit scale go
LOSS, HARD, BANK = "Region loss", "Hard negatives", "Memory bank"


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


class HardConfig(Config):
    hard_weight: float = setting(
        0.0,
        group=HARD,
        title="Weight of the hard-negative loss",
        help=(
            "Each region against its own phrase and phrases that differ from it in a word; in the"
            " sum that is minimised. 0: off. FG-CLIP takes 0.5."
        ),
        added="0.2",
        ge=0,
        le=100,
    )
    hard_negatives: int = setting(
        10,
        group=HARD,
        title="Hard negatives of a region",
        help="At most so many of those that the data give a phrase. FG-CLIP takes 10.",
        unit="phrases",
        added="0.2",
        ge=1,
        le=100,
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
