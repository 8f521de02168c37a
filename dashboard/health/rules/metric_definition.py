"""REP-03."""

from __future__ import annotations

from dashboard.health.baseline import Baseline
from dashboard.health.compared import against, to_baseline
from dashboard.health.definitions import covers, declared, redefined
from dashboard.health.differing import Change, named
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    State,
    gettext_noop,
    not_applicable,
    remarked,
    rule,
    say,
)
from dashboard.health.seen import fine

_ = gettext_noop

HELD_OUT = "eval/"


@rule(id="REP-03", title=_("Metrics that mean something else"))
def metric_definition(context: Context) -> Finding:
    """Metrics of one name that measure two things in the run and its baseline.

    A loss is its formula. KL(q||p) and KL(p||q), a loss among 5 candidates and one among 133 (ln N
    is 1.61 and 4.89), boxes in pixels and in shares of the image, a held-out set of another size:
    the numbers bear one name and must not be compared. A report swapped the direction of KL and
    showed the new values beside the old ones as an improvement.

    Each setting that defines a metric, as both trainers stated it, is compared with the baseline's;
    so is the definition of the loss and the fingerprint of the held-out set that trainers state.
    Where it differs, before and after of the metrics that it defines are refused. It is a failure
    when one of them is the metric that says whether a fix worked; for any other it is a remark,
    as the run itself may be well. What a change of the code redefines is not seen.
    """
    baseline = against(context)
    if isinstance(baseline, Finding):
        return baseline
    if not declared(baseline.trainer, baseline.facts, context.facts):
        says = _("Which settings define the metrics of {trainer} is not declared.")
        return not_applicable(say(says, trainer=baseline.trainer))
    found = redefined(
        baseline.trainer, (baseline.config, baseline.facts), (context.config, context.facts)
    )
    if not found:
        says = _("Every metric is defined as in the baseline {name}.")
        return fine(say(says, name=baseline.name), to_baseline(baseline))
    return _found(context, baseline, found)


def _found(context: Context, baseline: Baseline, found: dict[str, tuple[Change, ...]]) -> Finding:
    reasons = dict.fromkeys(_told(change) for changed in found.values() for change in changed)
    finding = Finding(
        state=State.FAIL,
        says=say(
            _("{metrics} must not be compared with the baseline: {changes} defines them anew."),
            metrics=named(_shown(name) for name in found),
            changes=named(reasons),
        ),
        expected=Message(_("The same definition in both, or a metric that both share.")),
        looked_at=to_baseline(baseline),
        number=Number(float(len(found)), _("metrics")),
        since_step=0,
        causes=(Message(_("The change that is tried also changes how the metric is computed.")),),
        remedy=Message(
            _("Compare by a metric whose definition is the same, such as one of the evaluation.")
        ),
        check=Message(_("This rule passes, or the metric that decides is not among those named.")),
    )
    decides = context.primary.name if context.primary else ""
    if decides and covers(found, decides):
        return finding
    says = _("{name}, which decides, is defined as before; those named are not to be compared.")
    return remarked(finding, say(says, name=decides or "–"))


def _told(change: Change) -> str:
    """A setting with both values; of a stated definition, which is a sentence, its name."""
    return change.name if "/" in change.name else str(change)


def _shown(name: str) -> str:
    return f"{name}…" if name == HELD_OUT else name
