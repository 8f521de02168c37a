"""What was typed on the launch page, as the address of the study form carries it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from dashboard.training import refusals
from dashboard.web import fields
from dashboard.web.forms import ConfigForm
from trainers.config import ConfigError, Trainer, complete


def read(asked: QueryDict, name: str) -> dict[str, Any]:
    """?name=<json>. Http404: no JSON, or no mapping."""
    text = asked.get(name, "")
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Http404(_("The change in this address cannot be read."))
    return found


def changed(
    trainer: Trainer, base: Mapping[str, Any], settings: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """What of `base` the settings change, and what is refused of them, by setting.

    An emptied field (null) is refused where the launch page needs one, and else the default.
    """
    defaults = trainer.config().model_dump(mode="json")
    if emptied := [n for n, v in settings.items() if v is None and _needed(trainer, n)]:
        return {}, dict.fromkeys(emptied, _("This must be given."))
    filled = {n: defaults.get(n) if v is None else v for n, v in settings.items()}
    try:
        whole = complete(trainer, "", {**base, **filled}).model_dump(mode="json")
    except ConfigError as error:
        return {}, refusals.told(error)
    return {name: whole[name] for name in settings if whole[name] != base.get(name)}, {}


def address(about: Mapping[str, str], config: ConfigForm, project: str) -> str:
    """The query that carries what the launch form holds; static/js/launch.js keeps it up."""
    settings = {row.bound.name: _written(row.bound.value()) for row in config.changes()}
    told = {**about, "config": json.dumps(settings) if settings else "", "project": project}
    return urlencode({name: value for name, value in told.items() if value})


def _needed(trainer: Trainer, name: str) -> bool:
    info = trainer.config.model_fields.get(name)
    return info is not None and fields.field(info).required


def _written(value: Any) -> Any:
    return None if value == "" else value
