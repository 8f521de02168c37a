"""The named configurations, and the trainer's entry in the catalogue. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainers.config import Preset, Trainer
from trainers.region_contrastive.config import RegionContrastiveConfig
from trainers.region_contrastive.config_loss import HIGHEST
from trainers.region_contrastive.fixes import FIXES
from trainers.region_contrastive.metrics import METRICS

Values = Mapping[str, Any]

BF16_WEIGHTS: Values = {"precision": "bf16_weights"}
INITIAL_SCALE: Values = {"logit_scale_source": "value", "logit_scale_value": 2.6592}
LATE_BANK: Values = {"bank_warmup": 400, "bank_warmup_unit": "forwards"}
UNFILTERED: Values = {"filter_boxes": False}
DUPLICATES: Values = {"mask_duplicates": False}

PRESETS = {
    "after": Preset(
        "After the fixes",
        "32-bit weights, logit scale from the checkpoint, bank on after 6 optimizer steps, invalid"
        " boxes left out, duplicate captions masked.",
    ),
    "before": Preset(
        "Before the fixes",
        "All reported faults at once: 16-bit weights, logit scale 2.6592, bank due after 400"
        " forward passes, invalid boxes in the loss.",
        {**BF16_WEIGHTS, **INITIAL_SCALE, **LATE_BANK, **UNFILTERED, **DUPLICATES},
    ),
    "reported_fix": Preset(
        "The reported fix",
        "What the report changed: scale ln 100, bank after 50 forward passes, boxes filtered.",
        {
            "logit_scale_source": "value",
            "logit_scale_value": HIGHEST,
            "bank_warmup": 50,
            "bank_warmup_unit": "forwards",
            **DUPLICATES,
        },
    ),
    "fault_precision": Preset(
        "One fault: 16-bit weights", "Everything fixed but the precision.", BF16_WEIGHTS
    ),
    "fault_scale": Preset(
        "One fault: initial logit scale",
        "Everything fixed, but the scale starts at 2.6592 and not at the checkpoint's.",
        INITIAL_SCALE,
    ),
    "fault_bank": Preset(
        "One fault: late bank",
        "Everything fixed, but the bank waits for 400 forward passes, which are 50 steps.",
        LATE_BANK,
    ),
    "fault_boxes": Preset(
        "One fault: invalid boxes",
        "Everything fixed, but invalid boxes enter the loss.",
        UNFILTERED,
    ),
    "fault_duplicates": Preset(
        "One fault: duplicate captions",
        "Everything fixed, but equal captions count as wrong answers.",
        DUPLICATES,
    ),
    "no_bank": Preset(
        "No memory bank",
        "Everything fixed, without a bank: a far lower loss, and not the better model.",
        {"bank_size": 0},
    ),
    "hard_negatives": Preset(
        "With hard negatives",
        "Everything fixed, and each region also against ten phrases that differ from its own in one"
        " word.",
        {"hard_weight": 0.5},
    ),
    "before_nan": Preset(
        "Before: NaN",
        "Invalid boxes and a division by the norm without a floor: the loss is NaN from step 1.",
        {**UNFILTERED, "norm_eps": 0.0, "steps": 20},
    ),
    "quick": Preset(
        "Quick",
        "A few steps on few scenes: does it run?",
        {
            "steps": 8,
            "accumulation": 2,
            "warmup_steps": 2,
            "bank_warmup": 2,
            "bank_size": 32,
            "train_scenes": 64,
            "evaluation_scenes": 16,
            "evaluate_every": 4,
            "checkpoint_every": 4,
        },
    ),
    "full": Preset(
        "Full",
        "The fixed training for ten times as long, on more scenes.",
        {"steps": 1000, "train_scenes": 32768, "warmup_steps": 50, "evaluate_every": 50},
    ),
}

REGION_CONTRASTIVE = Trainer(
    name="region_contrastive",
    title="Region contrastive (FG-CLIP)",
    summary="Fine-tunes CLIP so that a region of an image finds the phrase that describes it.",
    config=RegionContrastiveConfig,
    entry="trainers.region_contrastive.train:train",
    presets=PRESETS,
    metrics=METRICS,
    primary="eval/region_recall_at_1",
    fixes=FIXES,
)
