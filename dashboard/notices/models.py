"""What people are told: the notices, the channels they leave by, each delivery."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from dashboard.runs.models import Project, Run


class Worry(models.TextChoices):
    """The states of a verdict that people are told of."""

    FAIL = "fail", _("Failing")
    WARN = "warn", _("Warning")


NEWS = "news"  # the state of a notice that is of no verdict


class Notice(models.Model):
    """A rule that turned to warn or fail on a run: one a rule, run and day (of UTC). Or news."""

    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="notices")
    rule = models.CharField(max_length=60, blank=True)
    day = models.DateField()
    state = models.CharField(  # the worst that was told
        max_length=4, choices=[*Worry.choices, (NEWS, _("News"))]
    )
    verdict = models.JSONField(default=dict)  # as it was when it turned; messages untranslated
    news = models.JSONField(default=dict)  # headline and says, untranslated; path, project
    told_at = models.DateTimeField(db_index=True)
    over_at = models.DateTimeField(null=True, blank=True)  # passes since, or a later one stands
    seen_by = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="seen_notices")

    class Meta:
        ordering = ["-told_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "rule", "day"], name="one_notice_a_rule_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.run_id or self.news['path']} {self.rule} {self.state} {self.day}"


class Kind(models.TextChoices):
    """How a channel carries what is told."""

    WEBHOOK = "webhook", _("Webhook (signed JSON)")
    SLACK = "slack", _("Slack, or what takes its messages")
    FEISHU = "feishu", _("Feishu / Lark")
    DINGTALK = "dingtalk", _("DingTalk")
    WECOM = "wecom", _("WeCom")
    EMAIL = "email", _("E-mail")


class Channel(models.Model):
    """Where notices are sent. Only administrators make and change them."""

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.WEBHOOK)
    target = models.TextField()  # an address of the web; of e-mail: addresses, one a line
    secret = models.CharField(max_length=200, blank=True)  # with which requests are signed
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True)  # null: all
    warnings = models.BooleanField(default=False)  # False: of verdicts, failures alone
    news = models.BooleanField(default=True)  # answers of studies
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, default="en")
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_mail(self) -> bool:
        return self.kind == Kind.EMAIL


class Delivery(models.Model):
    """One notice by one channel: the outbox, and what became of it. Without a notice: a test."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        GIVEN_UP = "given_up", _("Given up")

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries")
    notice = models.ForeignKey(
        Notice, models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(default=now)  # when it is tried (again)
    error = models.JSONField(default=dict)  # of the last attempt: a message, untranslated
    answer = models.TextField(blank=True)  # what the receiver said to the last attempt
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["next_at"], name="deliveries_due", condition=models.Q(status="waiting")
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel", "notice"], name="one_delivery_a_channel")
        ]

    def __str__(self) -> str:
        return f"{self.channel_id}: {self.status} after {self.attempts}"
