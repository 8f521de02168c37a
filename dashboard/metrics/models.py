"""The metric tables. Only store.py and its neighbours in this package touch them."""

from __future__ import annotations

from django.db import models

from dashboard.runs.models import Run


class Journal(models.Model):
    """One run directory's growth, and how much of it is stored.

    A run that went on at another host has a second directory, and so a second journal.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="journals")
    source = models.CharField(max_length=32, blank=True)  # names the run directory
    offset = models.BigIntegerField(default=0)  # bytes of events.jsonl that are stored
    log_offset = models.BigIntegerField(default=0)  # bytes of console.log that are stored
    attempt = models.PositiveIntegerField(default=1)  # of its last "start" line
    points = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)  # lines that could not be stored
    rejections = models.JSONField(default=list)  # the first of them: {"offset", "reason"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "source"], name="one_journal_a_directory")
        ]


class Curve(models.Model):
    """One metric of one run, with what tables show of it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="curves")
    name = models.CharField(max_length=250)
    count = models.BigIntegerField(default=0)
    nonfinite = models.BigIntegerField(default=0)
    last = models.FloatField(null=True)  # null is NaN: SQLite has no other way to keep one
    last_step = models.BigIntegerField(default=0)
    last_time = models.FloatField(default=0)
    low = models.FloatField(null=True)  # of the finite values; null where there are none
    high = models.FloatField(null=True)
    tail = models.PositiveIntegerField(default=0)  # chunks that wait to be sealed into one

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="one_curve_a_name")]
        indexes = [  # to rank and to find runs by a metric (ranking.py)
            models.Index(fields=["name", "last", "run"], name="curves_by_last"),
            models.Index(fields=["name", "low", "run"], name="curves_by_low"),
            models.Index(fields=["name", "high", "run"], name="curves_by_high"),
        ]


class Chunk(models.Model):
    """Points of a curve in the order in which they were logged, as codec.py packs them."""

    curve = models.ForeignKey(Curve, models.CASCADE, related_name="chunks")
    attempt = models.PositiveIntegerField()
    sealed = models.BooleanField(default=False)
    data = models.BinaryField()


class Event(models.Model):
    """A line of events.jsonl that holds no points: start, mark, end …"""

    run = models.ForeignKey(Run, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=40)
    attempt = models.PositiveIntegerField(default=1)
    step = models.BigIntegerField(default=0)
    time = models.FloatField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["run", "kind"])]


class LogPart(models.Model):
    """A piece of console.log."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="log_parts")
    source = models.CharField(max_length=32, blank=True)
    start = models.BigIntegerField()
    data = models.BinaryField()
