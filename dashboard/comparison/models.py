"""What a study is: a question that was put before its runs began, and the runs that answer it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dashboard.runs.models import Project, Run, new_id


class Direction(models.TextChoices):
    LOWER = "lower", _("Lower is better")
    HIGHER = "higher", _("Higher is better")


class Summary(models.TextChoices):
    """Which number of a run's curve stands for the run."""

    LAST = "last", _("Last value")
    BEST = "best", _("Best value")
    MEAN = "mean", _("Mean of the last values")


class Design(models.TextChoices):
    COMPARE = "compare", _("Before and after")
    LEAVE_ONE_OUT = "leave_one_out", _("Each part left out once")
    FACTORIAL = "factorial", _("Every combination of parts")


class Study(models.Model):
    id = models.CharField(primary_key=True, max_length=32, default=new_id, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="studies")
    title = models.CharField(max_length=200)
    hypothesis = models.TextField(blank=True)
    trainer = models.CharField(max_length=40)
    config = models.JSONField(default=dict)  # complete: what the arms' patches are applied to
    design = models.CharField(max_length=20, choices=Design.choices, default=Design.COMPARE)
    parts = models.JSONField(default=list)  # [{"name", "patch"}]: what the fix is made of
    paired = models.BooleanField(default=True)  # runs of one seed are compared with each other

    # The question. Whoever changes it later leaves a Change behind.
    metric = models.CharField(max_length=300)
    direction = models.CharField(max_length=10, choices=Direction.choices)
    summary = models.CharField(max_length=10, choices=Summary.choices, default=Summary.LAST)
    last_k = models.PositiveIntegerField(default=20)  # values that MEAN takes
    smallest = models.FloatField()  # the smallest effect that matters, in the metric's unit
    guardrails = models.JSONField(default=list)  # [{"metric", "direction", "smallest" or null}]

    rule = models.CharField(max_length=60, blank=True)  # whose verdict asked for it
    source = models.ForeignKey(  # the run that had this verdict: asked again, not counted
        Run, models.SET_NULL, null=True, blank=True, related_name="asked_studies"
    )
    explanations = models.JSONField(default=dict)  # by difference: {"reason", "by", "at"}
    look = models.PositiveIntegerField(default=1)  # answers so far: seeds were added after each
    told_look = models.PositiveIntegerField(default=0)  # the answer that people were told of last
    afterwards = models.BooleanField(default=False)  # its first runs were there before the question
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=200, blank=True)  # a person's name, or a token's
    # Of one approval: pressed twice, one study. NULL where none was given.
    key = models.CharField(max_length=32, unique=True, null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def higher(self) -> bool:
        return self.direction == Direction.HIGHER


class Arm(models.Model):
    """One side. The first is what everything is compared with."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="arms")
    place = models.PositiveIntegerField()
    name = models.CharField(max_length=300)
    patch = models.JSONField(default=dict)  # on top of the study's config
    parts = models.JSONField(default=list)  # names of the parts that are in it

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["study", "place"], name="one_arm_a_place"),
            models.UniqueConstraint(fields=["study", "name"], name="one_arm_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A run in an arm. It outlives its run, so that none can be deleted in silence."""

    arm = models.ForeignKey(Arm, models.CASCADE, related_name="members")
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="memberships")
    run_name = models.CharField(max_length=200)
    seed = models.BigIntegerField()
    place = models.PositiveIntegerField()  # in the order in which the study's runs were queued
    look = models.PositiveIntegerField(default=1)  # for which answer it was added

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["arm", "run"], name="one_membership_a_run"),
        ]

    def __str__(self) -> str:
        return self.run_name


class Change(models.Model):
    """The question was changed after it had been put."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="changes")
    field = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    started = models.BooleanField()  # a run of the study had started: the answer may have been seen
    by = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} -> {self.after}"


class Trial(models.Model):
    """A run that tries what one verdict on its baseline offered. What came of it: trials.py."""

    run = models.OneToOneField(Run, models.CASCADE, related_name="trial")
    rule = models.CharField(max_length=60)  # whose verdict it was
    key = models.CharField(max_length=32, unique=True)  # of one approval: pressed twice, one run

    def __str__(self) -> str:
        return f"{self.rule}: {self.run_id}"
