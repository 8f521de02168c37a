"""What a run is: what was asked for, where it stands, who holds it."""

from __future__ import annotations

import secrets
import time

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")
    LOST = "lost", _("Lost")  # its lease ran out more often than it may be tried again


LIVE = (Status.QUEUED, Status.RUNNING)


def new_id() -> str:
    """32 hex characters, as MLflow's run ids; later ones sort after earlier ones (RFC 9562, v7).

    Rows that point at runs so lie in the order of their making, and a tie in the table of runs is
    broken by age.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fine = rest * 4096 // 1_000_000
    chance = secrets.randbits(62)
    return f"{milliseconds << 80 | 7 << 76 | fine << 64 | 2 << 62 | chance:032x}"


class Project(models.Model):
    name = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_number = models.PositiveIntegerField(default=0)  # of the runs that are deleted by now
    # Retention, in days; null is never. Locked runs are left out of both.
    trash_after = models.PositiveIntegerField(null=True, blank=True)  # since the run ended
    purge_after = models.PositiveIntegerField(null=True, blank=True)  # since it is in the trash

    def __str__(self) -> str:
        return self.name


# Columns by which the table of runs is sorted. Each has an index, for to read a run's row is dear:
# it holds the configuration and the snapshot.
SORTED_BY = (
    "created_at",
    "started_at",
    "finished_at",
    "name",
    "number",
    "seed",
    "status",
    "trainer",
    "preset",
    "host",
)


def _sorted_by(column: str) -> models.Index:
    """Of the runs that are not archived: the others are few, or seldom looked at."""
    live = models.Q(archived_at__isnull=True)
    return models.Index(fields=[column, "id"], name=f"runs_by_{column}", condition=live)


class Run(models.Model):
    id = models.CharField(primary_key=True, max_length=32, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()  # 1, 2, 3 … in its project; its colour follows from it
    name = models.CharField(max_length=200)
    trainer = models.CharField(max_length=40)  # a name in trainers.catalog.TRAINERS
    preset = models.CharField(max_length=40, blank=True)
    config = models.JSONField(default=dict)  # complete: every field of the trainer's config
    seed = models.BigIntegerField(default=0)
    tags = models.JSONField(default=list)
    note = models.TextField(blank=True)  # what this run changes, in the launcher's words
    priority = models.IntegerField(default=0)  # higher is claimed sooner
    processes = models.PositiveIntegerField(default=1)  # slots that it takes, all on one host
    baseline = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="fixes"
    )
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="runs"
    )

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    stop_requested = models.BooleanField(default=False)
    stop_when_fatal = models.BooleanField(default=False)  # its launcher lets a verdict stop it
    quiet = models.BooleanField(default=False)  # people are not told of its verdicts
    stopped_by = models.JSONField(default=dict)  # that verdict in short; empty: none did
    attempt = models.PositiveIntegerField(default=0)  # how often it was claimed
    losses = models.PositiveIntegerField(default=0)  # how often its lease ran out
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    host = models.CharField(max_length=200, blank=True)
    slot = models.CharField(max_length=1000, blank=True)  # "gpu:0", or "gpu:0,gpu:1"
    exit_code = models.IntegerField(null=True, blank=True)
    failure = models.TextField(blank=True)  # why it failed, and what to do next, in English
    failure_told = models.JSONField(default=dict)  # the same for translators: {"text", "values"};
    # empty where it is in a program's own words
    snapshot = models.JSONField(
        default=dict
    )  # git, packages, machine, command: as the trainer saw it
    facts = models.JSONField(default=dict)  # what the trainer stated about itself, by name

    version = models.BigIntegerField(default=0)  # grows with every change that a page shows
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    # A run in the trash is archived as well, so that no list shows it; where it was not archived
    # before, both are of the same moment, and restoring it brings it back to the lists.
    trashed_at = models.DateTimeField(null=True, blank=True)
    restored_at = models.DateTimeField(null=True, blank=True)  # out of the trash, the last time
    purged_at = models.DateTimeField(null=True, blank=True)  # being deleted: nothing brings it back
    purged_by = models.CharField(max_length=150, blank=True)  # who said so; "" is retention
    locked_at = models.DateTimeField(null=True, blank=True)  # since then nobody may delete it

    class Meta:
        indexes = [
            models.Index(fields=["status", "-priority", "created_at"]),
            models.Index(fields=["-created_at"]),
            *(_sorted_by(column) for column in SORTED_BY),
            models.Index(
                fields=["started_at", "finished_at", "id"],
                name="runs_by_duration",
                condition=models.Q(archived_at__isnull=True),
            ),
            # what a found run is asked for, without reading its row
            models.Index(fields=["id", "archived_at", "created_at"], name="runs_in_short"),
            models.Index(
                fields=["archived_at", "id"],
                name="runs_archived",
                condition=models.Q(archived_at__isnull=False),
            ),
            models.Index(
                fields=["trashed_at", "id"],
                name="runs_trashed",
                condition=models.Q(trashed_at__isnull=False),
            ),
            models.Index(fields=["project", "finished_at"], name="runs_of_project_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="one_run_a_number"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.status in LIVE
