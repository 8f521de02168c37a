"""NUM-01."""

from __future__ import annotations

import numpy as np

from dashboard.health.figures import figure
from dashboard.health.readings import rate_times
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
)
from dashboard.metrics.series import Curves, Series

_ = gettext_noop

GRAD_NORM = "train/grad_norm"
BEFORE = 20  # values before the first bad one that are searched for its cause
EXPLODED = 10.0  # times the usual gradient norm: beyond what minibatch noise does
FEW_VALUES = 5  # the newest ones, against the rest of the window
SLOWER = 10.0  # the learning rate's divisor in the offer
# fp16's loss scaler halves its scale a few times after start
SCALER_SEARCH = Threshold(
    "scaler_search",
    10,
    low=0,
    high=10_000,
    says=_("Infinite gradient norms under fp16 that are no defect"),
)


@rule(id="NUM-01", title=_("Non-finite loss"), thresholds=(SCALER_SEARCH,))
def non_finite_loss(context: Context) -> Finding:
    """A loss or the gradient norm became NaN or infinite.

    Every part of the training loss and the gradient norm is looked at, value by value; one bad
    value is enough, as nothing that is trained on it can be trusted. The part that broke first is
    named, because the others follow from it: a NaN in one part makes the sum NaN in the same step
    and the weights, and with them every other part, in the next.

    Only under fp16 a few gradient norms that are not finite, at most 10 beside finite losses, are
    usual: the loss scaler skips those steps while it looks for its scale.
    """
    curves = _watched(context.curves)
    if not curves:
        return unlogged(context, Message(_("No training loss is logged.")))
    bad = {name: curve for name in curves if len(curve := _bad(curves[name]))}
    if not bad:
        return _fine(curves)
    first = min(bad, key=lambda name: _blame(name, bad[name]))
    if first == GRAD_NORM and _is_scaler_search(context, bad):
        return _fine({name: curves[name] for name in curves if name != GRAD_NORM})
    return _failing(context, first, bad)


def _watched(curves: Curves) -> dict[str, Series]:
    return {
        name: curve
        for name in curves
        if (name == "train/loss" or name.startswith("train/loss/") or name == GRAD_NORM)
        and len(curve := curves[name])
    }


def _bad(curve: Series) -> Series:
    mask = ~np.isfinite(curve.values)
    return Series(curve.steps[mask], curve.times[mask], curve.values[mask])


def _blame(name: str, bad: Series) -> tuple[int, bool, int]:
    """The earliest; in one step a part before the sum, and a loss before the gradient it made."""
    return int(bad.steps.min()), name == GRAD_NORM, -name.count("/")


def _is_scaler_search(context: Context, bad: dict[str, Series]) -> bool:
    if context.facts.get("train/precision") != "fp16" or set(bad) != {GRAD_NORM}:
        return False
    return len(bad[GRAD_NORM]) <= context[SCALER_SEARCH]


def _fine(curves: dict[str, Series]) -> Finding:
    count = sum(len(curve) for curve in curves.values())
    return Finding(
        state=State.PASS,
        says=Message(_("Every value of the loss is finite.")),
        looked_at=_looked_at(count, curves),
    )


def _looked_at(count: int, curves: dict[str, Series]) -> Message:
    return say(_("{count} values of {names}"), count=count, names=", ".join(sorted(curves)))


def _failing(context: Context, first: str, bad: dict[str, Series]) -> Finding:
    curve = context.curve(first)
    at = int(bad[first].steps[0])
    causes, patch = _explain(context, at)
    return Finding(
        state=State.FAIL,
        says=say(
            _("{name} became {value} at step {step}, before anything else did."),
            name=first,
            value=figure(float(bad[first].values[0])),
            step=at,
        ),
        expected=Message(_("Finite values: every step that follows a NaN is trained on nothing.")),
        since_step=at,
        window=(_search(curve, at), int(bad[first].steps[-1])),
        looked_at=_looked_at(len(curve), {name: context.curve(name) for name in bad}),
        evidence=tuple(evidence(name, bad[name]) for name in sorted(bad)),
        causes=causes,
        remedy=Message(_("Launch again from the last good checkpoint with this change.")),
        patch=patch,
        check=say(_("Every part of the loss stays finite beyond step {step}."), step=at),
    )


def _search(curve: Series, at: int) -> int:
    """The first step of the window that is searched for a cause."""
    return int(curve.between(0, at).last(BEFORE + 1).steps[:1].sum())


def _explain(context: Context, at: int) -> tuple[tuple[Message, ...], dict[str, object]]:
    """Causes, most likely first, with the change that answers the first of them."""
    slower = rate_times(context, 1 / SLOWER)
    found = [
        (_zero_rows(context, at), context.patch(filter_boxes=True)),
        (_loss_in_half(context), context.patch(loss_precision="fp32")),
        (_explosion(context, at), slower),
        (_half(context), context.patch(precision="fp32")),
    ]
    seen = [(cause, patch) for cause, patch in found if cause]
    usual = Message(
        _(
            "A learning rate that is too high, or a division by zero in the loss: neither an"
            " exploding gradient nor zero-norm rows were logged before it."
        )
    )
    causes = tuple(cause for cause, _patch in seen) or (usual,)
    return causes, seen[0][1] if seen else slower


def _zero_rows(context: Context, at: int) -> Message | None:
    rows = context.curve("region/zero_rows").between(at - 1, at).finite
    if not len(rows) or rows.values.sum() <= 0:
        return None
    return say(
        _("0/0 while normalising: {rows} region embeddings of norm 0 entered the loss just then."),
        rows=int(rows.values.sum()),
    )


def _explosion(context: Context, at: int) -> Message | None:
    norms = context.curve(GRAD_NORM).between(0, at).finite.last(BEFORE).values
    if len(norms) <= FEW_VALUES:
        return None
    usual, newest = float(np.median(norms[:-FEW_VALUES])), float(norms[-FEW_VALUES:].max())
    if not newest > EXPLODED * usual:
        return None
    return say(
        _(
            "A learning rate that is too high: the gradient norm had risen from {usual} to"
            " {newest}."
        ),
        usual=figure(usual),
        newest=figure(newest),
    )


def _loss_in_half(context: Context) -> Message | None:
    if context.facts.get("sdm/loss_precision") != "fp16":
        return None
    return Message(
        _(
            "The loss is computed in 16 bits: an epsilon below 6e-8 is zero there, and its"
            " logarithm infinite."
        )
    )


def _half(context: Context) -> Message | None:
    if str(context.facts.get("train/precision", "")) != "fp16":
        return None
    return Message(_("Overflow of fp16, whose largest number is 65504."))
