"""Why a configuration was refused, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from dashboard.health.target_words import unreadable
from dashboard.health.wording import tell
from trainers.config import ConfigError
from trainers.targets import Unreadable

_ = gettext_noop

NUMBER = _("This is no number (got {got}).")
WHOLE = _("This is no whole number (got {got}).")
YES_OR_NO = _("This is neither true nor false (got {got}).")
TEXT = _("This is no text (got {got}).")

# By pydantic's name of what is wrong; what stands not here is told in its own words.
KINDS = {
    "greater_than": _("This must be greater than {gt} (got {got})."),
    "greater_than_equal": _("This must be at least {ge} (got {got})."),
    "less_than": _("This must be less than {lt} (got {got})."),
    "less_than_equal": _("This must be at most {le} (got {got})."),
    "finite_number": _("This must be a finite number (got {got})."),
    "float_parsing": NUMBER,
    "float_type": NUMBER,
    "int_parsing": WHOLE,
    "int_type": WHOLE,
    "int_from_float": WHOLE,
    "bool_parsing": YES_OR_NO,
    "bool_type": YES_OR_NO,
    "string_type": TEXT,
    "literal_error": _("This must be one of {expected} (got {got})."),
    "extra_forbidden": _("{trainer} has no such field; it has: {known}"),
    "missing": _("This must be given."),
    # of registered commands (trainers.command.model)
    "dash": _(
        "This must not begin with a dash (got {got}): the command would take it for an option."
    ),
    "signs": _("This must not hold U+0000 or half of a surrogate pair (got {got})."),
    "long": _("This must have at most {longest} characters."),
    "pattern": _("This must match {pattern} (got {got})."),
    "empty": _("This must not be empty."),
    "within": _("This must lie below {within} (got {got})."),
}


def told(error: ConfigError) -> dict[str, str]:
    """By field, as `error.errors`."""
    return {name: _told(error, name) for name in error.errors}


def _told(error: ConfigError, name: str) -> str:
    problem: Mapping[str, Any] = error.problems.get(name) or {}
    limits = problem.get("ctx", {})
    if isinstance(raised := limits.get("error"), Unreadable):
        return tell(unreadable(raised))
    if problem.get("type") not in KINDS:
        return error.errors[name]
    said = gettext(KINDS[problem["type"]])
    return said.format(**_limits(limits), got=repr(problem["input"]))


def _limits(context: Mapping[str, Any]) -> dict[str, Any]:
    """pydantic writes a choice as "'a', 'b' or 'c'"."""
    return {**context, "expected": str(context.get("expected", "")).replace(" or ", ", ")}
