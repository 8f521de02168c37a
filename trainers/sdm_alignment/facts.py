"""What is true of the whole run: settings that rules and comparisons read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trainers.data.people import ANCHOR, count
from trainers.loop import distributed
from trainers.sdm_alignment.config import SdmAlignmentConfig
from trainers.sdm_alignment.evaluation import TEMPERATURE
from trainers.sdm_alignment.losses import lowest
from trainers.sdm_alignment.weights import Start

if TYPE_CHECKING:
    from trainers.sdm_alignment.task import SdmTask

SHOWN = 5  # skipped records that the facts name


def facts_of(task: SdmTask, start: Start) -> dict[str, Any]:
    config = task.config
    recall, precision = task.gallery.chance()
    return {
        "train/effective_batch": records_a_batch(config)
        * config.accumulation
        * distributed.world(),
        "weights/coverage": start.coverage,
        "weights/missing": list(start.missing),
        "sdm/objective": config.objective,
        "sdm/target_rows": config.target_rows,
        "sdm/mask_missing": config.mask_missing,
        "sdm/loss_precision": config.loss_precision,
        "sdm/lower_bound": _bound(config),
        "loss/definition": _definition(config),
        "features/width": config.width,
        "features/norm_target": config.norm_target,
        "eval/chance_recall_at_1": recall,
        "eval/chance_map": precision,
        "eval/identities": len(task.sets.test.members),
        "eval/gallery": int(task.gallery.present[ANCHOR].sum()),
        "eval/temperature": TEMPERATURE,
        "data/identities": len(task.sets.train.members),
        "data/records": count(task.sets.train),
        "data/missing_share": None if config.manifest else config.missing_share,
        "data/skipped": len(task.sets.left_out),
        "data/skipped_records": list(task.sets.left_out[:SHOWN]),
        "data/combined_queries_left_out": task.sets.together,
        "data/fingerprint": task.sets.train.fingerprint(),
        "data/test_fingerprint": task.sets.test.fingerprint(),
    }


def records_a_batch(config: SdmAlignmentConfig) -> int:
    """As many people as the batch has room for: fewer records than asked for where one is cut."""
    return config.batch_size // config.records_per_person * config.records_per_person


def _bound(config: SdmAlignmentConfig) -> float:
    """What a healthy SDM term cannot fall below: 0, or what eps costs with a full batch."""
    if config.objective == "forward_kl":
        return 0.0
    return lowest(config.batch_size, config.records_per_person, config.eps)


def _definition(config: SdmAlignmentConfig) -> str:
    """Two runs' losses may be compared where this is the same."""
    null = "masked" if config.mask_missing else "null vectors counted as real"
    return (
        f"SDM {config.objective} in nat, target rows {config.target_rows}, missing {null},"
        f" temperature {config.temperature_start:g} to {config.temperature_end:g},"
        f" {config.loss_precision}, weights {config.sdm_weight:g} SDM"
        f" + {config.identity_weight:g} identity + {config.norm_penalty:g} norm"
        f" around {config.norm_target:g} +- {config.norm_band:g}"
    )
