"""Who opens a study, or changes it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User


@dataclass(frozen=True)
class Who:
    """by: a person's name, or a token's; user: whose runs they are."""

    by: str
    user: User | None = None
