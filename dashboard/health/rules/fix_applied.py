"""FIX-01."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.health.baseline import Baseline
from dashboard.health.compared import (
    against,
    asked_changes,
    real_changes,
    to_baseline,
    told,
)
from dashboard.health.differing import Change, named, same
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    State,
    gettext_noop,
    rule,
    say,
    waiting,
)
from dashboard.health.seen import fine

_ = gettext_noop


@rule(id="FIX-01", title=_("Fix: applied"))
def fix_applied(context: Context) -> Finding:
    """Whether what was meant to change against the baseline did change, and nothing else.

    Edited is not applied: a checkpoint, a default or a script can win over the configuration, and a
    run is then compared with itself. The settings that were chosen otherwise than the baseline's
    are compared with those that are really at work otherwise, by what both trainers stated. A
    chosen change that is not at work, or another one that nobody chose, is a failure.

    Settings that no trainer states are taken as configured. Seed, data, device and code are looked
    at by *Fix: one change*. A run that changes nothing is a repetition, which passes.
    """
    baseline = against(context)
    if isinstance(baseline, Finding):
        return baseline
    if not context.facts and not context.over:
        says = _("What it works with is stated once it has begun.")
        return waiting(to_baseline(baseline), Message(says))
    asked, real = asked_changes(context, baseline), real_changes(context, baseline)
    missed = _not_among(asked, real)
    extra = _not_among(real, asked)
    if missed or extra:
        return _found(baseline, asked, missed, extra)
    if not asked:
        says = _("A repetition: no setting differs from the baseline's.")
        return fine(Message(says), to_baseline(baseline))
    return _confirmed(baseline, asked)


def _not_among(some: Sequence[Change], others: Sequence[Change]) -> list[Change]:
    """Those that the others do not hold with the same outcome."""
    there = {change.name: change.now for change in others}
    return [c for c in some if c.name not in there or not same(there[c.name], c.now)]


def _confirmed(baseline: Baseline, asked: Sequence[Change]) -> Finding:
    confirmed = say(_("Change of the configuration confirmed: {changes}."), changes=named(asked))
    number = Number(float(len(asked)), _("settings"))
    if offered := _offered(baseline, asked):
        says = _("{confirmed} It is the one that “{title}” offered.")
        return fine(say(says, confirmed=confirmed, title=offered), to_baseline(baseline), number)
    return fine(confirmed, to_baseline(baseline), number)


def _offered(baseline: Baseline, asked: Sequence[Change]) -> Message | None:
    """The title of the verdict on the baseline that offered just this."""
    wanted = {change.name: change.now for change in asked}
    for verdict in baseline.verdicts.values():
        if verdict.get("patch") == wanted:
            return told(verdict, "title")
    return None


def _found(
    baseline: Baseline, asked: Sequence[Change], missed: Sequence[Change], extra: Sequence[Change]
) -> Finding:
    says = say(_("Not at work as chosen: {changes}."), changes=named(missed))
    if not missed:
        says = say(_("Changed although nobody chose it: {changes}."), changes=named(extra))
    elif extra:
        others = named(change for change in extra if change.name not in {c.name for c in missed})
        if others:
            says = say(
                _("{missed} Changed although nobody chose it: {changes}."),
                missed=says,
                changes=others,
            )
    return Finding(
        state=State.FAIL,
        says=says,
        expected=say(
            _("Only what was chosen differs from the baseline: {changes}."),
            changes=named(asked) or "–",
        ),
        looked_at=to_baseline(baseline),
        number=Number(float(len(missed) + len(extra)), _("settings")),
        since_step=0,
        causes=(
            Message(
                _(
                    "Something wins over the configuration: “Configuration at work” fails in one of"
                    " the two."
                )
            ),
            Message(
                _(
                    "One of the two went on from an earlier checkpoint: “Resumed from another"
                    " configuration” warns."
                )
            ),
        ),
        remedy=Message(_("Set the value where it takes effect, then launch again.")),
        check=Message(_("What the trainer states differs from the baseline by the change alone.")),
    )
