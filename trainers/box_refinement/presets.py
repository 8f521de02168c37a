"""The named configurations, and the trainer's entry in the catalogue. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainers.box_refinement.config import BoxRefinementConfig
from trainers.box_refinement.fixes import FIXES
from trainers.box_refinement.metrics import METRICS
from trainers.config import Preset, Trainer

Values = Mapping[str, Any]

MISMATCHED_UNITS: Values = {"targets_in": "original_pixels"}
DEVICE_IN_KEY: Values = {"cache_key": "content_and_device"}
CLIPPED_SCALED: Values = {"unscale_before_clip": False}

PRESETS = {
    "after": Preset(
        "After the fixes",
        "Boxes compared in one unit, features found in the cache by their content, gradients"
        " unscaled before they are clipped.",
    ),
    "before": Preset(
        "Before the fixes",
        "All reported faults at once: true boxes in original pixels against predictions in shares"
        " of the frame, a cache that never hits, clipping of scaled gradients.",
        {**MISMATCHED_UNITS, **DEVICE_IN_KEY, **CLIPPED_SCALED},
    ),
    "fault_units": Preset(
        "One fault: mismatched units",
        "Everything fixed, but the true boxes are in pixels of the original image.",
        MISMATCHED_UNITS,
    ),
    "fault_cache": Preset(
        "One fault: cache that never hits",
        "Everything fixed, but the device's name is part of the cache key, spelled in two ways.",
        DEVICE_IN_KEY,
    ),
    "fault_clip": Preset(
        "One fault: clipping scaled gradients",
        "Everything fixed, but gradients are clipped while they are multiplied by the loss scale.",
        CLIPPED_SCALED,
    ),
    "low_learning_rate": Preset(
        "A learning rate too low",
        "Everything fixed, at a learning rate ten thousand times lower: the weights hardly move.",
        {"learning_rate": 1e-7},
    ),
    "pixels": Preset(
        "Pixels on both sides",
        "Everything fixed, in pixels of the encoder's frame: a loss ten times as large, which says"
        " nothing about the boxes.",
        {"box_unit": "pixels"},
    ),
    "quick": Preset(
        "Quick",
        "A few steps on few scenes: does it run?",
        {
            "steps": 8,
            "batch_size": 4,
            "warmup_steps": 2,
            "train_images": 16,
            "evaluation_images": 8,
            "evaluate_every": 4,
            "checkpoint_every": 4,
        },
    ),
    "full": Preset(
        "Full",
        "The fixed training for ten times as long, on more scenes.",
        {"steps": 1500, "train_images": 2400, "warmup_steps": 50, "evaluate_every": 200},
    ),
    "fast": Preset(
        "Fast",
        "A first look at a third of the steps: one image in four, refined once, at the same"
        " learning rate.",
        {"fast": True, "steps": 50, "evaluate_every": 25},
    ),
}

BOX_REFINEMENT = Trainer(
    name="box_refinement",
    title="Box refinement (HQ-SAM)",
    summary="Learns to move rough boxes onto their objects, on features of a frozen encoder.",
    config=BoxRefinementConfig,
    entry="trainers.box_refinement.train:train",
    presets=PRESETS,
    metrics=METRICS,
    fixes=FIXES,
    primary="eval/iou",
)
