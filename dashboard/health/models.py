"""What the rules said about a run when they last looked."""

from __future__ import annotations

from django.db import models

from dashboard.health.labels import LABELS
from dashboard.runs.models import Run


class Examination(models.Model):
    run = models.OneToOneField(Run, models.CASCADE, related_name="examination")
    state = models.CharField(max_length=20, choices=list(LABELS.items()), db_index=True)
    verdicts = models.JSONField(default=list)  # one a rule; messages untranslated (wording.py)
    step = models.PositiveBigIntegerField(default=0)  # the newest step that was looked at
    made_at = models.DateTimeField()
    engine_version = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.run_id}: {self.state}"
