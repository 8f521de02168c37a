"""The named configurations, and the trainer's entry in the catalogue. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainers.config import Preset, Trainer
from trainers.sdm_alignment.config import SdmAlignmentConfig
from trainers.sdm_alignment.fixes import FIXES
from trainers.sdm_alignment.metrics import METRICS

Values = Mapping[str, Any]

REVERSE: Values = {"objective": "reverse_kl"}
RAW_TARGETS: Values = {"target_rows": "raw"}
UNMASKED: Values = {"mask_missing": False}
COLD: Values = {"temperature_start": 0.1, "temperature_end": 0.1}
ABSOLUTE_NORM: Values = {"norm_target": 0.4, "norm_band": 0.1, "norm_penalty": 0.002}
HALF: Values = {
    "objective": "reverse_kl",
    "loss_precision": "fp16",
    "eps": 1e-8,
    "temperature_start": 0.02,
    "temperature_end": 0.02,
}

PRESETS = {
    "after": Preset(
        "After the fixes",
        "Missing modalities masked, target rows that sum to one, the loss in 32 bits, forward KL,"
        " temperature 0.20 to 0.18, norms relative to the width.",
    ),
    "before": Preset(
        "Before the fixes",
        "All reported faults at once: null vectors aligned as real, target rows that do not sum to"
        " one, reverse KL at temperature 0.1, norms pulled to 0.4 of what the neck gives.",
        {**UNMASKED, **RAW_TARGETS, **REVERSE, **COLD, **ABSOLUTE_NORM},
    ),
    "reported_fix": Preset(
        "The reported first fix",
        "What the report changed first: forward KL, normalised targets, temperature, stronger pull"
        " on the norms. Missing modalities still count as real.",
        {**UNMASKED, "norm_target": 0.4, "norm_band": 0.1, "norm_penalty": 0.005},
    ),
    "fault_missing": Preset(
        "One fault: missing modalities in the loss",
        "Everything fixed, but null vectors stand in for what is missing.",
        UNMASKED,
    ),
    "fault_targets": Preset(
        "One fault: target rows not normalised",
        "Everything fixed, but rows of the target sum to the number of positives.",
        RAW_TARGETS,
    ),
    "fault_objective": Preset(
        "One change: reverse KL",
        "Everything fixed, with the direction that IRRA publishes. The report calls it wrong; it"
        " is not.",
        REVERSE,
    ),
    "fault_temperature": Preset(
        "One change: temperature 0.1",
        "Everything fixed, at the temperature before.",
        COLD,
    ),
    "fault_norm": Preset(
        "One fault: norms pulled from what the neck gives",
        "Everything fixed, but the target is 0.4 of the square root of the width.",
        ABSOLUTE_NORM,
    ),
    "negative_loss": Preset(
        "Negative loss",
        "The published direction with target rows that are not normalised: terms below zero.",
        {
            **REVERSE,
            **RAW_TARGETS,
            "records_per_person": 4,
            "views": 4,
            "identities": 64,
            "temperature_start": 0.05,
            "temperature_end": 0.05,
        },
    ),
    "negative_keepdim": Preset(
        "Negative loss: a forgotten keepdim",
        "The published direction, with target rows divided along the wrong axis: with modalities"
        " missing they do not sum to one.",
        {**REVERSE, "target_rows": "columns"},
    ),
    "before_nan": Preset(
        "Before: not finite",
        "Reverse KL in 16 bits with IRRA's epsilon and temperature: 1e-8 becomes zero, its"
        " logarithm infinite, from step 1.",
        {**HALF, "steps": 20},
    ),
    "false_spikes": Preset(
        "False spikes",
        "Everything fixed, but spikes are counted as the report first did: without a floor under"
        " the spread of the loss.",
        {"spike_rule": "none"},
    ),
    "quick": Preset(
        "Quick",
        "A few steps with few people: does it run?",
        {
            "steps": 8,
            "warmup_steps": 2,
            "batch_size": 16,
            "identities": 24,
            "views": 2,
            "evaluation_identities": 12,
            "evaluate_every": 4,
            "checkpoint_every": 4,
        },
    ),
    "full": Preset(
        "Full",
        "The fixed training for twenty times as long, with more people.",
        {
            "steps": 3000,
            "identities": 4000,
            "warmup_steps": 100,
            "evaluate_every": 250,
            "checkpoint_every": 100,
        },
    ),
}

SDM_ALIGNMENT = Trainer(
    name="sdm_alignment",
    title="Multimodal alignment (SDM)",
    summary="Aligns RGB, infrared, pencil, sketch and text, so that each finds the same person.",
    config=SdmAlignmentConfig,
    entry="trainers.sdm_alignment.train:train",
    presets=PRESETS,
    metrics=METRICS,
    fixes=FIXES,
    primary="eval/map",
)
