"""Why a configuration was refused, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from trainers.config import ConfigError

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
}


def told(error: ConfigError) -> dict[str, str]:
    """By field, as `error.errors`."""
    return {name: _told(error, name) for name in error.errors}


def _told(error: ConfigError, name: str) -> str:
    problem = error.problems.get(name)
    if problem is None or problem["type"] not in KINDS:
        return error.errors[name]
    said = gettext(KINDS[problem["type"]])
    return said.format(**_limits(problem.get("ctx", {})), got=repr(problem["input"]))


def _limits(context: Mapping[str, Any]) -> dict[str, Any]:
    """pydantic writes a choice as "'a', 'b' or 'c'"."""
    return {name: str(value).replace(" or ", ", ") for name, value in context.items()}
