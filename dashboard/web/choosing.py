"""Which runs a page is about: search, ids in the address, and what may be done with them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from dashboard.runs.models import Run, Status


def found(text: str, *, archived: bool) -> QuerySet[Run]:
    """The runs that every word of `text` fits, newest first."""
    runs = Run.objects.filter(archived_at__isnull=not archived)
    for word in text.split():
        runs = runs.annotate(tag_text=Cast("tags", TextField())).filter(_fits(word))
    return runs.order_by("-created_at", "-pk")


def listed(values: Iterable[str]) -> list[str]:
    """Ids from ?runs=a,b as well as from ?runs=a&runs=b, each once."""
    parts = (part.strip() for value in values for part in value.split(","))
    return list(dict.fromkeys(part for part in parts if part))


def _fits(word: str) -> Q:
    escaped = json.dumps(word)[1:-1]  # SQLite keeps JSON with its letters escaped
    return (
        Q(name__icontains=word)
        | Q(trainer__icontains=word)
        | Q(preset__icontains=word)
        | Q(project__name__icontains=word)
        | Q(tag_text__icontains=word)
        | Q(tag_text__icontains=escaped)
        | Q(status__in=_statuses(word))
    )


def _statuses(word: str) -> list[str]:
    """Statuses whose name, in English or in the reader's language, begins so."""
    low = word.lower()
    return [
        s.value for s in Status if s.value.startswith(low) or str(s.label).lower().startswith(low)
    ]
