"""Notices as sentences, in the language that is active."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import override

from dashboard.health.rule import gettext_noop
from dashboard.health.wording import worded
from dashboard.notices.address import link
from dashboard.notices.models import Delivery, Notice
from dashboard.notices.told import Told

HEADLINES = {
    ("fail", False): gettext_noop("{run} (#{number}): {rule}: failing"),
    ("fail", True): gettext_noop("{run} (#{number}): {rule}: failing since step {step}"),
    ("warn", False): gettext_noop("{run} (#{number}): {rule}: warning"),
    ("warn", True): gettext_noop("{run} (#{number}): {rule}: warning since step {step}"),
}


def headline(notice: Notice) -> str:
    """Which run, which rule, how bad, since when."""
    step = notice.verdict.get("since_step")
    return _(HEADLINES[notice.state, step is not None]).format(
        run=notice.run.name,
        number=notice.run.number,
        rule=worded(notice.verdict)["title"],
        step=step,
    )


def message(told: dict[str, Any]) -> str:
    """A kept message; "" where there is none."""
    return _(told["text"]).format(**told["values"]) if told else ""


def told(delivery: Delivery) -> Told:
    """What a channel is to tell now, in its language."""
    with override(delivery.channel.language):
        return _of_notice(delivery, delivery.notice) if delivery.notice else _of_test(delivery)


def _of_notice(delivery: Delivery, notice: Notice) -> Told:
    run, verdict = notice.run, worded(notice.verdict)
    with override("en"):
        sentence = f"{headline(notice)}. {worded(notice.verdict)['says']}"
    stops = run.stopped_by.get("rule") == notice.rule
    return Told(
        id=f"delivery-{delivery.pk}",
        event="verdict",
        at=notice.told_at.isoformat(timespec="seconds"),
        headline=headline(notice),
        says=verdict["says"] or "",
        sentence=sentence,
        state=notice.state,
        rule=notice.rule,
        since_step=notice.verdict.get("since_step"),
        remedy=verdict["remedy"] or "",
        stops=_("The run is stopped for this, as its launcher chose.") if stops else "",
        run=run.pk,
        run_name=run.name,
        run_number=run.number,
        project=run.project.name,
        link=link(f"{run.get_absolute_url()}?tab=verdicts#{notice.rule}"),
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
