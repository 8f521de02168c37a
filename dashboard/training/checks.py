"""`manage.py check` tells what is wrong with the administrator's commands; nothing else stops."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from trainers.catalog import TRAINERS

HINT = "Mend it (docs/commands.md); the other trainers work meanwhile, and no restart is needed."


@register
def commands(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [Warning(text, hint=HINT, id="fixpoint.W001") for text in TRAINERS.problems]
