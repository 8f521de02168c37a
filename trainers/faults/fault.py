"""What a known fault is, and what names the kinds that several trainers have. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Split = Literal["dev", "test"]
Harm = Literal["score", "time", "declared"]

ONSET = 60  # the optimizer step from which a fault that comes later is there


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind.

    changes: of the configuration; injection: module.function of injections/, called with `options`
    onset: the optimizer step before which the run is healthy; 0: from the start
    harm: what an effective one spoils. score: the held-out score; time: that of a step; declared:
        a defect by what it is, such as another configuration's checkpoint, which no score shows
    named: (rule, words of its first cause in English) of the verdicts that name this fault; no
        words: the rule itself names it
    """

    name: str
    trainer: str
    says: str
    split: Split
    changes: Mapping[str, Any] = field(default_factory=dict)
    injection: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    onset: int = 0
    harm: Harm = "score"
    named: tuple[tuple[str, str], ...] = ()

    @property
    def by_configuration(self) -> bool:
        """A change of the configuration alone could mend it."""
        return not self.injection


REGION, SDM, BOX = "region_contrastive", "sdm_alignment", "box_refinement"

STUCK = (
    "score_not_rising",
    "loss_at_chance",
    "loss_not_converging",
    "region_loss_milestones",
    "above_chance",
)


def stuck(words: str) -> tuple[tuple[str, str], ...]:
    return tuple((rule, words) for rule in STUCK)


RATE_LOW = (
    ("weights_not_moving", ""),
    *stuck("hardly move"),
    *stuck("learning rate that is too low"),
)
RATE_HIGH = tuple(
    (rule, "learning rate")
    for rule in (
        "diverging",
        "collapse",
        "norm_drift",
        "oscillation",
        "loss_spike",
        "non_finite_loss",
        *STUCK,
    )
)
PAIRS = (*stuck("Pairs that do not belong together"), ("pairs_mismatched", "do not belong"))
