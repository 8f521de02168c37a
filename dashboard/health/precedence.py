"""Which of several verdicts is read first: the worst, and of equally bad ones what explains others.

Boxes in two units spoil every loss and every gradient after them: told last, they would look like
one complaint among many. Nothing is judged here, only put in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dashboard.health.rule import STATES, State
from dashboard.health.verdict import Verdict

COUNTS = (State.FAIL, State.BROKEN, State.WARN)  # what stands against a run

ORDER: tuple[str, ...] = (
    # nothing after it can be trusted
    "non_finite_loss",
    # the run is not the one that was asked for
    "effective_config",
    "fix_applied",
    "other_checkpoint",
    # targets and inputs that do not belong together: nothing else can be right
    "box_units",
    "pair_counts",
    "target_rows",
    "missing_modality",
    "pairs_mismatched",
    "hidden_failure",
    # the arithmetic of a step
    "clip_before_unscale",
    "frozen_scale",
    "amp_overflow",
    # part of the data, part of the objective
    "invalid_boxes",
    "zero_norm_regions",
    "logit_scale",
    "memory_bank",
    "input_range",
    "duplicate_captions",
    "few_negatives",
    "temperature_fallbacks",
    "norm_drift",
    "idle_schedule",
    # what follows from all these, and from the learning rate
    "loss_below_bound",
    "weights_not_moving",
    "collapse",
    "diverging",
    "above_chance",
    "score_not_rising",
    "loss_at_chance",
    "initial_loss",
    "region_loss_milestones",
    "loss_not_converging",
    "loss_floor",
    "logit_spread",
    "oscillation",
    "overfitting",
    "loss_spike",
    "parts_together",
    "metric_targets",
    # slow, but not wrong
    "stall",
    "wrong_device",
    "cache_hits",
    "cache_gain",
    "data_wait",
    "slowdown",
    "slow_start",
    "step_budget",
    "gpu_idle",
    "memory_growth",
    "memory_limit",
    # what a comparison with the baseline may say
    "metric_definition",
    "fix_confounded",
    "fix_regression",
    "fix_symptom",
    "fix_outcome",
    "made_of",
)
_PLACES = {rule: place for place, rule in enumerate(ORDER)}

STANDSTILL = (
    "weights_not_moving",
    "loss_at_chance",
    "loss_not_converging",
    "score_not_rising",
)
OFF_COURSE = ("initial_loss", "above_chance", "diverging", "region_loss_milestones")

EXPLAINS: Mapping[str, tuple[str, ...]] = {
    "effective_config": ("logit_scale", "memory_bank", "frozen_scale"),
    "other_checkpoint": ("logit_scale", "initial_loss"),
    "box_units": OFF_COURSE + STANDSTILL,
    "pair_counts": OFF_COURSE + STANDSTILL,
    "target_rows": ("loss_below_bound",),
    "missing_modality": ("collapse", "loss_floor", *STANDSTILL),
    "hidden_failure": STANDSTILL,
    "clip_before_unscale": STANDSTILL,
    "frozen_scale": ("weights_not_moving", "region_loss_milestones", "loss_not_converging"),
    "invalid_boxes": ("zero_norm_regions", *STANDSTILL, "region_loss_milestones"),
    "zero_norm_regions": ("region_loss_milestones", *STANDSTILL),
    "logit_scale": ("above_chance", "loss_floor", "logit_spread", "few_negatives"),
    "memory_bank": ("few_negatives",),
    "pairs_mismatched": (*OFF_COURSE, *STANDSTILL),
    "weights_not_moving": (
        "loss_at_chance",
        "loss_not_converging",
        "region_loss_milestones",
        "score_not_rising",
    ),
    "collapse": ("loss_at_chance", "loss_not_converging", "logit_spread", "score_not_rising"),
    "wrong_device": ("data_wait", "slowdown", "slow_start", "cache_gain", "gpu_idle"),
    "cache_hits": ("cache_gain", "data_wait", "step_budget"),
    "data_wait": ("slowdown", "gpu_idle"),
    "memory_growth": ("memory_limit",),
}


def worst_first(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """By state; remarks before what only passes; then what explains others before the others."""
    return sorted(
        verdicts,
        key=lambda verdict: place(
            verdict["state"], verdict["rule"], remarked=bool(verdict.get("remark"))
        ),
    )


def place(state: str, rule: str, *, remarked: bool = False) -> tuple[int, bool, int]:
    """What verdicts are sorted by. A rule that is no more comes last."""
    return STATES.index(state), not remarked, _PLACES.get(rule, len(ORDER))


def explained(verdicts: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    """By rule, for what stands against the run: which of the other such verdicts it may explain."""
    bad = {verdict["rule"]: verdict for verdict in verdicts if verdict["state"] in COUNTS}
    return {rule: [bad[name] for name in EXPLAINS.get(rule, ()) if name in bad] for rule in bad}
