"""What people are told of, and when: a rule that turns to warn or fail, once a day; news."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.timezone import now

from dashboard.health.rule import Message
from dashboard.health.verdict import Verdict, wire
from dashboard.notices.models import NEWS, Channel, Delivery, Notice, Worry
from dashboard.runs.models import Project, Run

RANK = {Worry.WARN: 1, Worry.FAIL: 2}
WANTED: dict[str, dict[str, bool]] = {  # what a channel is asked, by the notice's state
    Worry.FAIL: {},
    Worry.WARN: {"warnings": True},
    NEWS: {"news": True},
}
WELL = ("pass", "not_applicable")  # "waiting" and "broken" say neither well nor ill
LATELY = timedelta(days=1)  # what an older end's re-examination says is no news


def tell(run: Run, verdicts: Iterable[Verdict]) -> None:
    """Note what turned, and put it into the outbox. To be called within the verdicts' transaction.

    What was told already stands in the notices, not in the verdicts before: whatever is examined
    twice, by two workers or after a crash, is told once.
    """
    if run.quiet or not is_news(run):
        return
    notices = Notice.objects.filter(run=run, over_at=None).only("rule", "state")
    pressing = {notice.rule: notice for notice in notices}
    for verdict in verdicts:
        earlier = pressing.get(verdict["rule"])
        if rank(verdict["state"]) > (rank(earlier.state) if earlier else 0):
            _raise(run, verdict, earlier)
        elif earlier and verdict["state"] in WELL:
            Notice.objects.filter(pk=earlier.pk).update(over_at=now())


def tell_news(project: Project, headline: Message, says: Message, path: str) -> None:
    """Note what is of no verdict. To be called within the transaction that keeps that it was told.

    path: of the page that tells it whole.
    """
    when = now()
    news = {"headline": wire(headline), "says": wire(says), "path": path, "project": project.name}
    notice = Notice.objects.create(day=when.date(), told_at=when, state=NEWS, news=news)
    _send(project.pk, notice)


def is_news(run: Run) -> bool:
    """Whether the run lives, or has ended lately."""
    return run.is_live or (run.finished_at is not None and run.finished_at > now() - LATELY)


def rank(state: str) -> int:
    """How bad it is; 0 for what people are not told of."""
    return RANK.get(Worry(state), 0) if state in Worry.values else 0


def _raise(run: Run, verdict: Verdict, earlier: Notice | None) -> None:
    when, state = now(), verdict["state"]
    fresh = {"state": state, "verdict": _kept(verdict), "told_at": when}
    notice, made = Notice.objects.get_or_create(
        run=run, rule=verdict["rule"], day=when.date(), defaults=fresh
    )
    if not made:
        _again(notice, fresh)
    if earlier and earlier.pk != notice.pk:
        Notice.objects.filter(pk=earlier.pk).update(over_at=when)
    _send(run.project_id, notice)


def _again(notice: Notice, fresh: Mapping[str, Any]) -> None:
    """Back on the day it passed: as it was. Worse than it was: news to everybody."""
    worse = rank(fresh["state"]) > rank(notice.state)
    Notice.objects.filter(pk=notice.pk).update(over_at=None, **(fresh if worse else {}))
    notice.refresh_from_db()
    if worse:
        notice.seen_by.clear()


def _kept(verdict: Verdict) -> Verdict:
    """Without the points: they are in the examination and on the curve."""
    return {**verdict, "evidence": []}


def _send(project: int, notice: Notice) -> None:
    """One delivery a channel and notice, whatever becomes of the notice later on the day."""
    channels = Channel.objects.filter(
        Q(project=None) | Q(project=project), enabled=True, created_at__lte=notice.told_at
    )
    for channel in channels.filter(**WANTED[notice.state]):
        Delivery.objects.get_or_create(channel=channel, notice=notice)
