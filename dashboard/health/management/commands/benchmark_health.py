"""python manage.py benchmark_health: how often the verdicts are right, on known faults."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard.health.benchmark import plan, records, running
from dashboard.health.benchmark.report import page
from dashboard.health.benchmark.summary import summary
from dashboard.health.benchmark.training import WorkerDied
from dashboard.places import ROOT

PAGE = ROOT / "docs" / "health-benchmark.md"
NUMBERS = ROOT / "docs" / "health-benchmark.json"


class Command(BaseCommand):
    help = (
        "Trains the trainers with and without known faults, judges them as they grow, and says how"
        " often the verdicts are right. --score judges the recorded trainings again."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=["quick", "full"], default="quick")
        parser.add_argument("--score", action="store_true", help="train nothing: judge the records")
        parser.add_argument("--write", action="store_true", help="write docs/health-benchmark.*")
        parser.add_argument("--data", type=Path, default=ROOT / "build" / "health-benchmark")
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)

    def handle(self, *args: Any, **options: Any) -> None:
        jobs = max(1, options["jobs"])
        lines = running.unpacked() if options["score"] else self._trained(options, jobs)
        if not lines:
            raise CommandError(f"{running.RECORDED} holds no recorded training; train some first")
        cases, twins = running.counted(lines, at_once=jobs)
        found = summary(cases, twins)
        steps = max(case.record.last_step for case in cases)
        text = page(found, steps)
        if options["write"]:
            NUMBERS.write_text(json.dumps(found, indent=1) + "\n")
            PAGE.write_text(text)
            if not options["score"]:
                running.pack(lines)
        self.stdout.write(text)

    def _trained(self, options: Any, jobs: int) -> dict[str, str]:
        size = running.size_named(options["size"])
        journal = options["data"] / options["size"] / running.JOURNAL
        try:
            count = running.train(plan.orders(size), journal, at_once=jobs)
            self.stderr.write(f"{count} trainings done; judging, and repairing what can be")
            lines = running.trained(journal)
            found = {key: records.record_of(line) for key, line in lines.items()}
            wanted = running.repairs(found, running.judged(lines.values(), at_once=jobs))
            running.train(wanted, journal, at_once=jobs)
        except WorkerDied as error:
            raise CommandError(f"{error}: what was trained is kept in {journal}") from error
        return running.trained(journal)
