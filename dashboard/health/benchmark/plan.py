"""Which trainings the benchmark asks for: healthy ones of many kinds, and every known fault."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from trainers.faults.catalogue import FAULTS
from trainers.faults.fault import BOX, REGION, SDM, Fault, Split

Role = Literal["healthy", "fault", "repair"]

STEPS = 150
TRAINERS = (REGION, SDM, BOX)

# As the trainers' own defaults, but short: a run is to take about ten seconds of one core.
BASE: dict[str, dict[str, Any]] = {
    REGION: {"steps": STEPS, "accumulation": 2, "bank_size": 64, "evaluation_scenes": 64},
    SDM: {"steps": STEPS},
    BOX: {"steps": STEPS},
}
RARELY = {"evaluate_every": 50, "checkpoint_every": 1000}

# What a healthy run may differ in; each takes one of these, drawn by its number.
COMMON: dict[str, Sequence[Any]] = {
    "schedule": ("cosine", "constant"),
    "weight_decay": (0.0, 0.001, 0.01),
    "data_seed": (0, 1, 2, 3),
}
VARIED: dict[str, dict[str, Sequence[Any]]] = {
    REGION: {
        **COMMON,
        "learning_rate": (5e-5, 1e-4, 2e-4),
        "warmup_steps": (2, 5, 20),
        "batch_size": (4, 6),
        "precision": ("fp32", "fp32", "bf16", "fp16"),
        "bank_size": (48, 64, 128),
        "bank_warmup": (2, 6, 40),
        "invalid_share": (0.0, 0.25),
        "logit_scale_speed": (0.0, 1.0),
        "hard_weight": (0.0, 0.0, 0.5),
        "global_weight": (0.0, 0.5, 1.0),
        "domain": ("clutter", "clutter", "dark"),
    },
    SDM: {
        **COMMON,
        "learning_rate": (5e-4, 1e-3, 2e-3),
        "warmup_steps": (5, 15, 30),
        "batch_size": (24, 32, 48),
        "precision": ("fp32", "fp32", "bf16", "fp16"),
        "missing_share": (0.0, 0.3, 0.5),
        "objective": ("forward_kl", "reverse_kl"),
        "temperature_start": (0.15, 0.2),
        "identity_weight": (0.0, 0.5),
        "norm_penalty": (0.0, 0.01),
    },
    BOX: {
        **COMMON,
        "learning_rate": (5e-4, 1e-3, 2e-3),
        "warmup_steps": (2, 10, 20),
        "batch_size": (4, 8),
        "precision": ("fp32", "bf16", "fp16"),
        "noise": (0.12, 0.16, 0.2),
        "box_unit": ("normalised", "pixels"),
        "rounds": (1, 2),
        "cache": (True, True, False),
        "train_images": (120, 240),
    },
}
SLOW_IN_FP16 = (REGION, SDM)  # four to ten times, on a CPU
EVALUATED = (50, 50, 15)
LOOKED_AT = 250  # first healthy runs drawn for "test" that rules were changed for: "dev" by now
INTERRUPTED = 8  # every so many healthy runs are stopped once and go on
TWINS = 8  # healthy runs of the plain configuration, one a seed, that faults are compared with


@dataclass(frozen=True)
class Order:
    """One training. config: changes of the trainer's defaults; interrupt_at: 0 is never."""

    key: str
    role: Role
    trainer: str
    split: Split
    seed: int
    config: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    interrupt_at: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Size:
    """healthy: runs in each split beside the twins, over all trainers; seeds: of each fault"""

    healthy: Mapping[Split, int]
    seeds: Mapping[Split, int]
    twins: int
    steps: int
    faults: tuple[str, ...] = tuple(FAULTS)


FULL = Size({"dev": 30, "test": 343}, {"dev": 3, "test": 4}, TWINS, STEPS)
QUICK = Size(
    {"dev": 0, "test": 3},
    {"dev": 1, "test": 1},
    2,
    60,
    ("targets_in_pixels", "invalid_boxes", "missing_as_real"),
)


def orders(size: Size) -> list[Order]:
    """Every training of this size; the development split first, so that work on rules can begin."""
    twins = [_twin(trainer, seed, size) for trainer in TRAINERS for seed in range(size.twins)]
    found = [*twins, *_healthy(size), *_faulty(size)]
    return sorted(found, key=lambda order: (order.split, order.seed))


def twin_key(trainer: str, seed: int) -> str:
    return f"twin-{trainer}-{seed}"


def _twin(trainer: str, seed: int, size: Size) -> Order:
    key = twin_key(trainer, seed)
    return Order(key, "healthy", trainer, "dev", seed, _base(trainer, size))


def _base(trainer: str, size: Size) -> dict[str, Any]:
    return {**RARELY, **BASE[trainer], "steps": size.steps}


def _healthy(size: Size) -> Iterator[Order]:
    for split, count in size.healthy.items():
        for number in range(count):
            trainer = TRAINERS[number % len(TRAINERS)]
            order = _variant(trainer, split, number, size)
            yield replace(order, split="dev") if number < LOOKED_AT else order


def _variant(trainer: str, split: Split, number: int, size: Size) -> Order:
    drawn = random.Random(f"{trainer} {split} {number}")
    changes = {name: drawn.choice(values) for name, values in VARIED[trainer].items()}
    changes["evaluate_every"] = drawn.choice(EVALUATED)
    interrupted = size.steps // 2 if number % INTERRUPTED == 0 else 0
    return Order(
        f"healthy-{split}-{number}",
        "healthy",
        trainer,
        split,
        1000 + number,
        {**_base(trainer, size), **_sound(trainer, changes)},
        interrupt_at=interrupted,
    )


def _sound(trainer: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Without what nobody would call healthy together, such as a temperature that rises."""
    if "temperature_start" in changes:
        changes["temperature_end"] = changes["temperature_start"] * 0.9
    if trainer in SLOW_IN_FP16 and changes["precision"] == "fp16":
        changes["precision"] = "bf16"
    return changes


def _faulty(size: Size) -> Iterator[Order]:
    for name in size.faults:
        fault = FAULTS[name]
        for seed in range(size.seeds[fault.split]):
            yield faulty(fault, seed, size)


def faulty(fault: Fault, seed: int, size: Size) -> Order:
    config = {**_base(fault.trainer, size), **fault.changes}
    key = f"{fault.name}-{seed}"
    return Order(key, "fault", fault.trainer, fault.split, seed, config, fault.name)


def repair(of: Order, patch: Mapping[str, Any]) -> Order:
    """The faulty run once more, with the change that its first verdict offers."""
    config = {**of.config, **patch}
    return Order(f"repair-{of.key}", "repair", of.trainer, of.split, of.seed, config, of.fault)
