"""python manage.py benchmark_studies: studies of known truth by the thousand, as tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.comparison.benchmark.page import PAGE, breaches, page, write
from dashboard.comparison.benchmark.stories import stories
from dashboard.comparison.benchmark.tables import tables

FULL, LEAST = 4000, 20


class Command(BaseCommand):
    help = "Run studies whose truth is known, and write what came out to docs/studies.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--studies", type=int, default=FULL, help=f"a cell; {FULL}")
        parser.add_argument("--out", type=Path, default=PAGE, help="docs/studies.md")

    def handle(self, *args: Any, **options: Any) -> None:
        studies = options["studies"]
        if studies < LEAST:
            raise CommandError(f"--studies {studies}: at least {LEAST}, or no rate means anything")
        found = tables(studies)
        text = f"{page(found, studies)}\n{stories()}"
        self.stdout.write(f"wrote {write(text, options['out'])}")
        for told in breaches(found):
            self.stdout.write(f"above what is promised: {told}")
