"""The key of an approval opens one study, however often it is sent."""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError, transaction

from dashboard.comparison.models import Study


def once(key: str, make: Callable[[], Study]) -> tuple[Study, bool]:
    """The study of this key, and whether it was made now. "" is no key: it makes one each time."""
    if not key:
        return make(), True
    if made := _made(key):
        return made, False
    try:
        with transaction.atomic():
            study = make()
            Study.objects.filter(pk=study.pk).update(key=key)
    except IntegrityError:
        if made := _made(key):  # the other press was quicker
            return made, False
        raise
    return study, True


def _made(key: str) -> Study | None:
    return Study.objects.filter(key=key).first()
