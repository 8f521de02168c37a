"""CNV-10, ours: parts of the loss that go different ways."""

from __future__ import annotations

import math

from dashboard.health.figures import percent
from dashboard.health.readings import comparable, warmup_steps
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
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
from dashboard.health.trend import WINDOW, Trend, trend
from dashboard.metrics.series import Series

_ = gettext_noop

PARTS = "train/loss/"
FALLING, RISING = -1.645, 1.645  # Mann-Kendall's z on block means, one-sided 5 %
CLEAR = Threshold(
    "clear",
    0.1,
    low=0,
    high=10,
    says=_("Rise and fall, as shares of the level, above which it remarks"),
)


@rule(
    id="CNV-10", title=_("Parts of the loss together"), weight="remark", thresholds=(WINDOW, CLEAR)
)
def parts_together(context: Context) -> Finding:
    """One part of the loss falls at the cost of another.

    Global and region loss are expected to fall together. Over the newest 100 values each part's
    block means are tested (Mann-Kendall at 5 %, Theil-Sen for the size): one that rises by more
    than 10 % while another falls by more than 10 % is remarked on. Values from before the learning
    rate's warm-up ended, or the number of candidates last changed, do not count.

    A remark: it can be right that a penalty rises while the loss falls, and it is not measured on
    real runs. Weights of the parts are not compared with each other.
    """
    since = max(warmup_steps(context), comparable(context).since)
    parts = {
        name: curve.finite.between(since, math.inf)
        for name, curve in context.named(PARTS).items()
        if len(curve.finite)
    }
    if len(parts) < 2:
        return unlogged(context, Message(_("Fewer than two parts of the loss are logged.")))
    least = min(len(part) for part in parts.values())
    looked_at = say(_("{count} values of {names}"), count=least, names=", ".join(sorted(parts)))
    window = context[WINDOW]
    if least < window:
        says = _("{count} of {needed} comparable values are there.")
        return waiting(looked_at, say(says, count=least, needed=window))
    trends = {name: trend(part.values, 0, window) for name, part in parts.items()}
    up = [name for name, seen in trends.items() if seen.z > RISING and -seen.fall > context[CLEAR]]
    down = [
        name for name, seen in trends.items() if seen.z < FALLING and seen.fall > context[CLEAR]
    ]
    if up and down:
        return _found(context, up[0], down[0], trends, parts)
    return fine(Message(_("No part of the loss rises while another falls.")), looked_at)


def _found(
    context: Context, up: str, down: str, trends: dict[str, Trend], parts: dict[str, Series]
) -> Finding:
    points = parts[up].last(context[WINDOW])
    return Finding(
        state=State.WARN,
        says=say(
            _("{up} rose by {rise} over {count} values, while {down} fell by {fall}."),
            up=up,
            down=down,
            rise=percent(-trends[up].fall),
            fall=percent(trends[down].fall),
            count=context[WINDOW],
        ),
        expected=Message(_("Parts that fall together, or stay.")),
        looked_at=values_of(up, points),
        evidence=(evidence(up, points), evidence(down, parts[down].last(context[WINDOW]))),
        causes=(
            Message(_("Weights that let one part win: its gradient is much larger.")),
            Message(_("Parts that want different things of the same embeddings.")),
        ),
        remedy=Message(_("Lower the weight of the part that falls, or raise the other's.")),
        check=say(_("{name} no longer rises."), name=up),
        **span(points),
    )
