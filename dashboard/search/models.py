"""What the search reads instead of the runs' JSON: narrow tables with an index for every question.

indexing.py keeps them; nobody else writes them.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from dashboard.runs.models import Run

LONGEST_TEXT = 250  # characters of a value that are searched
AGAINST = ("fail", "broken", "warn")  # states that stand against a run, worst first


class Param(models.Model):
    """One setting of a run's configuration; nested ones have dots in their names."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="params", db_index=False)
    name = models.CharField(max_length=250)
    text = models.CharField(max_length=LONGEST_TEXT)
    number = models.FloatField(null=True)  # null where the value is no number

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="one_param_a_name")]
        indexes = [
            models.Index(fields=["name", "number", "run"]),
            models.Index(fields=["name", "text", "run"]),
        ]


class Tag(models.Model):
    run = models.ForeignKey(Run, models.CASCADE, related_name="tag_rows", db_index=False)
    name = models.CharField(max_length=LONGEST_TEXT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="one_tag_a_name")]
        indexes = [models.Index(fields=["name", "run"])]


class Standing(models.Model):
    """What one rule says of a run."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="standings", db_index=False)
    rule = models.CharField(max_length=60)
    state = models.CharField(max_length=20)
    held_back = models.CharField(max_length=20, blank=True)  # of a remark: what it would be
    cause = models.TextField(blank=True)  # the likeliest one's msgid, where it speaks against a run
    since = models.DateTimeField(null=True)  # when it was first found in this state

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "rule"], name="one_state_a_rule")]
        indexes = [
            models.Index(fields=["rule", "state", "run"]),
            models.Index(
                fields=["state", "rule", "run"],
                name="standings_against_runs",
                condition=models.Q(state__in=AGAINST),
            ),
        ]


class Words(models.Model):
    """All that a bare word looks through, case folded; and the note as it was written."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="words")
    text = models.TextField()
    note = models.TextField()


class SavedView(models.Model):
    """A named query with its columns and its order."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="views")
    name = models.CharField(max_length=80)
    address = models.TextField()  # the query string of the table's page
    shared = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_view_a_name")]

    def __str__(self) -> str:
        return self.name


class ColumnChoice(models.Model):
    """The columns that somebody chose last."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="columns")
    columns = models.TextField(blank=True)
