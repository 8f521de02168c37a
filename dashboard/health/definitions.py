"""Which settings define what a metric measures: where one differs, its numbers are of two kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.health.differing import Change, changes, same
from dashboard.health.effective import effective

TOTAL = ("train/loss",)
REGION = ("train/loss", "train/loss/region")
SDM = ("train/loss", "train/loss/sdm", "sdm/loss_over_chance")
HELD_OUT = ("eval/",)  # a name that ends so stands for all that begin so

# By trainer: a setting, and the metrics that mean something else under another value of it
DEFINED_BY: Mapping[str, tuple[tuple[str, Sequence[str]], ...]] = {
    "region_contrastive": (
        ("bank_size", REGION),  # the number of candidates N, so chance, ln N
        ("regions_per_batch", REGION),
        ("batch_size", (*REGION, "train/loss/global")),
        ("mask_duplicates", REGION),  # which candidates count as wrong
        ("logit_scale_source", REGION),  # a loss at another temperature
        ("region_weight", TOTAL),
        ("global_weight", TOTAL),
        ("hard_weight", TOTAL),
        ("hard_negatives", ("train/loss", "train/loss/hard")),
        *((name, HELD_OUT) for name in ("dataset", "held_out", "domain", "evaluation_scenes")),
        ("data_seed", HELD_OUT),
    ),
    "sdm_alignment": (
        ("objective", (*SDM, "eval/sdm_loss")),  # KL(q||p) is not KL(p||q)
        ("target_rows", SDM),
        ("mask_missing", SDM),
        ("eps", SDM),
        ("temperature_start", SDM),
        ("temperature_end", SDM),
        ("batch_size", SDM),
        ("records_per_person", SDM),
        ("sdm_weight", TOTAL),
        ("identity_weight", TOTAL),
        ("norm_penalty", TOTAL),
        ("norm_target", ("train/loss", "train/loss/norm")),
        ("norm_band", ("train/loss", "train/loss/norm")),
        *((name, HELD_OUT) for name in ("test_manifest", "evaluation_identities", "data_seed")),
    ),
    "box_refinement": (
        ("targets_in", ("train/loss", "train/loss/l1", "train/loss/giou", "box/l1_over_size")),
        ("box_unit", ("train/loss", "train/loss/l1")),
        ("l1_weight", TOTAL),
        ("giou_weight", TOTAL),
        *((name, HELD_OUT) for name in ("held_out", "evaluation_images", "noise", "data_seed")),
    ),
}


# Facts by which any trainer states how its metrics are meant, where a setting does not say it
STATED: tuple[tuple[str, Sequence[str]], ...] = (
    ("loss/definition", TOTAL),
    ("eval/data", HELD_OUT),
    ("data/test_fingerprint", HELD_OUT),
    ("eval/temperature", HELD_OUT),
    ("eval/noise", HELD_OUT),
)


def redefined(
    trainer: str,
    before: tuple[Mapping[str, Any], Mapping[str, Any]],
    after: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> dict[str, tuple[Change, ...]]:
    """By metric, or by "eval/" for all of that kind: the changes that make it another metric.

    before, after: configuration and stated facts of two runs of the trainer.
    """
    differing = {change.name: change for change in changes(effective(*before), effective(*after))}
    found: dict[str, tuple[Change, ...]] = {}
    for setting, metrics in DEFINED_BY.get(trainer, ()):
        if setting in differing:
            for metric in metrics:
                found[metric] = (*found.get(metric, ()), differing[setting])
    for fact, metrics in STATED:
        told = before[1].get(fact), after[1].get(fact)
        if None not in told and not same(*told):
            for metric in metrics:
                found[metric] = found.get(metric, ()) or (Change(fact, *told),)
    return found


def declared(trainer: str, *facts: Mapping[str, Any]) -> bool:
    """Whether it is known of the trainer, or stated by all these runs, what defines a metric."""
    return trainer in DEFINED_BY or any(
        all(fact in stated for stated in facts) for fact, _metrics in STATED
    )


def covers(metrics: Iterable[str], name: str) -> bool:
    """Whether the metric is among them, by itself or by its kind."""
    return any(name.startswith(one) if one.endswith("/") else name == one for one in metrics)
