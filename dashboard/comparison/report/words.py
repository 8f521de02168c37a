"""Words for what runs came to and for what differs between arms."""

from __future__ import annotations

from dashboard.comparison.changes import Standing
from dashboard.comparison.outcome import State
from dashboard.health.rule import gettext_noop

_ = gettext_noop

STATES = {
    State.MEASURED: _("Measured"),
    State.WAITING: _("Not ended yet"),
    State.NOT_A_NUMBER: _("No number"),
    State.UNLOGGED: _("Never logged"),
    State.CRASHED: _("Crashed"),
    State.STOPPED: _("Stopped before its end"),
    State.DELETED: _("Deleted"),
}
STANDINGS = {
    Standing.INTENDED: _("Intended"),
    Standing.BY_DESIGN: _("By design"),
    Standing.MIXED: _("Mixed over both arms"),
    Standing.EXPLAINED: _("Explained"),
    Standing.CONFOUNDER: _("Confounder"),
    Standing.UNKNOWN: _("One arm does not tell"),
}
