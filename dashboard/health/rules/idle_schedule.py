"""REP-05, for schedules: a value that is said to follow one and does not move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

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
    not_applicable,
    rule,
    say,
    waiting,
)
from dashboard.health.seen import fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

ENOUGH = Threshold("enough", 50, low=2, high=1_000_000, says=_("Values it needs before it judges"))
HALF = 0.5  # of the planned steps: a schedule may begin late


@dataclass(frozen=True)
class Schedule:
    """A curve, and whether the configuration asks it to move."""

    curve: str
    asked: Callable[[Context], bool]


def _temperature(context: Context) -> bool:
    first, last = (context.config.get(f"temperature_{end}") for end in ("start", "end"))
    return first is not None and last is not None and first != last


def _rate(context: Context) -> bool:
    return context.config.get("schedule") == "cosine" or context.setting("warmup_steps", 0) > 0


SCHEDULES = (Schedule("sdm/temperature", _temperature), Schedule("train/lr", _rate))


@rule(id="REP-05", title=_("Idle schedule"), weight="remark", thresholds=(ENOUGH,))
def idle_schedule(context: Context) -> Finding:
    """A value that follows a schedule, by the configuration, has not moved at all.

    A report made its temperature "adaptive" to the norm of features that had just been normalised:
    the norm is 1 whatever the features are, and the temperature was a constant. Curves of schedules
    that the configuration asks to move (the learning rate of a cosine or a warm-up, a temperature
    whose start and end differ) must differ somewhere. One value alone, to the bit, over at least 50
    values and half of the planned steps, is told.

    Whether a schedule moves by the right amount is not judged. A remark until it is measured.
    """
    asked = {s.curve: context.curve(s.curve).finite for s in SCHEDULES if s.asked(context)}
    asked = {name: curve for name, curve in asked.items() if len(curve)}
    if not asked:
        return not_applicable(Message(_("No schedule that moves is configured and logged.")))
    for name, curve in asked.items():
        if (curve.values != curve.values[0]).any():
            continue
        if len(curve) < context[ENOUGH] or context.step < HALF * planned_steps(context):
            says = _("{name} has not moved yet; judged after {count} values and half the run.")
            return waiting(values_of(name, curve), say(says, name=name, count=context[ENOUGH]))
        return _found(name, curve)
    name, curve = next(iter(asked.items()))
    told = say(_("{count} schedules move as configured."), count=len(asked))
    return fine(told, values_of(name, curve), Number(float(np.ptp(curve.values)), _("of movement")))


def _found(name: str, curve: Series) -> Finding:
    return Finding(
        state=State.WARN,
        says=say(
            _("{name} is {value} at each of {count} values, though a schedule is configured."),
            name=name,
            value=f"{curve.values[0]:.6g}",
            count=len(curve),
        ),
        expected=Message(_("A value that moves.")),
        looked_at=values_of(name, curve),
        number=Number(0.0, _("of movement")),
        evidence=(evidence(name, curve),),
        causes=(
            Message(_("What it follows is a constant itself, such as the norm of unit vectors.")),
            Message(_("The schedule is never stepped, or something sets the value anew.")),
        ),
        remedy=Message(_("Log what the schedule follows; step it once an optimizer step.")),
        check=say(_("{name} differs between two steps."), name=name),
        **span(curve),
    )
