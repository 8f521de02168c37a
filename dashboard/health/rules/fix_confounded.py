"""FIX-04."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dashboard.health.baseline import Baseline
from dashboard.health.compared import absent, against, real_changes, to_baseline
from dashboard.health.differing import Change, changes, named
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

ORIGIN = ("seed", "data", "device", "commit", "edits", "python", "torch")


@rule(id="FIX-04", title=_("Fix: one change"))
def fix_confounded(context: Context) -> Finding:
    """More than the one change that is tried is different, so nothing can be put down to it.

    Counted are the settings that are really other than the baseline's; those that one known fix
    changes together are one change. Beside them seed, data, device, code (commit and edits) and the
    versions of Python and torch are compared. Two changes or more, or one of these, is a warning.
    A report changed scale, bank and boxes at once and doubled the learning rate in its fast mode:
    whatever came of it, none of the four can be credited.

    Settings that change nothing that is learnt (threads, how often is recorded, a cache's place)
    do not count. What is not known of both runs cannot differ here: *What the run was made of*
    says what is missing.
    """
    baseline = against(context)
    if isinstance(baseline, Finding):
        return baseline
    if not context.facts and not context.over:
        says = _("What it works with is stated once it has begun.")
        return waiting(to_baseline(baseline), Message(says))
    settings = independent(real_changes(context, baseline), baseline.together)
    beside = _beside(context, baseline)
    if len(settings) > 1 or beside:
        return _found(baseline, settings, beside)
    one = say(
        _("One change: {changes}; all else is the same."),
        changes=named(settings[0] if settings else ()),
    )
    told = one if settings else Message(_("Nothing differs from the baseline."))
    return fine(told, to_baseline(baseline), Number(float(len(settings)), _("changes")))


def independent(
    found: Sequence[Change], together: Iterable[frozenset[str]]
) -> list[tuple[Change, ...]]:
    """The changes in groups: those that one known fix makes together are in one."""
    groups: list[set[str]] = [{change.name} for change in found]
    for joint in together:
        touched = [group for group in groups if group & joint]
        if len(touched) > 1:
            groups = [group for group in groups if not group & joint]
            groups.append(set().union(*touched))
    by_name = {change.name: change for change in found}
    return [tuple(by_name[name] for name in by_name if name in group) for group in groups]


def _beside(context: Context, baseline: Baseline) -> list[Change]:
    """What else the two runs were made of, as far as both tell."""
    found = changes(baseline.origin, context.origin or {})
    told = (c for c in found if not absent(c.was) and not absent(c.now))
    edited = (c for c in found if c.name == "edits" and absent(c.was) != absent(c.now))
    return [change for change in (*told, *edited) if change.name in ORIGIN]


def _found(
    baseline: Baseline, settings: Sequence[tuple[Change, ...]], beside: Sequence[Change]
) -> Finding:
    everything = [change for group in settings for change in group] + list(beside)
    count = len(settings) + len(beside)
    return Finding(
        state=State.WARN,
        says=say(
            _("{count} things differ from the baseline, so none can be credited: {changes}."),
            count=count,
            changes=named(everything),
        ),
        expected=Message(_("One change of the configuration; same seed, data, device and code.")),
        looked_at=to_baseline(baseline),
        number=Number(float(count), _("changes")),
        since_step=0,
        causes=_causes(settings, beside),
        remedy=Message(
            _(
                "Open a study that takes the fix apart, or launch clones of the baseline that"
                " change one thing each, with the same seed."
            )
        ),
        check=Message(_("This rule names one change alone.")),
    )


def _causes(
    settings: Sequence[tuple[Change, ...]], beside: Sequence[Change]
) -> tuple[Message, ...]:
    several = say(_("{count} independent changes of the configuration."), count=len(settings))
    other = say(
        _("Beside the configuration: {names}."), names=named(change.name for change in beside)
    )
    return ((several,) if len(settings) > 1 else ()) + ((other,) if beside else ())
