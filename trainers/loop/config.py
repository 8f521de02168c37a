"""The settings that every training through `trainers.loop` has."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from trainers.config import Config, setting
from trainers.targets import parse

Precision = Literal["fp32", "bf16", "fp16", "bf16_weights"]
Schedule = Literal["cosine", "constant"]

OPTIMISATION = "Optimisation"
RUN = "Run"

# Fields that do not change what is learnt: a checkpoint may be resumed with others.
BESIDE_LEARNING = (
    "device",
    "threads",
    "record_every",
    "checkpoint_every",
    "stop_patience",
    "stop_min_delta",
    "resume_from",
    "resume_other",
    "targets",
    "step_budget",
)


class LoopConfig(Config):
    steps: int = setting(
        100,
        group=OPTIMISATION,
        title="Optimizer steps",
        help="How many times the weights are updated: each time from accumulation x batch size.",
        unit="steps",
        ge=1,
        le=10_000_000,
    )
    batch_size: int = setting(
        4,
        group=OPTIMISATION,
        title="Batch size",
        help="Images in one forward pass.",
        unit="images",
        ge=1,
        le=4096,
    )
    accumulation: int = setting(
        8,
        group=OPTIMISATION,
        title="Gradient accumulation",
        help="Forward passes whose gradients are added up before one optimizer step.",
        unit="forwards",
        ge=1,
        le=1024,
    )
    learning_rate: float = setting(
        1e-4,
        group=OPTIMISATION,
        title="Learning rate",
        help="The highest learning rate of AdamW, reached when the warm-up is over.",
        gt=0,
        le=1,
    )
    warmup_steps: int = setting(
        5,
        group=OPTIMISATION,
        title="Learning rate warm-up",
        help="Optimizer steps over which the learning rate rises from zero in a straight line.",
        unit="steps",
        ge=0,
    )
    schedule: Schedule = setting(
        "cosine",
        group=OPTIMISATION,
        title="Schedule",
        help="After the warm-up the learning rate falls along a cosine to 2 % of itself, or stays.",
    )
    weight_decay: float = setting(
        1e-3,
        group=OPTIMISATION,
        title="Weight decay",
        help="AdamW's decay of weight matrices; biases, norms and logit scales are spared.",
        ge=0,
        le=1,
    )
    max_grad_norm: float = setting(
        1.0,
        group=OPTIMISATION,
        title="Gradient clipping",
        help="Gradients of a larger norm are shortened to it. 0: never.",
        ge=0,
    )
    unscale_before_clip: bool = setting(
        default=True,
        group=OPTIMISATION,
        title="Unscale before clipping",
        help=(
            "Under fp16 gradients are larger by the loss scale. Clipped while they are, they shrink"
            " to almost nothing; other precisions have no scale."
        ),
    )
    precision: Precision = setting(
        "fp32",
        group=OPTIMISATION,
        title="Precision",
        help=(
            "fp32: everything in 32 bits. bf16: autocast, with weights kept in 32 bits. fp16: the"
            " same with a loss scale, which keeps small gradients from vanishing."
            " bf16_weights: the weights themselves in 16 bits and no 32-bit copy; small updates are"
            " rounded away."
        ),
    )
    device: Literal["auto", "cpu", "cuda"] = setting(
        "auto",
        group=RUN,
        title="Device",
        help="auto takes the GPU where there is one.",
    )
    threads: int = setting(
        1,
        group=RUN,
        title="CPU threads",
        help=(
            "For training on the CPU. One is fastest for small models, by far where the cores are"
            " busy. 0 leaves it to torch, which follows OMP_NUM_THREADS."
        ),
        unit="threads",
        ge=0,
        le=1024,
    )
    record_every: int = setting(
        1,
        group=RUN,
        title="Record every",
        help="After how many optimizer steps a row of numbers is logged.",
        unit="steps",
        ge=1,
    )
    evaluate_every: int = setting(
        20,
        group=RUN,
        title="Evaluate every",
        help="Optimizer steps between two looks at the held-out set. 0: only before and after.",
        unit="steps",
        ge=0,
    )
    checkpoint_every: int = setting(
        25,
        group=RUN,
        title="Checkpoint every",
        help="Optimizer steps after which everything is saved, so that an interrupted run goes on.",
        unit="steps",
        ge=1,
    )
    processes: int = setting(
        1,
        group=RUN,
        title="Processes",
        help=(
            "Processes on one host that train together, one GPU each. Every forward pass then"
            " takes batch size x processes images."
        ),
        unit="processes",
        added="0.2",
        ge=1,
        le=64,
    )
    stop_patience: int = setting(
        0,
        group=RUN,
        title="Early stop, patience",
        help=(
            "Evaluations without a better primary metric after which the training ends."
            " 0: it goes on to the last step."
        ),
        unit="evaluations",
        added="0.2",
        ge=0,
    )
    stop_min_delta: float = setting(
        0.0,
        group=RUN,
        title="Early stop, least gain",
        help="By how much the primary metric must improve to count as better.",
        added="0.2",
        ge=0,
    )
    resume_from: str = setting(
        "",
        group=RUN,
        title="Start from a checkpoint",
        help=(
            "A checkpoint file, or the directory of another run, whose newest checkpoint this run"
            " goes on from. A run that was interrupted goes on from its own by itself."
        ),
        added="0.2",
    )
    resume_other: Literal["refuse", "accept"] = setting(
        "refuse",
        group=RUN,
        title="Checkpoint of another configuration",
        help=(
            "refuse: a checkpoint that was made with other settings is not gone on from, as its"
            " curve would be of neither. accept: it is, and the run says in what they differ."
        ),
        added="0.2",
    )
    targets: str = setting(
        "",
        group=RUN,
        title="Targets",
        help=(
            "What a metric should have reached by when, as “train/loss < 1.0 at 50;"
            " eval/recall_at_1 > 0.3 at 100”. A verdict says whether each was. Empty: none."
        ),
        added="0.2",
    )
    step_budget: float = setting(
        0.0,
        group=RUN,
        title="Time budget of a step",
        help="Seconds that one optimizer step may take, by its median. 0: no budget.",
        unit="s",
        added="0.2",
        ge=0,
    )

    @field_validator("targets")
    @classmethod
    def _readable(cls, text: str) -> str:
        parse(text)
        return text
