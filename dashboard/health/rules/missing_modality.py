"""DAT-02."""

from __future__ import annotations

import math

from dashboard.health.boxes import above_zero
from dashboard.health.figures import figure, percent
from dashboard.health.rule import (
    Context,
    Finding,
    Level,
    Message,
    Number,
    State,
    evidence,
    gettext_noop,
    rule,
    say,
    unlogged,
)
from dashboard.health.seen import fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

IN_LOSS = "sdm/missing_in_loss"
MISSING = "data/missing/"
ROWS = "features/{modality}/rows"


@rule(id="DAT-02", title=_("Missing modalities in the loss"))
def missing_modality(context: Context) -> Finding:
    """Records that lack a modality take part in the loss as if they had it.

    Where a record has no infrared picture, a null vector stands in for it. All such rows are one
    and the same vector, so nothing can tell them apart: m of N rows that share it keep a
    contrastive loss from falling below m/N · ln m, and recall@1 from exceeding (N − m + 1)/N. With
    40 % missing and N = 64 that is a floor of 1.32 and at most 0.61. The true modalities are pulled
    towards the null vector meanwhile.

    Deterministic: one such row is a failure. A record that is masked out of the loss is no
    defect. It does not check whether the mask marks the right records.
    """
    counted = context.curve(IN_LOSS).finite
    if not len(counted):
        return unlogged(context, Message(_("Missing modalities are not counted in this run.")))
    bad = above_zero(counted)
    if len(bad):
        return _found(context, bad)
    left_out = sum(context.total(name) for name in context.named(MISSING))
    says = _("No missing modality enters the loss; {count} were left out of it.")
    return fine(say(says, count=left_out), values_of(IN_LOSS, counted))


def _found(context: Context, bad: Series) -> Finding:
    name, shared, candidates = _worst(context)
    return Finding(
        state=State.FAIL,
        says=say(
            _("{rows} rows of missing modalities entered the loss, {mean} a step."),
            rows=context.total(IN_LOSS),
            mean=figure(float(bad.values.mean())),
        ),
        expected=_floor(name, shared, candidates),
        looked_at=values_of(IN_LOSS, context.curve(IN_LOSS).finite),
        number=Number(float(bad.values.mean()), _("rows a step")),
        evidence=(evidence(IN_LOSS, bad, Level(0.0, Message(_("none allowed")))),),
        causes=(_cause(context),),
        remedy=Message(_("Mask missing modalities out of the loss before the similarities.")),
        patch=context.patch(mask_missing=True),
        check=say(_("{name} stays 0 at every step."), name=IN_LOSS),
        **span(bad),
    )


def _worst(context: Context) -> tuple[str, float, float]:
    """The modality that is missing most: its name, its rows that share one vector, all rows."""
    candidates = _mean(context.curve("sdm/candidates"))
    means = {
        name.removeprefix(MISSING): _mean(curve) for name, curve in context.named(MISSING).items()
    }
    name = max(means, key=lambda name: means[name], default="")
    return name, means.get(name, 0.0), candidates


def _mean(curve: Series) -> float:
    values = curve.finite.values
    return float(values.mean()) if len(values) else 0.0


def floor(shared: float, rows: float) -> float:
    """The least contrastive loss where `shared` of `rows` are one vector."""
    return shared / rows * math.log(shared) if 1 < shared <= rows else 0.0


def _floor(name: str, shared: float, rows: float) -> Message:
    least = floor(shared, rows)
    if not least:
        return Message(_("0 rows: what is missing cannot be aligned with anything."))
    return say(
        _(
            "0 rows. Of {name}, {share} of {rows} rows share one null vector: a contrastive loss of"
            " such pairs stays above {least}, and recall@1 below {most}."
        ),
        name=name,
        share=percent(shared / rows),
        rows=f"{rows:.0f}",
        least=figure(least),
        most=figure((rows - shared + 1) / rows),
    )


def _cause(context: Context) -> Message:
    if context.config.get("mask_missing") is False:
        return Message(_("The mask of missing modalities is switched off in the configuration."))
    return Message(
        _("The mask is not applied, or applied to the loss after null vectors were compared.")
    )
