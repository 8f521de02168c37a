"""Queue the pair of runs that shows what this is for."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dashboard.up.demo import queue_demo


class Command(BaseCommand):
    help = "Queue a run with a known fault and the same run repaired, once per data directory."

    def handle(self, *args: Any, **options: Any) -> None:
        if queue_demo():
            self.stdout.write("queued the demonstration: region_contrastive, before and after")
        else:
            self.stdout.write("this data directory has had its demonstration already")
