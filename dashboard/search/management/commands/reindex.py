"""manage.py reindex: make what the search reads anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dashboard.search.indexing import index_all


class Command(BaseCommand):
    help = "Makes the tables that the search reads anew, from the runs and their examinations."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{index_all()} runs indexed")
