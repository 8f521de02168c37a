"""What a run really works with: its configuration, where the trainer stated nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# A field of the configuration, and the fact by which the trainer states what it really did
PAIRS = (
    ("steps", "train/steps"),
    ("accumulation", "train/accumulation"),
    ("warmup_steps", "train/warmup_steps"),
    ("precision", "train/precision"),
    ("processes", "train/processes"),
    ("bank_size", "bank/size"),
    ("bank_warmup", "bank/warmup"),
    ("bank_warmup_unit", "bank/warmup_unit"),
    ("objective", "sdm/objective"),
    ("target_rows", "sdm/target_rows"),
    ("mask_missing", "sdm/mask_missing"),
    ("loss_precision", "sdm/loss_precision"),
    ("norm_target", "features/norm_target"),
    ("box_unit", "box/unit"),
    ("targets_in", "box/targets_in"),
    ("cache_key", "cache/key"),
)
CLOSE = 1e-6  # relative: configurations are written in decimals
Plain = str | int | float | bool


def agrees(asked: Any, stated: Any) -> bool:
    """The same setting, whose decimals may be rounded."""
    if isinstance(asked, bool | str) or isinstance(stated, bool | str):
        return bool(asked == stated)
    return bool(abs(asked - stated) <= CLOSE * max(abs(asked), abs(stated)) or asked == stated)


def effective(config: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with what the trainer stated in its place."""
    stated = {
        field: facts[fact]
        for field, fact in PAIRS
        if field in config
        and isinstance(facts.get(fact), Plain)
        and not (isinstance(config[field], Plain) and agrees(config[field], facts[fact]))
    }
    return {**config, **stated}
