"""What is true of the whole run: settings that rules and comparisons read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trainers.box_refinement.batches import EVALUATION_NOISE
from trainers.feature_store import MIB

if TYPE_CHECKING:
    from trainers.box_refinement.task import BoxTask

SHOWN = 5  # skipped images that the facts name


def facts_of(task: BoxTask) -> dict[str, Any]:
    config, encoder = task.config, task.encoder
    return {
        "weights/coverage": encoder.coverage,
        "weights/missing": list(encoder.missing),
        "encoder/parameters": sum(p.numel() for p in encoder.model.parameters()),
        "encoder/fingerprint": task.features.extractor.fingerprint[:16],
        "box/unit": config.box_unit,
        "box/frame_size": task.frame.size,
        "box/targets_in": config.targets_in,
        "box/rounds": task.rounds,
        "cache/limit": config.cache_limit * MIB if config.cache else 0,
        "cache/key": config.cache_key,
        "loss/definition": _definition(task),
        "data/images": len(task.train),
        "data/skipped": len(_skipped(task)),
        "data/skipped_records": _skipped(task)[:SHOWN],
        "data/fingerprint": task.train.fingerprint(),
        "eval/noise": EVALUATION_NOISE,
    }


def _definition(task: BoxTask) -> str:
    """Two runs' losses may be compared where this is the same."""
    config = task.config
    true = "in original pixels" if task.frame.original else "in the same unit"
    return (
        f"{config.l1_weight:g} L1 + {config.giou_weight:g} GIoU, boxes {config.box_unit} of a frame"
        f" of {task.encoder.side} px, true boxes {true}, mean of {task.rounds} refinements"
    )


def _skipped(task: BoxTask) -> list[str]:
    return [*task.train.skipped, *task.held_out.skipped]
