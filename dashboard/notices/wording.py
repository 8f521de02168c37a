"""Notices as sentences, in the language that is active."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import override

from dashboard.health.rule import gettext_noop
from dashboard.health.wording import told as kept
from dashboard.health.wording import worded
from dashboard.notices.address import link
from dashboard.notices.models import NEWS, Delivery, Notice
from dashboard.notices.told import Told
from dashboard.runs.models import Run

HEADLINES = {
    ("fail", False): gettext_noop("{run} (#{number}): {rule}: failing"),
    ("fail", True): gettext_noop("{run} (#{number}): {rule}: failing since step {step}"),
    ("warn", False): gettext_noop("{run} (#{number}): {rule}: warning"),
    ("warn", True): gettext_noop("{run} (#{number}): {rule}: warning since step {step}"),
}


def headline(notice: Notice) -> str:
    """Which run, which rule, how bad, since when."""
    if notice.run is None:
        return kept(notice.news["headline"])
    step = notice.verdict.get("since_step")
    return _(HEADLINES[notice.state, step is not None]).format(
        run=notice.run.name,
        number=notice.run.number,
        rule=worded(notice.verdict)["title"],
        step=step,
    )


def says(notice: Notice) -> str:
    """The sentence under the headline."""
    return kept(notice.news["says"]) if notice.news else worded(notice.verdict)["says"] or ""


def path(notice: Notice) -> str:
    """The page that tells it whole."""
    if notice.run is None:
        return str(notice.news["path"])
    return f"{notice.run.get_absolute_url()}?tab=verdicts#{notice.rule}"


def message(told: dict[str, Any]) -> str:
    """A kept message; "" where there is none."""
    return _(told["text"]).format(**told["values"]) if told else ""


def told(delivery: Delivery) -> Told:
    """What a channel is to tell now, in its language."""
    with override(delivery.channel.language):
        if delivery.notice is None:
            return _of_test(delivery)
        if delivery.notice.run is None:
            return _of_news(delivery, delivery.notice)
        return _of_verdict(delivery, delivery.notice, delivery.notice.run)


def _sentence(notice: Notice) -> str:
    with override("en"):
        return f"{headline(notice)}. {says(notice)}"


def _of_verdict(delivery: Delivery, notice: Notice, run: Run) -> Told:
    verdict = worded(notice.verdict)
    stops = run.stopped_by.get("rule") == notice.rule
    return Told(
        id=f"delivery-{delivery.pk}",
        event="verdict",
        at=notice.told_at.isoformat(timespec="seconds"),
        headline=headline(notice),
        says=verdict["says"] or "",
        sentence=_sentence(notice),
        state=notice.state,
        rule=notice.rule,
        since_step=notice.verdict.get("since_step"),
        remedy=verdict["remedy"] or "",
        stops=_("The run is stopped for this, as its launcher chose.") if stops else "",
        run=run.pk,
        run_name=run.name,
        run_number=run.number,
        project=run.project.name,
        link=link(path(notice)),
    )


def _of_news(delivery: Delivery, notice: Notice) -> Told:
    return Told(
        id=f"delivery-{delivery.pk}",
        event=NEWS,
        at=notice.told_at.isoformat(timespec="seconds"),
        headline=headline(notice),
        says=says(notice),
        sentence=_sentence(notice),
        state=notice.state,
        rule="",
        since_step=None,
        remedy="",
        stops="",
        run="",
        run_name="",
        run_number=None,
        project=notice.news["project"],
        link=link(path(notice)),
    )


def _of_test(delivery: Delivery) -> Told:
    with override("en"):
        sentence = _("A test of the channel {name}.").format(name=delivery.channel.name)
    return Told(
        id=f"delivery-{delivery.pk}",
        event="test",
        at=now().isoformat(timespec="seconds"),
        headline=_("A test of the channel {name}.").format(name=delivery.channel.name),
        says=_("Verdicts will arrive here."),
        sentence=sentence,
        state="",
        rule="",
        since_step=None,
        remedy="",
        stops="",
        run="",
        run_name="",
        run_number=None,
        project="",
        link=link(reverse("channels")),
    )
