"""What the rules said about a run, which thresholds they were given, and who agrees."""

from __future__ import annotations

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from dashboard.health.labels import LABELS
from dashboard.runs.models import Project, Run


class Examination(models.Model):
    run = models.OneToOneField(Run, models.CASCADE, related_name="examination")
    state = models.CharField(max_length=20, choices=list(LABELS.items()), db_index=True)
    verdicts = models.JSONField(default=list)  # one a rule; messages untranslated (wording.py)
    step = models.PositiveBigIntegerField(default=0)  # the newest step that was looked at
    made_at = models.DateTimeField()
    engine_version = models.CharField(max_length=20)  # of judging and of all rules together
    thresholds = models.PositiveIntegerField(default=0)  # version of the project's choice; 0: none
    points = models.BigIntegerField(default=0)  # that the run had when it was looked at
    whole_points = models.BigIntegerField(default=0)  # that it had when all of them were looked at

    def __str__(self) -> str:
        return f"{self.run_id}: {self.state}"

    @property
    def is_partial(self) -> bool:
        """Long curves were looked at in part: the run had grown since all of it was judged."""
        return self.points > self.whole_points


class Remembered(models.Model):
    """What is remembered of a live run's curves (memory.py). It can be made anew at any time."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="remembered")
    basis = models.CharField(max_length=40)  # what it was made of: it holds for nothing else
    extra = models.BigIntegerField(default=0)  # points that had to be read beyond the usual
    data = models.BinaryField()


class Choice(models.Model):
    """The thresholds that a project chose in place of the rules' own, and the targets of its
    metrics: one version, never changed.

    The newest holds. A verdict names the version that it was made under.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="threshold_choices")
    version = models.PositiveIntegerField()  # 1, 2, 3 … in its project
    values = models.JSONField(default=dict)  # by rule, by threshold: all that are not the default
    targets = models.TextField(blank=True)  # as people write them (trainers.targets), one a line
    note = models.TextField(blank=True)  # why
    made_by = models.CharField(max_length=200)  # a person's name, or a token's
    made_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="one_choice_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: thresholds v{self.version}"


class Opinion(models.TextChoices):
    """MISSED: a rule did not speak, and should have."""

    RIGHT = "right", _("Right")
    WRONG = "wrong", _("Wrong")
    MISSED = "missed", _("Missed")
    NONE = "none", _("Taken back")


class Label(models.Model):
    """What a person says of a verdict. The newest of a run, rule and person holds; all are kept."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="labels")
    rule = models.CharField(max_length=100)
    rule_version = models.PositiveIntegerField()
    state = models.CharField(max_length=20)  # of the verdict that was looked at
    held_back = models.CharField(max_length=20, blank=True)  # of a remark
    thresholds = models.PositiveIntegerField(default=0)  # version that it was judged under
    opinion = models.CharField(max_length=10, choices=Opinion.choices)
    fault = models.BooleanField(null=True)  # whether this says that the fault is there; None: taken
    # back. What a back-test compares with, whatever the verdict becomes.
    note = models.TextField(blank=True)
    made_by = models.CharField(max_length=200)  # a person's name, or a token's
    made_at = models.DateTimeField(default=now)
    holds = models.BooleanField(default=True)  # no newer one by the same person

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["rule", "run"], name="labels_by_rule")]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "rule", "made_by"],
                condition=models.Q(holds=True),
                name="one_label_holds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.rule}: {self.opinion}"


class BackTest(models.Model):
    """Thresholds that were tried on past runs: what was asked, and what came of it run by run."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="backtests")
    version = models.PositiveIntegerField()  # of the choice that held then; 0: none
    current = models.JSONField(default=dict)  # its values
    proposed = models.JSONField(default=dict)
    rules = models.JSONField(default=list)  # those whose thresholds differ: the ones replayed
    query = models.TextField(blank=True)  # which of the project's runs
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField(default=now)
    applied = models.ForeignKey(Choice, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{self.project_id}: back-test {self.pk}"


class Replay(models.Model):
    """One run of a back-test: the rules' states under both choices, or why there are none.

    The run may be deleted by now.
    """

    backtest = models.ForeignKey(BackTest, models.CASCADE, related_name="replays")
    run_id = models.CharField(max_length=32)
    name = models.CharField(max_length=200)
    done = models.BooleanField(default=False)
    before = models.JSONField(default=dict)  # by rule: its state, "pass:warn" for a remark
    after = models.JSONField(default=dict)
    problem = models.JSONField(null=True)  # a message, untranslated (wording.py)
    seconds = models.FloatField(default=0)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.backtest_id}: {self.run_id}"
