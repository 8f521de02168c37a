"""REP-01."""

from __future__ import annotations

from typing import Any

from dashboard.health.effective import PAIRS, Plain, agrees
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    State,
    gettext_noop,
    rule,
    say,
    unlogged,
)
from dashboard.health.seen import fine

_ = gettext_noop

SHOWN = 5  # fields that are named


@rule(id="REP-01", title=_("Configuration at work"))
def effective_config(context: Context) -> Finding:
    """What the run was told and what it really does are two different things.

    Defaults of a library, a checkpoint's own settings or a script that overrides its arguments can
    win over the configuration: a logit scale that was edited into a configuration file, and
    overwritten when the checkpoint was loaded, is the reports' example. The trainer states what it
    works with once it has begun; each such fact is compared with the field of the configuration
    that asks for it. One that differs is a failure.

    Compared are the fields that the trainers state as facts. The logit scale's start is CTR-01's, a
    GPU that was asked for and is not used RES-04's. Seeds and versions are not compared here.
    """
    known = [
        (field, context.config[field], context.facts[fact])
        for field, fact in PAIRS
        if field in context.config and fact in context.facts
    ]
    compared = [row for row in known if isinstance(row[1], Plain) and isinstance(row[2], Plain)]
    if not compared:
        return unlogged(context, Message(_("The trainer states nothing that could be compared.")))
    looked_at = say(_("{count} settings that the trainer stated"), count=len(compared))
    other = [row for row in compared if not agrees(row[1], row[2])]
    if not other:
        says = _("Each of {count} stated settings is what the configuration asks for.")
        return fine(say(says, count=len(compared)), looked_at)
    return Finding(
        state=State.FAIL,
        says=say(
            _("Other settings are at work than were asked for: {fields}."), fields=_told(other)
        ),
        expected=Message(_("The settings of the configuration.")),
        looked_at=looked_at,
        number=Number(float(len(other)), _("settings")),
        since_step=0,
        causes=(
            Message(
                _("A checkpoint's own settings, or a default that wins over the configuration.")
            ),
            Message(
                _(
                    "The run went on from an earlier attempt that had other settings: “Resumed"
                    " from another configuration” speaks as well."
                )
            ),
        ),
        remedy=Message(_("Set the value where it takes effect; look at what the trainer states.")),
        check=Message(_("The trainer states what the configuration asks for.")),
    )


def _told(other: list[tuple[str, Any, Any]]) -> str:
    told = [f"{field} {stated} ≠ {asked}" for field, asked, stated in other[:SHOWN]]
    return ", ".join(told) + (f" (+{len(other) - SHOWN})" if len(other) > SHOWN else "")
