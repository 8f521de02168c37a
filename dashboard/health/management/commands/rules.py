"""python manage.py rules: write docs/rules.md from the rules' docstrings."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dashboard.health.catalogue import write


class Command(BaseCommand):
    help = "Write docs/rules.md from the rules' docstrings."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"wrote docs/{write().name}")
