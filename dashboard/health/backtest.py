"""Trying thresholds on past runs: open one, replay run by run, read what flips.

A replay reads a run's stored curves and judges the rules whose thresholds differ, under the
thresholds that hold and under the proposed ones, by today's rules. It goes on in pieces of bounded
time, driven by whoever waits for it: nothing runs by itself, and nothing is lost when they leave.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dashboard.health import choosing
from dashboard.health.choosing import Refused
from dashboard.health.examination import context_of
from dashboard.health.judging import judge
from dashboard.health.models import BackTest, Choice, Examination, Replay
from dashboard.health.overrides import Overrides
from dashboard.health.rule import Context, Message, Rule, gettext_noop, say
from dashboard.health.rules import RULES
from dashboard.health.verdict import Verdict, wire
from dashboard.runs.models import Project, Run

logger = logging.getLogger(__name__)

MOST_RUNS = 200
USUAL_RUNS = 50
AT_ONCE = 1.5  # seconds that one piece may take, and the run that it is at

DELETED = Message(gettext_noop("It was deleted meanwhile."))
EMPTY = Message(gettext_noop("It has no points."))
UNREADABLE = gettext_noop("Its points cannot be read: {error}")


def open_one(
    project: Project, values: Mapping[str, Mapping[str, Any]], runs: Sequence[Run], *,
    by: str, query: str = "",
) -> BackTest:  # fmt: skip
    """Of these values, in place of those that hold, on these runs; nothing is replayed yet.

    Raises Refused where a value cannot be, nothing differs, or there are no runs.
    """
    proposed = choosing.read(values)
    current = choosing.in_force(project.pk)
    rules = [rule.name for rule in differing(current, Overrides(0, proposed))]
    if not rules:
        raise Refused(_("Nothing differs from the thresholds that hold: change some first."), {})
    if not runs:
        raise Refused(_("There is no run to replay."), {})
    with transaction.atomic():
        made = BackTest.objects.create(
            project=project, version=current.version, current=dict(current.values),
            proposed=proposed, rules=rules, query=query, made_by=by,
        )  # fmt: skip
        Replay.objects.bulk_create(
            Replay(backtest=made, run_id=run.pk, name=run.name) for run in runs[:MOST_RUNS]
        )
    return made


def newest_runs(project: Project, count: int) -> list[Run]:
    """Those with verdicts that are not in the trash, newest first."""
    judged = Run.objects.filter(project=project, examination__isnull=False, trashed_at=None)
    return list(judged.order_by("-created_at")[: min(count, MOST_RUNS)])


def differing(one: Overrides, other: Overrides) -> list[Rule]:
    """The rules that judge by other thresholds in the one than in the other."""
    return [rule for rule in RULES if one.of(rule) != other.of(rule)]


def go_on(backtest: BackTest, seconds: float = AT_ONCE) -> int:
    """Replay runs until the time is up, one at least. How many are left."""
    until = time.monotonic() + seconds
    for waiting in backtest.replays.filter(done=False):
        _replay(backtest, waiting)
        if time.monotonic() > until:
            break
    return backtest.replays.filter(done=False).count()


def use(backtest: BackTest, *, by: str, note: str) -> Choice:
    """Its thresholds hold in its project from now on. Raises Refused where others came since."""
    choice = choosing.choose(
        backtest.project, backtest.proposed, by=by, note=note, after=backtest.version
    )
    BackTest.objects.filter(pk=backtest.pk).update(applied=choice)
    return choice


def _replay(backtest: BackTest, replay: Replay) -> None:
    began = time.monotonic()
    made = _states(backtest, replay.run_id)
    seconds = time.monotonic() - began
    Replay.objects.filter(pk=replay.pk).update(done=True, seconds=seconds, **made)


def _states(backtest: BackTest, run_id: str) -> dict[str, Any]:
    run = Run.objects.filter(pk=run_id, purged_at=None).first()
    if run is None:
        return {"problem": wire(DELETED)}
    try:
        context = replace(context_of(run), verdicts=_stored(run))
    except Exception as error:  # one run that cannot be read must not end the others
        logger.exception("run %s cannot be replayed", run_id)
        return {"problem": wire(say(UNREADABLE, error=f"{type(error).__name__}: {error}"))}
    if not context.curves:
        return {"problem": wire(EMPTY)}
    return {
        "before": _judged(backtest, context, backtest.current),
        "after": _judged(backtest, context, backtest.proposed),
    }


def _stored(run: Run) -> dict[str, Verdict]:
    """The kept verdicts of all rules: some rules read those of others."""
    examination = Examination.objects.filter(run=run).first()
    return {verdict["rule"]: verdict for verdict in examination.verdicts} if examination else {}


def _judged(backtest: BackTest, context: Context, values: Any) -> dict[str, str]:
    rules = [rule for rule in RULES if rule.name in backtest.rules]
    targets = choosing.in_force(backtest.project_id).targets
    verdicts = judge(context, rules, Overrides(0, values, targets))
    return {verdict["rule"]: _state(verdict) for verdict in verdicts}


def _state(verdict: Verdict) -> str:
    held_back = verdict.get("held_back")
    return f"{verdict['state']}:{held_back}" if held_back else str(verdict["state"])
