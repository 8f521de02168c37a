"""What an SDM alignment can be told. Imports no torch.

The parts are listed last to first in the class at the end: pydantic takes the fields of the last
base first, and the launch form shows the groups in that order.
"""

from __future__ import annotations

from typing import Literal

from trainers.config import Config, setting
from trainers.loop_config import OPTIMISATION, LoopConfig

Objective = Literal["forward_kl", "reverse_kl"]
TargetRows = Literal["normalised", "columns", "raw"]

DATA, MODEL, LOSS, TEMPERATURE, NORMS = "Data", "Model", "SDM loss", "Temperature", "Feature norms"


class DataConfig(Config):
    manifest: str = setting(
        "",
        group=DATA,
        title="Manifest",
        help=(
            "JSON or CSV list of records as ORBench has it, to train on. Empty: the digit"
            " pedestrians that come with Fixpoint."
        ),
    )
    test_manifest: str = setting(
        "",
        group=DATA,
        title="Manifest of the held-out people",
        help="People who are not in the training manifest. Needed where that one is given.",
    )
    data_root: str = setting(
        "",
        group=DATA,
        title="Directory of the pictures",
        help="What a manifest's paths are relative to. Empty: the manifest's own directory.",
    )
    skip_bad_records: bool = setting(
        default=False,
        group=DATA,
        title="Skip bad records",
        help="Leave out a manifest's bad records and report how many, instead of ending the run.",
    )
    identities: int = setting(
        400,
        group=DATA,
        title="Digit pedestrians",
        help="How many people the embedded training set holds.",
        unit="people",
        ge=4,
        le=100_000,
    )
    views: int = setting(
        3,
        group=DATA,
        title="Records per pedestrian",
        help="How often each of them is recorded: each time drawn anew in every modality.",
        unit="records",
        ge=1,
        le=100,
    )
    missing_share: float = setting(
        0.3,
        group=DATA,
        title="Share of missing modalities",
        help="How often a pedestrian's record lacks a modality; RGB is missing a third as often.",
        ge=0,
        le=0.95,
    )
    data_seed: int = setting(
        0,
        group=DATA,
        title="Seed of the data set",
        help="Which people the set holds. The run's own seed only shuffles them.",
        ge=0,
        le=2**31,
    )
    evaluation_identities: int = setting(
        60,
        group=DATA,
        title="Held-out pedestrians",
        help="Unseen people that the evaluation looks for: always the same ones.",
        unit="people",
        ge=4,
        le=10_000,
    )


class ModelConfig(Config):
    clip_model: str = setting(
        "",
        group=MODEL,
        title="Local CLIP model",
        help="Directory of a pretrained CLIP as transformers saves it. Empty: a small network.",
    )
    checkpoint: str = setting(
        "",
        group=MODEL,
        title="Start from",
        help="A safetensors file of the small network's weights. Empty: random weights.",
    )
    least_coverage: float = setting(
        0.6,
        group=MODEL,
        title="Least weight coverage",
        help=(
            "Share of the weights that the checkpoint or the CLIP must hold, or the run ends at"
            " once. Those of the identity head never come with one."
        ),
        ge=0,
        le=1,
    )
    width: int = setting(
        128,
        group=MODEL,
        title="Width of the embedding",
        help="Numbers that every modality is embedded in.",
        ge=8,
        le=4096,
    )


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

    steps: int = setting(
        150,
        group=OPTIMISATION,
        title="Optimizer steps",
        help="How many times the weights are updated: each time from accumulation x batch size.",
        unit="steps",
        ge=1,
        le=10_000_000,
    )
    batch_size: int = setting(
        32,
        group=OPTIMISATION,
        title="Batch size",
        help="Records in one forward pass, each with all its modalities.",
        unit="records",
        ge=2,
        le=4096,
    )
    accumulation: int = setting(
        1,
        group=OPTIMISATION,
        title="Gradient accumulation",
        help="Forward passes whose gradients are added up before one optimizer step.",
        unit="forwards",
        ge=1,
        le=1024,
    )
    learning_rate: float = setting(
        1e-3,
        group=OPTIMISATION,
        title="Learning rate",
        help="The highest learning rate of the backbone under AdamW, reached after the warm-up.",
        gt=0,
        le=1,
    )
    warmup_steps: int = setting(
        15,
        group=OPTIMISATION,
        title="Learning rate warm-up",
        help="Optimizer steps over which the learning rate rises from zero in a straight line.",
        unit="steps",
        ge=0,
    )
    max_grad_norm: float = setting(
        5.0,
        group=OPTIMISATION,
        title="Gradient clipping",
        help="Gradients of a larger norm are shortened to it. 0: never.",
        ge=0,
    )
    evaluate_every: int = setting(
        50,
        group="Run",
        title="Evaluate every",
        help="Optimizer steps between two looks at the held-out set. 0: only before and after.",
        unit="steps",
        ge=0,
    )


class SdmAlignmentConfig(
    SdmLoopConfig, BatchConfig, NormConfig, TemperatureConfig, LossConfig, ModelConfig, DataConfig
):
    """All of it. The defaults are those of the preset `after`."""
