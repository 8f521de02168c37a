"""RES-02."""

from __future__ import annotations

import math

import numpy as np

from dashboard.health.figures import figure, percent
from dashboard.health.readings import planned_steps
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    State,
    Threshold,
    evidence,
    gettext_noop,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.seen import fine, span, values_of
from dashboard.health.statistics import BLOCKS, block_means, mann_kendall, theil_sen
from dashboard.metrics.series import Series

_ = gettext_noop

PREFIX, WORDS = "system/", "memory"
ENOUGH = Threshold(
    "enough", 500, low=100, high=1_000_000, says=_("Values it needs before it judges")
)
GROWTH = Threshold(
    "growth",
    0.01,
    low=0,
    high=10,
    says=_("Growth for each 1000 steps, as a share of the level, above which it remarks"),
)
RISING = 2.33  # Mann-Kendall's z on block means, one-sided 1 %
GIB = 2**30


@rule(id="RES-02", title=_("Growing memory"), weight="remark", thresholds=(ENOUGH, GROWTH))
def memory_growth(context: Context) -> Finding:
    """Memory grows from step to step, as a leak makes it.

    The newest half of each `system/…memory` curve, at least 250 values, is cut into 10 blocks:
    their means rise (Mann-Kendall at 1 %) and their typical slope (Theil-Sen) is more than 1 % for
    each 1000 steps. The size at the planned end of the run is projected from that slope. It speaks
    after 500 values.

    A remark until its false alarms are measured on real runs: peaks that are held rise by
    themselves whenever a longer batch comes. How much memory there is, is not known to the rule.
    """
    curves = {n: c.finite for n, c in context.named(PREFIX).items() if WORDS in n and len(c.finite)}
    if not curves:
        return unlogged(context, Message(_("No use of memory is logged.")))
    name, curve = max(curves.items(), key=lambda item: len(item[1]))
    if len(curve) < context[ENOUGH]:
        says = _("{count} of {needed} values are there.")
        return waiting(values_of(name, curve), say(says, count=len(curve), needed=context[ENOUGH]))
    slopes = {
        name: _slope(curve) for name, curve in curves.items() if len(curve) >= context[ENOUGH]
    }
    worst = max(slopes, key=lambda name: slopes[name])
    if slopes[worst] > context[GROWTH]:
        return _found(context, worst, curves[worst], slopes[worst])
    says = _("Memory is steady: {slope} for each 1000 steps.")
    return fine(say(says, slope=percent(max(0.0, slopes[worst]))), values_of(worst, curves[worst]))


def _slope(curve: Series) -> float:
    """Growth for 1000 steps as a share of the level; 0 where it does not rise for certain."""
    half = curve.tail(0.5)
    means = block_means(half.values)
    level = float(np.median(means))
    if mann_kendall(means) < RISING or level <= 0:
        return 0.0
    steps = float(half.steps[-1] - half.steps[0]) * (BLOCKS - 1) / BLOCKS
    return theil_sen(means) * (BLOCKS - 1) / max(steps, 1.0) * 1000 / level


def _found(context: Context, name: str, curve: Series, slope: float) -> Finding:
    now = float(curve.values[-1])
    left = max(0, planned_steps(context) - int(curve.steps[-1]))
    return Finding(
        state=State.WARN,
        says=say(
            _("{name} grows by {slope} for each 1000 steps; {now} GiB now."),
            name=name,
            slope=percent(slope),
            now=figure(now / GIB),
        ),
        expected=say(
            _("Steady. At this pace it is {end} GiB at the planned end."),
            end=figure(now * math.exp(min(50.0, math.log1p(slope) * left / 1000)) / GIB),
        ),
        looked_at=values_of(name, curve),
        number=Number(slope, _("for each 1000 steps")),
        evidence=(evidence(name, curve.tail(0.5)),),
        causes=(
            Message(_("Values kept with their graph, such as a loss that is added up undetached.")),
            Message(_("A list or cache that is never emptied.")),
        ),
        remedy=Message(_("Detach what is kept for statistics; bound what is cached.")),
        check=say(_("{name} is steady over 1000 steps."), name=name),
        **span(curve.tail(0.5)),
    )
