"""The catalogue: one file a rule, in the order in which they are read."""

from __future__ import annotations

from dashboard.health.rule import Rule
from dashboard.health.rules.above_chance import above_chance
from dashboard.health.rules.amp_overflow import amp_overflow
from dashboard.health.rules.box_units import box_units
from dashboard.health.rules.cache_gain import cache_gain
from dashboard.health.rules.cache_hits import cache_hits
from dashboard.health.rules.clip_before_unscale import clip_before_unscale
from dashboard.health.rules.collapse import collapse
from dashboard.health.rules.data_wait import data_wait
from dashboard.health.rules.diverging import diverging
from dashboard.health.rules.duplicate_captions import duplicate_captions
from dashboard.health.rules.effective_config import effective_config
from dashboard.health.rules.few_negatives import few_negatives
from dashboard.health.rules.fix_applied import fix_applied
from dashboard.health.rules.fix_confounded import fix_confounded
from dashboard.health.rules.fix_outcome import fix_outcome
from dashboard.health.rules.fix_regression import fix_regression
from dashboard.health.rules.fix_symptom import fix_symptom
from dashboard.health.rules.frozen_scale import frozen_scale
from dashboard.health.rules.gpu_idle import gpu_idle
from dashboard.health.rules.hidden_failure import hidden_failure
from dashboard.health.rules.idle_schedule import idle_schedule
from dashboard.health.rules.initial_loss import initial_loss
from dashboard.health.rules.input_range import input_range
from dashboard.health.rules.invalid_boxes import invalid_boxes
from dashboard.health.rules.logit_scale import logit_scale
from dashboard.health.rules.logit_spread import logit_spread
from dashboard.health.rules.loss_at_chance import loss_at_chance
from dashboard.health.rules.loss_below_bound import loss_below_bound
from dashboard.health.rules.loss_floor import loss_floor
from dashboard.health.rules.loss_not_converging import loss_not_converging
from dashboard.health.rules.loss_spike import loss_spike
from dashboard.health.rules.made_of import made_of
from dashboard.health.rules.memory_bank import memory_bank
from dashboard.health.rules.memory_growth import memory_growth
from dashboard.health.rules.memory_limit import memory_limit
from dashboard.health.rules.metric_definition import metric_definition
from dashboard.health.rules.metric_targets import metric_targets
from dashboard.health.rules.missing_modality import missing_modality
from dashboard.health.rules.non_finite_loss import non_finite_loss
from dashboard.health.rules.norm_drift import norm_drift
from dashboard.health.rules.oscillation import oscillation
from dashboard.health.rules.other_checkpoint import other_checkpoint
from dashboard.health.rules.overfitting import overfitting
from dashboard.health.rules.pair_counts import pair_counts
from dashboard.health.rules.pairs_mismatched import pairs_mismatched
from dashboard.health.rules.parts_together import parts_together
from dashboard.health.rules.region_loss_milestones import region_loss_milestones
from dashboard.health.rules.score_not_rising import score_not_rising
from dashboard.health.rules.slow_start import slow_start
from dashboard.health.rules.slowdown import slowdown
from dashboard.health.rules.stall import stall
from dashboard.health.rules.step_budget import step_budget
from dashboard.health.rules.target_rows import target_rows
from dashboard.health.rules.temperature_fallbacks import temperature_fallbacks
from dashboard.health.rules.weights_not_moving import weights_not_moving
from dashboard.health.rules.wrong_device import wrong_device
from dashboard.health.rules.zero_norm_regions import zero_norm_regions

RULES: tuple[Rule, ...] = (
    non_finite_loss,
    loss_below_bound,
    target_rows,
    hidden_failure,
    amp_overflow,
    clip_before_unscale,
    weights_not_moving,
    loss_spike,
    loss_not_converging,
    diverging,
    oscillation,
    overfitting,
    initial_loss,
    score_not_rising,
    parts_together,
    loss_at_chance,
    above_chance,
    region_loss_milestones,
    metric_targets,
    loss_floor,
    logit_scale,
    frozen_scale,
    logit_spread,
    few_negatives,
    memory_bank,
    collapse,
    zero_norm_regions,
    pairs_mismatched,
    norm_drift,
    temperature_fallbacks,
    invalid_boxes,
    box_units,
    missing_modality,
    duplicate_captions,
    pair_counts,
    input_range,
    data_wait,
    slowdown,
    slow_start,
    stall,
    step_budget,
    cache_hits,
    cache_gain,
    memory_growth,
    memory_limit,
    gpu_idle,
    wrong_device,
    effective_config,
    other_checkpoint,
    idle_schedule,
    made_of,
    metric_definition,
    fix_applied,
    fix_confounded,
    fix_symptom,
    fix_outcome,
    fix_regression,
)
