"""The words for the states of a verdict, worst first."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from dashboard.health.rule import STATES

__all__ = ["LABELS", "STATES"]

LABELS = {
    "fail": _("Failing"),
    "broken": _("Rule failed"),
    "warn": _("Warning"),
    "waiting": _("Not enough evidence"),
    "pass": _("Passing"),
    "not_applicable": _("Not applicable"),
}
