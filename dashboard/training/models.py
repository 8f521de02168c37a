"""Who is at work: each worker host and the housekeeping say so every few seconds."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.timezone import now

from dashboard.runs.models import Run

SILENT_AFTER = dt.timedelta(seconds=15)


class Heartbeat(models.Model):
    """The last sign of life of one process."""

    class Kind(models.TextChoices):
        WORKER = "worker"
        HOUSEKEEPING = "housekeeping"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=200)  # the host
    detail = models.JSONField(default=dict)  # of a worker: its slots
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="one_heartbeat_each")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def is_alive(self) -> bool:
        return now() - self.seen_at < SILENT_AFTER


class PriorityChange(models.Model):
    """Somebody gave a waiting run another place in the queue."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="priority_changes")
    by = models.CharField(max_length=200)  # a person's name, or a token's
    before = models.IntegerField()
    after = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.by}: {self.before} -> {self.after}"
