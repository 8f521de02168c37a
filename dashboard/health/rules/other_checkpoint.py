"""REP-02."""

from __future__ import annotations

from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    State,
    gettext_noop,
    rule,
    say,
    unlogged,
)
from dashboard.health.seen import fine

_ = gettext_noop

FROM, DIFFERS = "resume/from", "resume/differs"
SHOWN = 8  # fields that are named


@rule(id="REP-02", title=_("Resumed from another configuration"))
def other_checkpoint(context: Context) -> Finding:
    """The run went on from a checkpoint that was made with another configuration.

    Weights, optimizer and schedule then come from one set of settings and the rest of the curve
    from another: the run shows the effect of neither, and a fix that is read off the
    configuration may never have been at work from the start. Some scripts resume by themselves from
    whatever checkpoint they find in their output directory.

    The trainer compares the checkpoint's configuration with its own, field by field, leaving out
    what does not change learning (device, threads, how often is recorded). Any difference is a
    warning, as it may be meant. A run that begins from pretrained weights is not resumed.
    """
    origin, differs = context.facts.get(FROM), context.facts.get(DIFFERS)
    fields = [str(field) for field in differs] if isinstance(differs, list | tuple) else []
    if not origin and not fields:
        return unlogged(
            context, Message(_("This run did not go on from another run's checkpoint."))
        )
    looked_at = say(_("the configuration of {origin}"), origin=str(origin or "?"))
    if not fields:
        return fine(Message(_("Resumed from a checkpoint of the same configuration.")), looked_at)
    return Finding(
        state=State.WARN,
        says=say(
            _("Resumed from a checkpoint of another configuration, which differs in {fields}."),
            fields=_named(fields),
        ),
        expected=Message(_("The same configuration, or a start of its own.")),
        looked_at=looked_at,
        since_step=int(context.fact("resume/step", 0)),
        causes=(
            Message(_("A checkpoint of an earlier attempt was taken on purpose or left over.")),
        ),
        remedy=Message(_("Start a run of its own, in another directory; keep the old checkpoint.")),
        patch=context.patch(resume_from="", resume_other="refuse"),
        check=Message(_("The run begins at step 0, or resumes from its own configuration.")),
    )


def _named(fields: list[str]) -> str:
    rest = len(fields) - SHOWN
    return ", ".join(fields[:SHOWN]) + (f" (+{rest})" if rest > 0 else "")
