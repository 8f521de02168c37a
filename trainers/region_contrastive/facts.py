"""What does not change with the step: weights, scale, bank, data, and how the losses are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trainers.region_contrastive.config import RegionContrastiveConfig
from trainers.region_contrastive.evaluation import TEMPERATURE
from trainers.region_contrastive.model import INITIAL_LOGIT_SCALE
from trainers.region_contrastive.weights import Start

if TYPE_CHECKING:
    from trainers.region_contrastive.task import RegionTask


def of(task: RegionTask, start: Start) -> dict[str, Any]:
    return {**_weights(task, start), **_bank(task), **_data(task)}


def _weights(task: RegionTask, start: Start) -> dict[str, Any]:
    scale = task.model.region_logit_scale
    return {
        "weights/coverage": start.coverage,
        "weights/missing": list(start.missing),
        "weights/unused": list(start.unused),
        "image/preprocessing": [list(three) for three in task.model.preprocessing],
        "region/logit_scale_initial": float(scale.detach()),
        "region/logit_scale_provenance": _provenance(task.config, start),
        "region/logit_scale_expected": (
            INITIAL_LOGIT_SCALE if start.logit_scale is None else start.logit_scale
        ),
        "region/logit_scale_dtype": str(scale.dtype).removeprefix("torch."),
        "region/logit_scale_trainable": scale.requires_grad,
        "loss/definition": definition(task.config, _provenance(task.config, start)),
    }


def _bank(task: RegionTask) -> dict[str, Any]:
    config = task.config
    return {
        "bank/size": config.bank_size,
        "bank/warmup": config.bank_warmup,
        "bank/warmup_unit": config.bank_warmup_unit,
        "bank/due_step": task.bank.warmup.due_step,
    }


def _data(task: RegionTask) -> dict[str, Any]:
    config, gallery = task.config, task.gallery
    return {
        "eval/negatives": gallery.count - 1,
        "eval/regions": len(gallery.names),
        "eval/temperature": TEMPERATURE,
        "eval/data": task.sets.held_out.fingerprint(),
        "data/fingerprint": task.sets.train.fingerprint(),
        "data/images": task.sets.train.count,
        "data/invalid_share": config.invalid_share if config.dataset == "scenes" else None,
        "data/skipped": task.sets.bad.count,
        "data/skipped_records": list(task.sets.bad.first),
    }


def definition(config: RegionContrastiveConfig, provenance: str) -> str:
    """Two runs whose texts differ have training losses that cannot be compared."""
    scale = f"{config.logit_scale_value:g}" if provenance == "config" else provenance
    parts = [
        f"{config.region_weight:g} x region InfoNCE of {config.regions_per_batch} regions"
        f" x {config.processes} and a bank of {config.bank_size} after {config.bank_warmup}"
        f" {config.bank_warmup_unit}, scale from {scale}, duplicates"
        f" {'masked' if config.mask_duplicates else 'counted as wrong'}, invalid boxes"
        f" {'left out' if config.filter_boxes else 'kept'}",
        f"{config.global_weight:g} x global InfoNCE of {config.batch_size} images"
        f" x {config.processes}, {config.captions} captions",
    ]
    if config.hard_weight:
        parts.append(f"{config.hard_weight:g} x {config.hard_negatives} hard negatives")
    return "; ".join(parts) + "; nat"


def _provenance(config: RegionContrastiveConfig, start: Start) -> str:
    if config.logit_scale_source == "value":
        return "config"
    return "init" if start.logit_scale is None else "checkpoint"
