"""manage.py texts: collect every text, keep its translation, compile."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Brings the Chinese catalogue up to date and compiles it; lists what lacks a translation."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        from dashboard.web import texts  # needs babel, which only contributors have

        catalog = texts.merged()
        texts.save(catalog)
        lacking = texts.missing(catalog)
        for text in lacking:
            self.stdout.write(text)
        self.stdout.write(f"{len(catalog)} texts, {len(lacking)} without a translation")
