"""Why a loss does not fall: the causes that the telemetry can tell apart, most likely first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.health.figures import figure, percent
from dashboard.health.pairing import gap_of_pairs
from dashboard.health.readings import precision, rate_times
from dashboard.health.rule import Context, Message, gettext_noop, say

_ = gettext_noop

HEALTHY_UPDATES = 1.5e-4  # the least median update ratio of healthy pilot runs
HARDLY_MOVING = 2e-5  # stuck pilot runs stayed below 4e-6
HIGH_RATE = 0.5  # of the highest learning rate: a schedule that ends near 0 is no standstill
LEAST_VALUES = 20  # of a curve, before a cause is read from it
SCALE_FALLS = 0.95  # end/start of exp(scale); healthy runs 0.79-1.51: a hint, no proof
FASTER = 10.0  # the learning rate's factor where the weights hardly move
SLOWER = 0.1  # where an update threw the weights away
APART = 0.3  # standard deviations, of how much closer pairs are; shuffled ones stay below 0.15
THROWN = 0.1  # of the weights' length in one update; healthy trainings of the benchmark reach 0.086
A_LITTLE_FASTER = 3.0  # where nothing else explains it


@dataclass(frozen=True)
class Diagnosis:
    causes: tuple[Message, ...]
    patch: dict[str, Any]


def why_stuck(context: Context) -> Diagnosis:
    """Causes of a loss that stands still, and the change that answers the first."""
    found = [
        (_rounded_away(context), context.patch(precision="fp32")),
        (zero_rows(context), context.patch(filter_boxes=True)),
        (_strangers(context), {}),
        (_hardly_moving(context), rate_times(context, FASTER)),
        (_thrown(context), rate_times(context, SLOWER)),
        (_scale_falling(context), {}),
    ]
    seen = [(cause, patch) for cause, patch in found if cause]
    if seen:
        return Diagnosis(tuple(cause for cause, _patch in seen), seen[0][1])
    return Diagnosis(
        (
            Message(
                _(
                    "A learning rate that is too low, or targets that do not belong to the inputs:"
                    " what is logged does not tell them apart."
                )
            ),
        ),
        rate_times(context, A_LITTLE_FASTER),
    )


def _update_ratio(context: Context) -> float | None:
    """Its median at the steps whose learning rate was high; None where too few are logged."""
    ratio, rate = context.curve("train/update_ratio").finite, context.curve("train/lr").finite
    values = ratio.values
    if len(rate):
        high = rate.steps[rate.values >= HIGH_RATE * rate.values.max()]
        values = values[np.isin(ratio.steps, high)]
    return float(np.median(values)) if len(values) >= LEAST_VALUES else None


def _rounded_away(context: Context) -> Message | None:
    if precision(context) != "bf16_weights":
        return None
    return Message(
        _(
            "The weights themselves are bfloat16: an update smaller than 1/256 of a weight is"
            " rounded away. Keep a float32 master copy."
        )
    )


def zero_rows(context: Context) -> Message | None:
    count = context.total("region/zero_rows")
    if not count:
        return None
    text = _("{count} embeddings of norm 0 in the loss, which cannot be matched to anything.")
    return say(text, count=count)


def _hardly_moving(context: Context) -> Message | None:
    ratio = _update_ratio(context)
    if ratio is None or ratio >= HARDLY_MOVING:
        return None
    return say(
        _("The weights hardly move: update ratio {ratio}, healthy runs stay above {healthy}."),
        ratio=figure(ratio),
        healthy=figure(HEALTHY_UPDATES),
    )


def _strangers(context: Context) -> Message | None:
    gap = gap_of_pairs(context)
    if gap is None or len(gap) < LEAST_VALUES:
        return None
    newest = float(gap.last(LEAST_VALUES).values.mean())
    if newest >= APART:
        return None
    return say(
        _(
            "Pairs that do not belong together: they are {gap} standard deviations closer than"
            " others; right ones are 1.4 and more."
        ),
        gap=figure(newest),
    )


def _thrown(context: Context) -> Message | None:
    ratio = context.curve("train/update_ratio").finite
    if len(ratio) < LEAST_VALUES:
        return None
    most = float(np.median(np.sort(ratio.values)[-3:]))  # more than one update, to be sure
    if most < THROWN:
        return None
    return say(
        _(
            "A learning rate that is too high: single updates moved the weights by {most} of their"
            " length; healthy runs stay below {healthy}."
        ),
        most=percent(most),
        healthy=percent(THROWN),
    )


def _scale_falling(context: Context) -> Message | None:
    scale = context.curve("region/logit_scale").finite.values
    if len(scale) < LEAST_VALUES:
        return None
    change = float(np.exp(scale[-1] - scale[0]))
    if change >= SCALE_FALLS:
        return None
    return say(
        _(
            "Pairs that do not belong together: the learnable scale fell to {change} of its start"
            " while the updates are of normal size."
        ),
        change=figure(change),
    )
