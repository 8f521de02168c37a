"""REP-04."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.health.compared import absent
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    State,
    gettext_noop,
    not_applicable,
    rule,
    say,
    waiting,
)
from dashboard.health.seen import fine

_ = gettext_noop

NEEDED = {
    "seed": _("the seed"),
    "commit": _("the commit of the code"),
    "data": _("the data's fingerprint"),
    "python": _("the environment: Python and packages"),
    "device": _("the device"),
}
EDITS = "edits"


@rule(id="REP-04", title=_("What the run was made of"), weight="remark")
def made_of(context: Context) -> Finding:
    """What is needed to make the run again, and is not known.

    Seed, commit of the code, edits since then, fingerprint of the data, device and environment are
    taken down when a run begins. Without them a later run cannot be told to be a repetition, and a
    difference between two runs may be that of anything. Edits are known by their fingerprint alone:
    two runs can be told apart or alike, but the edited code is not kept and cannot be had again.

    It is information, not a fault of the training: a remark.
    """
    origin = context.origin
    if origin is None:
        return not_applicable(Message(_("What this run was made of is not known here.")))
    if not context.curves and not context.over:
        return waiting(
            Message(_("nothing")), Message(_("It is taken down once the run has begun."))
        )
    looked_at = Message(_("seed, commit, edits, data, device and environment"))
    missing = _missing(origin)
    if not missing:
        says = _("All that is needed to make it again is known.")
        return fine(Message(says), looked_at, Number(0.0, _("missing")))
    return Finding(
        state=State.WARN,
        says=_told(missing),
        expected=Message(_("All of them, and no edits since the commit.")),
        looked_at=looked_at,
        number=Number(float(len(missing)), _("missing")),
        since_step=0,
        causes=(
            Message(
                _(
                    "The code is in no git repository, or was edited and not committed: no commit,"
                    " or edits, are named above."
                )
            ),
            Message(_("The run was reported by a program that does not tell these.")),
        ),
        remedy=Message(_("Commit before launching; let the program tell what is missing.")),
        check=Message(_("Nothing is missing in the next run.")),
    )


def _missing(origin: Mapping[str, Any]) -> list[Message]:
    found = [Message(words) for name, words in NEEDED.items() if absent(origin.get(name))]
    if not absent(origin.get(EDITS)):
        found.append(Message(_("the edits since the commit, of which only a fingerprint is kept")))
    return found


def _told(missing: list[Message]) -> Message:
    listed = missing[0]
    for one in missing[1:]:
        listed = say(_("{some}, {one}"), some=listed, one=one)
    return say(_("Not known: {missing}."), missing=listed)
