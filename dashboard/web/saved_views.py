"""Named views of the table: a query, its columns and its order."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict

from dashboard.search.models import SavedView

KEPT = ("q", "sort", "columns", "archived")
LONGEST = 80  # characters of a name


def of(request: HttpRequest) -> list[dict[str, Any]]:
    """The reader's own, and what others share, by name."""
    mine = Q(owner_id=request.user.pk)
    rows = SavedView.objects.filter(mine | Q(shared=True)).select_related("owner")
    return [
        {
            "id": view.pk,
            "name": view.name,
            "address": view.address,
            "mine": view.owner_id == request.user.pk,
            "owner": view.owner.get_username(),
            "shared": view.shared,
        }
        for view in rows.order_by("name", "pk")
    ]


def save(request: HttpRequest) -> bool:
    """Keep the view under a name; one of that name is replaced. False without a name."""
    name = request.POST.get("name", "").strip()[:LONGEST]
    if not name:
        return False
    kept = {"address": address(request.GET), "shared": request.POST.get("shared") == "1"}
    SavedView.objects.update_or_create(owner_id=request.user.pk, name=name, defaults=kept)
    return True


def remove(request: HttpRequest) -> None:
    """Forget one of the reader's own."""
    asked = request.POST.get("view", "")
    if asked.isdecimal():
        SavedView.objects.filter(owner_id=request.user.pk, pk=int(asked)).delete()


def address(query: QueryDict) -> str:
    """What of an address makes the view; not the page one is on."""
    kept = QueryDict(mutable=True)
    for name in KEPT:
        if value := query.get(name):
            kept[name] = str(value)
    return kept.urlencode(safe="/,")
