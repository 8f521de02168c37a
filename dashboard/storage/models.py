"""What each run takes on the disk as it was last measured, and which runs were deleted."""

from __future__ import annotations

from typing import Any

from django.db import models

from dashboard.runs.models import Project, Run


class Usage(models.Model):
    """Bytes of one run. Measured, not counted along: nobody who writes has to know of it."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="usage")
    project = models.ForeignKey(Project, models.CASCADE, related_name="usages")
    points = models.BigIntegerField(default=0)
    log = models.BigIntegerField(default=0)
    samples = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    version = models.BigIntegerField()  # the run's, when it was measured
    final = models.BooleanField(default=False)  # the run had ended by then
    measured_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-total", "run"], name="usage_by_total"),
            models.Index(fields=["project", "-total"], name="usage_of_project"),
            models.Index(fields=["run"], name="usage_not_final", condition=models.Q(final=False)),
        ]


class Purged(models.Model):
    """A run that was deleted: the workers' order to remove its directory, and a record of it."""

    run = models.CharField(max_length=32, unique=True)  # the id that it had
    project = models.ForeignKey(Project, models.CASCADE, related_name="purged")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    by = models.CharField(max_length=150, blank=True)  # a person's name; "" is retention
    freed = models.BigIntegerField(default=0)  # bytes of points, log and samples
    folders = models.JSONField(default=dict)  # bytes by host: directories that workers removed
    purged_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["-purged_at"], name="purged_by_time")]

    def __str__(self) -> str:
        return f"{self.name} (deleted)"

    @property
    def removed(self) -> int:
        """Bytes that the workers removed."""
        folders: dict[str, Any] = self.folders
        return sum(folders.values())
