"""CTR-05."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.health.figures import percent
from dashboard.health.readings import accumulation, planned_steps
from dashboard.health.rule import (
    Context,
    Finding,
    Level,
    Message,
    Number,
    State,
    Threshold,
    evidence,
    gettext_noop,
    not_applicable,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.metrics.series import Series

_ = gettext_noop

FILL = "bank/fill"
GRACE = Threshold(
    "grace",
    10,
    low=0,
    high=1_000_000,
    says=_("Steps after it is due before an empty bank is overdue"),
)
# a bank fills within a few steps
STUCK = Threshold(
    "stuck", 20, low=2, high=1_000_000, says=_("Values without growth before a bank is stuck")
)
LATE_WARN = Threshold(
    "late_warn",
    0.35,
    low=0,
    high=1,
    says=_("Share of the planned steps without the bank at which it warns"),
)
# most of what is learnt is learnt without it, and ln N jumps halfway
LATE_FAIL = Threshold(
    "late_fail",
    0.5,
    low=0,
    high=1,
    says=_("Share of the planned steps without the bank at which it fails"),
)
# in a trial of a few steps no share means anything
LATE_LEAST = Threshold(
    "late_least",
    20,
    low=0,
    high=1_000_000,
    says=_("Steps without the bank that are never called late"),
)
SOON = 1 / 16  # of the planned steps: what is offered instead, time for the features to settle


@dataclass(frozen=True)
class Bank:
    """What the run stated about its bank."""

    size: int
    warmup: float
    in_forwards: bool
    accumulation: int
    due: int  # optimizer step
    planned: int

    @property
    def share(self) -> float:
        """Of the planned steps that pass before it is due; 0 where the plan is unknown."""
        return self.due / self.planned if self.planned else 0.0


@rule(
    id="CTR-05", title=_("Memory bank"), thresholds=(GRACE, STUCK, LATE_WARN, LATE_FAIL, LATE_LEAST)
)
def memory_bank(context: Context) -> Finding:
    """The memory bank of negatives: off, pending, filling, full or overdue, and when it is due.

    The warm-up is shown in optimizer steps, the unit of every chart. Where it is counted in forward
    passes and several of them make one step (gradient accumulation), the two differ by that factor:
    400 forwards at accumulation 8 are 50 steps, and 50 forwards are 6.25. A bank that is still
    pending is no defect. It fails when it is empty 10 steps after it was due, when it stops growing
    before it is full, and when it is due so late that half of the run or more goes without it;
    35 % are a warning. A late bank also raises chance, ln N, in the middle of the run, so that
    the raw loss before and after cannot be compared.
    """
    if "bank/size" not in context.facts:
        return unlogged(context, Message(_("This run has no memory bank.")))
    bank = _bank(context)
    if bank.size <= 0:
        return not_applicable(Message(_("The memory bank is off: its size is 0.")))
    fill = context.curve(FILL).finite
    if trouble := _trouble(context, bank, fill):
        return trouble
    late = bank.share >= context[LATE_WARN] and bank.due >= context[LATE_LEAST]
    return _late(context, bank, fill) if late else _present(bank, fill)


def _bank(context: Context) -> Bank:
    factor = accumulation(context)
    warmup = context.fact("bank/warmup", 0.0)
    in_forwards = context.facts.get("bank/warmup_unit") == "forwards"
    due = warmup / factor if in_forwards else warmup
    return Bank(
        size=int(context.fact("bank/size", 0)),
        warmup=warmup,
        in_forwards=in_forwards,
        accumulation=factor,
        due=math.ceil(context.fact("bank/due_step", due)),
        planned=planned_steps(context),
    )


def _trouble(context: Context, bank: Bank, fill: Series) -> Finding | None:
    if not len(fill):
        return None
    now = float(fill.values[-1])
    if now <= 0:
        overdue = fill.steps[-1] > bank.due + context[GRACE]
        return _overdue(context, bank, fill) if overdue else None
    newest = fill.last(context[STUCK])
    if now >= bank.size or len(newest) < context[STUCK] or np.diff(newest.values).any():
        return None
    return _stuck(context, bank, newest)


def _present(bank: Bank, fill: Series) -> Finding:
    """Where a bank that is due in time and works stands now."""
    now = float(fill.values[-1]) if len(fill) else 0.0
    if now >= bank.size:
        return _full(bank, fill)
    if now <= 0:
        return waiting(_looked_at(fill), _plan(bank))
    says = say(_("Filling: {fill} of {size} entries."), fill=int(now), size=bank.size)
    return waiting(_looked_at(fill), says)


def _looked_at(fill: Series) -> Message:
    return say(_("{count} values of {name}"), count=len(fill), name=FILL)


def _plan(bank: Bank) -> Message:
    """When it is due, in optimizer steps, and how the configured number becomes that."""
    if bank.in_forwards and bank.accumulation > 1:
        return say(
            _(
                "Pending: due at optimizer step {due} ({warmup} forward passes / {accumulation} a"
                " step = {steps})."
            ),
            due=bank.due,
            warmup=int(bank.warmup),
            accumulation=bank.accumulation,
            steps=f"{bank.warmup / bank.accumulation:g}",
        )
    return say(_("Pending: due at optimizer step {due}."), due=bank.due)


def _full(bank: Bank, fill: Series) -> Finding:
    since = int(fill.steps[fill.values >= bank.size][0])
    return Finding(
        state=State.PASS,
        says=say(_("Full since step {step}: {size} entries."), step=since, size=bank.size),
        looked_at=_looked_at(fill),
        since_step=since,
    )


def _overdue(context: Context, bank: Bank, fill: Series) -> Finding:
    return Finding(
        state=State.FAIL,
        says=say(
            _("Overdue: the bank was due at step {due} and is still empty at step {now}."),
            due=bank.due,
            now=int(fill.steps[-1]),
        ),
        since_step=bank.due,
        causes=(
            Message(
                _(
                    "Entries are never put in, or the counter that opens the bank stands still:"
                    " bank/forwards tells which, as it grows in the first case alone."
                )
            ),
            *_units(bank),
        ),
        **_common(context, bank, fill.between(bank.due, math.inf)),
    )


def _stuck(context: Context, bank: Bank, stuck: Series) -> Finding:
    return Finding(
        state=State.FAIL,
        says=say(
            _("Stuck: {fill} of {size} entries for the last {count} values."),
            fill=int(stuck.values[-1]),
            size=bank.size,
            count=len(stuck),
        ),
        since_step=int(stuck.steps[0]),
        causes=(Message(_("Nothing is put in any more: look at which rows reach the bank.")),),
        **_common(context, bank, stuck),
    )


def _late(context: Context, bank: Bank, fill: Series) -> Finding:
    """Due so late that much of the run goes without it, whatever its state is by now."""
    return Finding(
        state=State.FAIL if bank.share >= context[LATE_FAIL] else State.WARN,
        says=say(
            _(
                "Late: the bank is due at step {due} of {planned}, so {share} of the run goes"
                " without its {size} negatives."
            ),
            due=bank.due,
            planned=bank.planned,
            share=percent(min(1.0, bank.share)),
            size=bank.size,
        ),
        number=Number(min(1.0, bank.share), _("of the steps")),
        since_step=0,
        causes=(*_units(bank), Message(_("A warm-up that was made for a longer run."))),
        **_common(context, bank, fill.between(0, bank.due)),
    )


def _units(bank: Bank) -> tuple[Message, ...]:
    if not (bank.in_forwards and bank.accumulation > 1):
        return ()
    return (
        say(
            _(
                "Two units: the warm-up of {warmup} counts forward passes, of which {accumulation}"
                " make one optimizer step: {steps} steps."
            ),
            warmup=int(bank.warmup),
            accumulation=bank.accumulation,
            steps=f"{bank.warmup / bank.accumulation:g}",
        ),
    )


def _common(context: Context, bank: Bank, points: Series) -> dict[str, Any]:
    soon = max(1, round(SOON * bank.planned))
    patch = context.patch(bank_warmup=soon, bank_warmup_unit="steps") if bank.due > soon else {}
    return {
        "expected": say(
            _("A full bank, {size} entries, within {grace} steps after it is due."),
            size=bank.size,
            grace=context[GRACE],
        ),
        "looked_at": _looked_at(context.curve(FILL).finite),
        "window": (int(points.steps[0]), int(points.steps[-1])) if len(points) else None,
        "evidence": (evidence(FILL, points, Level(bank.size, Message(_("full")))),),
        "remedy": Message(_("State the warm-up in optimizer steps, and well before the end.")),
        "patch": patch,
        "check": say(
            _("{name} reaches {size} by step {step}."),
            name=FILL,
            size=bank.size,
            step=soon + context[GRACE],
        ),
    }
