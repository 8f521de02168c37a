"""python manage.py judge RUN … | --outdated: judge runs again, on all of their points."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.health.examination import examine, judged_otherwise
from dashboard.runs.models import Run


class Command(BaseCommand):
    help = (
        "Judge runs again, on all of their points: after an upgrade of the rules, or an import."
        " It may be stopped at any time; what is judged is kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("runs", nargs="*", metavar="RUN", help="ids, as in the run's address")
        parser.add_argument(
            "--outdated",
            action="store_true",
            help="every ended run that was judged by other versions of the rules, or never",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = dict.fromkeys(options["runs"])
        if not chosen and not options["outdated"]:
            raise CommandError("name the runs, or ask for all that are --outdated")
        if options["outdated"]:
            chosen |= dict.fromkeys(judged_otherwise().order_by("pk").values_list("pk", flat=True))
        for pk in chosen:
            self._judge(pk)
        self.stdout.write(f"{len(chosen)} runs judged")

    def _judge(self, pk: str) -> None:
        run = Run.objects.filter(pk=pk).first()
        if run is None:
            raise CommandError(f"there is no run {pk}")
        self.stdout.write(f"{pk} {run.name}: {examine(run).state}")
