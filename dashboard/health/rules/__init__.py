"""The catalogue: one file a rule, in the order in which they are read."""

from __future__ import annotations

from dashboard.health.rule import Rule
from dashboard.health.rules.amp_overflow import amp_overflow
from dashboard.health.rules.box_units import box_units
from dashboard.health.rules.cache_hits import cache_hits
from dashboard.health.rules.clip_before_unscale import clip_before_unscale
from dashboard.health.rules.frozen_scale import frozen_scale
from dashboard.health.rules.invalid_boxes import invalid_boxes
from dashboard.health.rules.logit_scale import logit_scale
from dashboard.health.rules.loss_below_bound import loss_below_bound
from dashboard.health.rules.loss_not_converging import loss_not_converging
from dashboard.health.rules.memory_bank import memory_bank
from dashboard.health.rules.missing_modality import missing_modality
from dashboard.health.rules.non_finite_loss import non_finite_loss
from dashboard.health.rules.region_loss_chance import region_loss_chance
from dashboard.health.rules.region_loss_milestones import region_loss_milestones
from dashboard.health.rules.target_rows import target_rows
from dashboard.health.rules.weights_not_moving import weights_not_moving
from dashboard.health.rules.zero_norm_regions import zero_norm_regions

RULES: tuple[Rule, ...] = (
    non_finite_loss,
    loss_below_bound,
    target_rows,
    amp_overflow,
    clip_before_unscale,
    weights_not_moving,
    loss_not_converging,
    region_loss_chance,
    region_loss_milestones,
    logit_scale,
    frozen_scale,
    memory_bank,
    zero_norm_regions,
    invalid_boxes,
    box_units,
    missing_modality,
    cache_hits,
)
