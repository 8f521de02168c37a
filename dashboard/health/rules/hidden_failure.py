"""NUM-08."""

from __future__ import annotations

import numpy as np

from dashboard.health.boxes import above_zero
from dashboard.health.rule import (
    Context,
    Finding,
    Level,
    Message,
    State,
    Threshold,
    evidence,
    gettext_noop,
    rule,
    say,
    unlogged,
)
from dashboard.health.seen import fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

PARTS, WARNINGS = "train/loss/", "warn/"
STREAK = Threshold(
    "streak", 5, low=1, high=1_000_000, says=_("Newest values that are exactly 0 before it fails")
)
# a cross entropy in 32 bits rounds to 0 below 6e-8: what came down so far had been learnt
LEARNT = Threshold(
    "learnt",
    1e-3,
    low=0,
    high=1,
    says=_("Median before the zeros below which a part was learnt, and not lost"),
)
BEFORE = 40  # values before the zeros that its median is taken of
# Parts that are 0 by right where nothing is to be penalised
PENALTIES = ("norm", "penalty", "reg", "regularisation", "regularization", "margin", "hinge")


@rule(id="NUM-08", title=_("Failures that are hidden"), version=2, thresholds=(STREAK, LEARNT))
def hidden_failure(context: Context) -> Finding:
    """A part of the loss is silently replaced by zero, or errors are swallowed.

    Code that turns NaN into 0, clamps a loss at 0 or returns 0 from an `except` makes the reported
    total better (15.06 instead of 15.46 in a report) while the part no longer trains anything. A
    part of the loss that is exactly 0 in each of its newest 5 values is a failure: a cross entropy,
    a divergence or a distance falls to exactly 0 from one step to the next only where it is
    replaced. A part whose name is that of a penalty, norm, margin or hinge may be 0, and so may one
    that had sunk below 0.001 before: what is learnt to the last digit rounds to 0 in 32 bits.
    Counters named `warn/…` that are above 0, such as swallowed exceptions, are a failure, too.

    A part that is replaced by a small constant, or that has no gradient but a value, is not seen.
    """
    parts = {name: c.finite for name, c in context.named(PARTS).items() if len(c.finite)}
    warnings = {name: c for name, c in context.named(WARNINGS).items() if len(c.finite)}
    if not parts and not warnings:
        return unlogged(context, Message(_("The parts of the loss are not logged.")))
    swallowed = {name: bad for name, c in warnings.items() if len(bad := above_zero(c))}
    if swallowed:
        return _swallowed(context, swallowed)
    silent = {
        name: zeros for name, c in parts.items() if (zeros := _zeros(context, name, c)) is not None
    }
    if silent:
        return _silent(silent)
    looked_at = say(
        _("{count} values of {names}"),
        count=sum(len(curve) for curve in (parts | warnings).values()),
        names=", ".join(sorted(parts | warnings)),
    )
    return fine(Message(_("Every part of the loss has a value.")), looked_at)


def _zeros(context: Context, name: str, part: Series) -> Series | None:
    """The newest values in a row that are exactly 0; None where they are too few, or by right."""
    if name.removeprefix(PARTS).lower() in PENALTIES:
        return None
    other = np.flatnonzero(part.values != 0)
    zeros = part.last(len(part) - (int(other[-1]) + 1 if len(other) else 0))
    before = np.abs(part.values[: len(part) - len(zeros)][-BEFORE:])
    was_learnt = len(before) > 0 and float(np.median(before)) < context[LEARNT]
    return zeros if len(zeros) >= context[STREAK] and not was_learnt else None


def _silent(silent: dict[str, Series]) -> Finding:
    name, zeros = max(silent.items(), key=lambda item: len(item[1]))
    return Finding(
        state=State.FAIL,
        says=say(
            _("{name} is exactly 0 since step {step}: it no longer trains anything."),
            name=name,
            step=int(zeros.steps[0]),
        ),
        expected=Message(
            _("A value above 0: no cross entropy or distance becomes exactly 0 at once.")
        ),
        looked_at=values_of(name, zeros),
        evidence=tuple(
            evidence(part, points, Level(0.0, Message(_("exactly 0"))))
            for part, points in silent.items()
        ),
        causes=(
            Message(
                _(
                    "NaN or an exception is turned into 0: the part falls to exactly 0 from one"
                    " step to the next. Look for except and nan_to_num."
                )
            ),
            Message(
                _(
                    "A clamp at 0 of a loss that became negative: it sank towards 0 before. See"
                    " the loss below its bound."
                )
            ),
            Message(
                _(
                    "Nothing of its kind is in the batches any more, or its weight is 0: its"
                    " count of rows is 0 as well."
                )
            ),
        ),
        remedy=Message(_("Let the error through, count it, and mend what causes it.")),
        check=say(_("{name} has values above 0 again."), name=name),
        **span(zeros),
    )


def _swallowed(context: Context, swallowed: dict[str, Series]) -> Finding:
    name, bad = max(swallowed.items(), key=lambda item: context.total(item[0]))
    return Finding(
        state=State.FAIL,
        says=say(
            _("{count} hidden errors or warnings: {name}."), count=context.total(name), name=name
        ),
        expected=Message(_("None: what is swallowed hides what it does to the training.")),
        looked_at=values_of(name, bad),
        evidence=tuple(evidence(part, points) for part, points in swallowed.items()),
        causes=(Message(_("Code that catches every exception and goes on.")),),
        remedy=Message(_("Let the error through, count it, and mend what causes it.")),
        check=say(_("{name} stays 0."), name=name),
        **span(bad),
    )
