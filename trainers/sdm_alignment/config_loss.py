"""The losses: what is aligned, at which temperature, with norms of which size. Imports no torch."""

from __future__ import annotations

from typing import Literal

from trainers.config import Config, setting

Objective = Literal["forward_kl", "reverse_kl"]
TargetRows = Literal["normalised", "columns", "raw"]

SpikeRule = Literal["relative", "absolute", "none"]

LOSS, TEMPERATURE, NORMS = "SDM loss", "Temperature", "Feature norms"


class LossConfig(Config):
    objective: Objective = setting(
        "forward_kl",
        group=LOSS,
        title="Objective",
        help=(
            "forward_kl: KL(q||p), from the truth q to the similarities p. reverse_kl: KL(p||q),"
            " as IRRA publishes SDM. Both are right; their values cannot be compared."
        ),
    )
    target_rows: TargetRows = setting(
        "normalised",
        group=LOSS,
        title="Target rows",
        help=(
            "normalised: every row of q sums to one. columns: divided along the wrong axis, as by"
            " a forgotten keepdim. raw: not divided. The last two can make the loss negative."
        ),
    )
    mask_missing: bool = setting(
        default=True,
        group=LOSS,
        title="Mask missing modalities",
        help="Align what is there. Otherwise a learnt null vector stands in and counts as real.",
    )
    eps: float = setting(
        1e-8,
        group=LOSS,
        title="Epsilon",
        help="What reverse_kl adds to q before its logarithm. In 16 bits 1e-8 is zero.",
        gt=0,
        le=0.1,
    )
    loss_precision: Literal["fp32", "fp16"] = setting(
        "fp32",
        group=LOSS,
        title="Precision of the loss",
        help="The SDM loss leaves autocast for 32 bits; fp16 is how it breaks.",
    )
    sdm_weight: float = setting(
        1.0,
        group=LOSS,
        title="Weight of the SDM loss",
        help="In the sum that is minimised.",
        ge=0,
        le=100,
    )
    identity_weight: float = setting(
        0.5,
        group=LOSS,
        title="Weight of the identity loss",
        help="Naming the person among those of the training set, in the sum that is minimised.",
        ge=0,
        le=100,
    )
    spike_rule: SpikeRule = setting(
        "relative",
        group=LOSS,
        title="Floor of the spike counter",
        help=(
            "What lies under the spread that a spike must exceed. relative: a share of the loss."
            " absolute: 0.05, blind where the loss is small. none: the report's first counter,"
            " which takes the slightest move of a steady loss for a spike."
        ),
        added="0.2",
    )


class TemperatureConfig(Config):
    temperature_start: float = setting(
        0.2,
        group=TEMPERATURE,
        title="First temperature",
        help="Similarities are divided by it before the softmax.",
        gt=0,
        le=10,
    )
    temperature_end: float = setting(
        0.18,
        group=TEMPERATURE,
        title="Last temperature",
        help="Reached in a straight line at the last step.",
        gt=0,
        le=10,
    )
    temperature_fallback: float = setting(
        0.25,
        group=TEMPERATURE,
        title="Fallback temperature",
        help="Taken for a while after a term of the SDM loss was negative or not finite.",
        gt=0,
        le=10,
    )
    fallback_steps: int = setting(
        10,
        group=TEMPERATURE,
        title="Length of a fallback",
        help="Optimizer steps for which the fallback temperature holds. 0: never fall back.",
        unit="steps",
        ge=0,
        le=100_000,
    )


class NormConfig(Config):
    norm_target: float = setting(
        1.0,
        group=NORMS,
        title="Target norm",
        help="In units of the square root of the width: what batch normalisation gives is 1.",
        gt=0,
        le=10,
    )
    norm_band: float = setting(
        0.25,
        group=NORMS,
        title="Band around the target",
        help="In the same unit: a norm within it costs nothing.",
        ge=0,
        le=10,
    )
    norm_penalty: float = setting(
        0.01,
        group=NORMS,
        title="Penalty",
        help="Weight of the squared distance from the band. 0: norms are free.",
        ge=0,
        le=100,
    )
