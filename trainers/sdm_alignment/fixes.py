"""What mends the faults that the report tells of, and which rule sees each. Imports no torch."""

from __future__ import annotations

from trainers.config import Fix

FIXES = (
    Fix(
        "missing",
        "Mask missing modalities",
        "Null vectors stand for what was never there, and are aligned as real: rows of the loss"
        " that nobody can match, and a floor under it.",
        {"mask_missing": True},
        "missing_modality",
    ),
    Fix(
        "targets",
        "Normalise the rows of the target",
        "Rows of the target do not sum to one, because they were never divided or along the wrong"
        " axis: the loss can fall below zero.",
        {"target_rows": "normalised"},
        "target_rows",
    ),
    Fix(
        "objective",
        "Forward KL",
        "The report blames the direction of KL for its negative loss. With rows that sum to one"
        " neither direction falls below zero; the change makes the old numbers incomparable.",
        {"objective": "forward_kl"},
        "loss_below_bound",
    ),
    Fix(
        "temperature",
        "A higher temperature",
        "The temperature falls back again and again. A higher one flattens the loss; why terms were"
        " negative or not finite is another question.",
        {"temperature_start": 0.2, "temperature_end": 0.18},
        "temperature_fallbacks",
    ),
    Fix(
        "norm",
        "A target norm in units of the width's root",
        "Norms are pulled to a number that ignores the width, away from what batch normalisation"
        " gives: the penalty never ends.",
        {"norm_target": 1.0, "norm_band": 0.25, "norm_penalty": 0.01},
        "norm_drift",
    ),
    Fix(
        "precision",
        "The SDM loss in 32 bits",
        "Under 16 bits an epsilon of 1e-8 is zero and its logarithm infinite: the loss is not"
        " finite from the first step.",
        {"loss_precision": "fp32"},
        "non_finite_loss",
    ),
    Fix(
        "anchors",
        "More records in a batch",
        "Too few RGB pictures in a batch: modalities find nobody to be aligned with.",
        {"batch_size": 32, "records_per_person": 2},
        "missing_modality",
    ),
    Fix(
        "spikes",
        "A spike counter with a floor relative to the loss",
        "Spikes are counted that are none, on a steady loss; or none is seen where the loss is"
        " small.",
        {"spike_rule": "relative"},
        "loss_spike",
    ),
)
