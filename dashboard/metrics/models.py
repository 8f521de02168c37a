"""The metric tables. Only store.py and its neighbours in this package touch them."""

from __future__ import annotations

from django.db import models

from dashboard.runs.models import Run


class Ledger(models.Model):
    """What became of everything that was sent for a run. Its row is the run's lock for writers."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="ledger")
    lines = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)  # lines that could not be stored
    sent = models.BigIntegerField(default=0)  # points, as the next ones
    stored = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    late = models.BigIntegerField(default=0)  # stored; their step was behind the newest
    repeated = models.BigIntegerField(default=0)  # stored; their step was the newest once more
    ahead = models.BigIntegerField(default=0)  # stored; logged by a clock ahead of ours
    again = models.BigIntegerField(default=0)  # bytes that came twice, and were passed over
    gaps = models.BigIntegerField(default=0)  # posts refused because bytes before them lacked
    loose = models.PositiveIntegerField(default=0)  # posts in the tail that are not yet folded
    tail = models.PositiveIntegerField(default=0)  # points in the tail


class Journal(models.Model):
    """One run directory's growth, and how much of it is stored.

    A run that went on at another host has a second directory, and so a second journal.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="journals")
    source = models.CharField(max_length=32, blank=True)  # names the run directory
    offset = models.BigIntegerField(default=0)  # bytes of events.jsonl that are stored
    log_offset = models.BigIntegerField(default=0)  # bytes of console.log that are stored
    system_offset = models.BigIntegerField(default=0)  # bytes of system.jsonl that are stored
    attempt = models.PositiveIntegerField(default=1)  # of its last "start" line
    points = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)  # lines that could not be stored
    rejections = models.JSONField(default=list)  # the first of them: {"offset", "reason"}
    seal_from = models.BigIntegerField(default=0)  # where the last stored line begins
    seal = models.CharField(max_length=16, blank=True)  # and its digest: is it the same file?

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "source"], name="one_journal_a_directory")
        ]


class Curve(models.Model):
    """One metric of one run, with what tables show of it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="curves")
    name = models.CharField(max_length=250)
    count = models.BigIntegerField(default=0)  # points that count; the others are superseded
    stored = models.BigIntegerField(default=0)  # all of them
    nonfinite = models.BigIntegerField(default=0)
    last = models.FloatField(null=True)  # null is NaN: SQLite has no other way to keep one
    last_step = models.BigIntegerField(default=0)
    last_time = models.FloatField(default=0)
    low = models.FloatField(null=True)  # of the finite values; null where there are none
    high = models.FloatField(null=True)
    tail = models.PositiveIntegerField(default=0)  # points that wait to be sealed
    front = models.BigIntegerField(default=-1)  # the greatest step of the attempt that logs now
    front_attempt = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="one_curve_a_name")]
        indexes = [  # to rank and to find runs by a metric (ranking.py)
            models.Index(fields=["name", "last", "run"], name="curves_by_last"),
            models.Index(fields=["name", "low", "run"], name="curves_by_low"),
            models.Index(fields=["name", "high", "run"], name="curves_by_high"),
        ]


class Tail(models.Model):
    """One acknowledged post, or several folded into one: what columns.py packs of all curves."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="tails")
    points = models.PositiveIntegerField()
    folded = models.BooleanField(default=False)
    data = models.BinaryField()


class Clock(models.Model):
    """Steps and wall times of a chunk, one for all curves that were logged together."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="clocks")
    data = models.BinaryField()


class Chunk(models.Model):
    """Sealed points of one attempt of a curve in the order of their steps.

    The blobs come last, the largest at the end: a reader of the others never touches it.
    """

    curve = models.ForeignKey(Curve, models.CASCADE, related_name="chunks")
    clock = models.ForeignKey(Clock, models.CASCADE, related_name="chunks")
    attempt = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    first_step = models.BigIntegerField()
    last_step = models.BigIntegerField()
    first_time = models.FloatField()  # the earliest: clocks may have been set back
    last_time = models.FloatField()
    coarse = models.BinaryField()  # buckets of sealing.COARSE points
    fine = models.BinaryField()  # buckets of sealing.FINE points
    data = models.BinaryField()  # values; steps and times are in the clock

    class Meta:
        db_table = "metrics_packed"  # metrics_chunk was another format's: see migration 0002
        indexes = [models.Index(fields=["curve", "last_step"], name="chunks_by_end")]


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
    """A piece of console.log, in the order of arrival; what lies between line ends is no line yet.

    Small posts are gathered in one piece (see console.py). The blob comes last.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="log_parts")
    source = models.CharField(max_length=32, blank=True)
    start = models.BigIntegerField()
    size = models.PositiveIntegerField(default=0)  # bytes
    lines = models.PositiveIntegerField(default=0)  # line ends in it
    is_open = models.BooleanField(default=False)  # it ends within a line
    data = models.BinaryField()


class SystemPart(models.Model):
    """Readings of a run's host, some in a row: what system.py packs of them."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="system_parts")
    source = models.CharField(max_length=32, blank=True)  # names the run directory
    readings = models.PositiveIntegerField()  # moments
    last_time = models.FloatField()
    data = models.BinaryField()
