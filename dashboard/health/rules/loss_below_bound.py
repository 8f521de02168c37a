"""NUM-02."""

from __future__ import annotations

import math
from typing import Any

from dashboard.health.figures import figure
from dashboard.health.readings import precision
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
    rule,
    say,
    unlogged,
)
from dashboard.health.seen import fine, span
from dashboard.metrics.series import Series

_ = gettext_noop

# Below the bound by round-off alone, measured on SDM losses: float32 and float16 stayed above
# -1e-4, bfloat16 with several positives came down to -0.0078; twice the spacing is allowed
ROUNDING = {"fp16": 0.002, "bf16": 0.0156, "bf16_weights": 0.0156}
LEAST_ROUNDING = 1e-4
STEPS = Threshold(
    "steps", 2, low=1, high=1_000_000, says=_("Values below the bound before it fails")
)
SMALLEST = "sdm/smallest_row"
ROW_SUM = "sdm/target_row_sum_max"
NORMALISED = 1 + 1e-3
FAR_BELOW = -0.5  # no epsilon of use comes near: ln(1 + 64 * 0.01) is 0.49


@rule(id="NUM-02", title=_("Loss below its bound"), thresholds=(STEPS,))
def loss_below_bound(context: Context) -> Finding:
    """A loss fell below what its definition allows: its terms are not what they are called.

    A divergence between two distributions is never negative. Kept above log 0 by an epsilon it can
    be so by round-off: KL(P‖q + eps) ≥ −ln(1 + (N − k)·eps), which is −6.3e-5 for N = 64 and
    eps = 1e-6. A value of −0.0339 is no round-off: it takes rows of the target that sum to 1.0345.

    Read are the losses whose bound the trainer declares, the SDM losses against `sdm/lower_bound`
    and their smallest row. It fails at two values below the bound less the round-off: 1e-4, and
    0.002 and 0.0156 where the loss is computed in fp16 and bf16 (measured on SDM losses). A loss
    without a declared bound is not checked. Do not clamp: that hides the defect, and a clamped
    term has no gradient.
    """
    watched = _watched(context)
    if not watched:
        return unlogged(context, Message(_("No loss with a declared lower bound is logged.")))
    slack = _rounding(context)
    below = {
        name: bad
        for name, bound in watched.items()
        if len(bad := _below(context.curve(name).finite, bound - slack)) >= context[STEPS]
    }
    if not below:
        return _fine(context, watched)
    worst = min(below, key=lambda name: (name == SMALLEST, not name.startswith("train/"), name))
    return _found(context, worst, watched[worst], below)


def _watched(context: Context) -> dict[str, float]:
    """Metrics that cannot fall below a bound, with the bound."""
    stated = {n: b for n, b in context.bounds.items() if _is_loss(n) and len(context.curve(n))}
    least = context.fact("sdm/lower_bound", math.nan)
    if math.isnan(least):
        return stated
    if least < 0:
        stated.pop("train/loss", None)  # a sum with a part that may be negative
    parts = [*context.named("sdm/", "/loss"), "train/loss/sdm", SMALLEST]
    return stated | {name: least for name in parts if len(context.curve(name).finite)}


def _is_loss(name: str) -> bool:
    return any(part == "loss" or part.endswith("_loss") for part in name.split("/"))


def _rounding(context: Context) -> float:
    stated = str(context.facts.get("sdm/loss_precision") or precision(context))
    return ROUNDING.get(stated, LEAST_ROUNDING)


def _below(curve: Series, bound: float) -> Series:
    return curve.where(curve.values < bound)


def _fine(context: Context, watched: dict[str, float]) -> Finding:
    count = sum(len(context.curve(name).finite) for name in watched)
    names = ", ".join(sorted(watched))
    return fine(
        Message(_("No value lies below the bound of its loss.")),
        say(_("{count} values of {names}"), count=count, names=names),
    )


def _found(context: Context, name: str, bound: float, below: dict[str, Series]) -> Finding:
    bad = below[name]
    lowest = float(bad.values.min())
    causes, patch = _explain(context, lowest)
    return Finding(
        state=State.FAIL,
        says=say(
            _("{name} fell to {lowest} at {count} steps; it cannot be less than {bound}."),
            name=name,
            lowest=figure(lowest),
            count=len(bad),
            bound=figure(bound),
        ),
        expected=say(_("At least {bound}, less round-off."), bound=figure(bound)),
        looked_at=say(_("{count} values of {names}"), count=len(bad), names=", ".join(below)),
        number=Number(lowest, _("lowest value")),
        evidence=tuple(
            evidence(part, points, Level(bound, Message(_("lower bound"))))
            for part, points in sorted(below.items(), key=lambda item: item[0] != name)
        ),
        causes=causes,
        remedy=Message(
            _("Mend what goes into the loss. A clamp at 0 hides it and takes the gradient away.")
        ),
        patch=patch,
        check=say(_("{name} stays above its bound at every step."), name=name),
        **span(bad),
    )


def _explain(context: Context, lowest: float) -> tuple[tuple[Message, ...], dict[str, Any]]:
    """Causes, most likely first, with the change that answers the first of them."""
    found = [
        (_unnormalised(context), context.patch(target_rows="normalised")),
        (_far_below(lowest), {}),
        (_half(context), context.patch(loss_precision="fp32")),
    ]
    seen = [(cause, patch) for cause, patch in found if cause]
    usual = Message(
        _(
            "An epsilon that is added to the targets and not divided out, or a term's"
            " sign: no row sum was logged that is off."
        )
    )
    return tuple(cause for cause, _patch in seen) or (usual,), seen[0][1] if seen else {}


def _unnormalised(context: Context) -> Message | None:
    sums = context.curve(ROW_SUM).finite.values
    largest = float(sums.max()) if len(sums) else 1.0
    if largest <= NORMALISED:
        return None
    return say(
        _(
            "Rows of the target sum to as much as {sum}: a term can then fall to"
            " −ln {sum} = {bound}."
        ),
        sum=figure(largest),
        bound=figure(-math.log(largest)),
    )


def _far_below(lowest: float) -> Message | None:
    if lowest > FAR_BELOW:
        return None
    return say(
        _("A term's sign: it is subtracted. No epsilon takes a loss down to {lowest}."),
        lowest=figure(lowest),
    )


def _half(context: Context) -> Message | None:
    stated = str(context.facts.get("sdm/loss_precision") or "")
    if stated not in ROUNDING:
        return None
    return say(_("The loss is computed in {dtype}: sums of many terms lose digits."), dtype=stated)
