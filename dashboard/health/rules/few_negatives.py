"""CTR-04."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dashboard.health.figures import figure, percent
from dashboard.health.readings import comparable
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
    remarked,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.seen import fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

CANDIDATES, POSITIVES = "/candidates", "sdm/positives"
EFFECTIVE = "/effective_negatives"
GROUPS = ("region", "sdm")
ENOUGH = Threshold("enough", 100, low=1, high=1_000_000, says=_("Values it needs before it judges"))
FEW = Threshold("few", 8, low=1, high=1_000_000, says=_("Negatives below which it warns"))
DISCARDED = Threshold(
    "discarded",
    0.1,
    low=0,
    high=1,
    says=_("Share of the negatives that weigh, below which it remarks"),
)
BANK = 128  # entries, in the offer
UNMEASURED = Message(
    _("A remark: few negatives weigh as soon as a model tells most of them apart, which is right.")
)


@rule(id="CTR-04", title=_("Number of negatives"), thresholds=(ENOUGH, FEW, DISCARDED))
def few_negatives(context: Context) -> Finding:
    """The contrastive loss has few negatives, or the scale lets only few of them weigh.

    With N candidates there are N − 1 negatives. Fewer make the loss easier and lower, not harder:
    what suffers is what the embeddings learn. Fewer than 8 over the newest 100 values, once a
    memory bank is full, is a warning.

    Effective negatives, 1/Σw² of the negatives' softmax weights, tell how many of them count: of
    128 with cosines that spread by 0.0217, 116 count at a scale of 14.24 and 11 at 100, so that
    scale throws most of a freshly filled bank away. Below a tenth of the negatives is a remark
    only: a trained model that tells most negatives apart looks the same.
    """
    counts = {group: _negatives(context, group) for group in GROUPS}
    known = {group: curve for group, curve in counts.items() if len(curve)}
    if not known:
        return unlogged(context, Message(_("No number of candidates is logged.")))
    group, negatives = min(known.items(), key=lambda item: _median(item[1]))
    name = f"{group}{CANDIDATES}"
    if group == "region" and (pending := _pending(context)):
        return waiting(values_of(name, negatives), pending)
    negatives = negatives.between(comparable(context).since, math.inf)
    if len(negatives) < context[ENOUGH]:
        says = _("{count} of {needed} values of the number of candidates are there.")
        looked_at = say(_("{count} values of {name}"), count=len(negatives), name=name)
        return waiting(looked_at, say(says, count=len(negatives), needed=context[ENOUGH]))
    newest = negatives.last(context[ENOUGH])
    if _median(newest) < context[FEW]:
        return _few(context, name, newest)
    return _discarded(context, group, newest) or _fine(name, newest)


def _negatives(context: Context, group: str) -> Series:
    """Candidates less the right ones."""
    candidates = context.curve(f"{group}{CANDIDATES}").finite
    right = context.curve(POSITIVES).finite.values if group == "sdm" else np.ones(0)
    positives = float(np.median(right)) if len(right) else 1.0
    return Series(candidates.steps, candidates.times, np.maximum(candidates.values - positives, 0))


def _pending(context: Context) -> Message | None:
    """A bank that is still to fill: whether it comes in time is the bank's own rule."""
    size, fill = int(context.fact("bank/size", 0)), context.curve("bank/fill").finite.values
    if size <= 0 or not len(fill) or fill[-1] >= size:
        return None
    return say(
        _("The memory bank is not full yet: {fill} of {size}."), fill=int(fill[-1]), size=size
    )


def _median(points: Series) -> float:
    return float(np.median(points.values))


def _fine(name: str, newest: Series) -> Finding:
    says = _("{count} negatives for each embedding.")
    number = Number(_median(newest), _("negatives"))
    return fine(say(says, count=f"{_median(newest):.0f}"), values_of(name, newest), number)


def _few(context: Context, name: str, newest: Series) -> Finding:
    return Finding(
        state=State.WARN,
        says=say(
            _("Only {count} negatives for each embedding over the newest {steps} values."),
            count=f"{_median(newest):.0f}",
            steps=len(newest),
        ),
        expected=say(
            _("At least {few}. A low loss against few negatives says little about the embeddings."),
            few=context[FEW],
        ),
        causes=(Message(_("A small batch, and no memory bank or gathering over GPUs.")),),
        remedy=Message(_("Use a memory bank, a larger batch, or gather over GPUs.")),
        patch=_more(context),
        check=say(_("{name} is {few} or more."), name=name, few=context[FEW] + 1),
        **_common(name, newest, float(context[FEW]), Message(_("fewest"))),
    )


def _more(context: Context) -> dict[str, Any]:
    if context.setting("bank_size", 1) == 0:
        return context.patch(bank_size=BANK)
    size = context.setting("batch_size", 0)
    return context.patch(batch_size=int(2 * size)) if 0 < size <= 2048 else {}


def _discarded(context: Context, group: str, newest: Series) -> Finding | None:
    name = f"{group}{EFFECTIVE}"
    weighing = context.curve(name).finite.last(context[ENOUGH])
    if len(weighing) < context[ENOUGH] or _median(weighing) >= context[DISCARDED] * _median(newest):
        return None
    share = _median(weighing) / _median(newest)
    finding = Finding(
        state=State.WARN,
        says=say(
            _("Of {count} negatives only {weighing} weigh, {share}."),
            count=f"{_median(newest):.0f}",
            weighing=figure(_median(weighing)),
            share=percent(share),
        ),
        expected=say(_("At least {least} of the negatives."), least=percent(context[DISCARDED])),
        causes=(
            Message(_("A scale that is too high for how far the cosines spread.")),
            Message(_("A model that tells most negatives apart already: look at recall@1.")),
        ),
        remedy=Message(_("Start the logit scale lower, or choose harder negatives.")),
        check=say(_("{name} rises."), name=name),
        **_common(
            name,
            weighing,
            context[DISCARDED] * _median(newest),
            say(_("{share} of them"), share=percent(context[DISCARDED])),
        ),
    )
    return remarked(finding, UNMEASURED)


def _common(name: str, points: Series, level: float, label: Message) -> dict[str, Any]:
    return {
        "looked_at": values_of(name, points),
        "number": Number(_median(points), _("negatives")),
        "evidence": (evidence(name, points, Level(level, label)),),
        **span(points),
    }
