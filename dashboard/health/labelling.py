"""People's opinions of verdicts: which fit, keeping one, and which hold.

A label is of a verdict as it stood: its rule's version, its state, the thresholds of its time.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dashboard.health.models import Examination, Label, Opinion
from dashboard.health.verdict import Verdict
from dashboard.runs import lifecycle
from dashboard.runs.models import Run

SPEAKS = ("fail", "warn")
MOST_NOTE = 2000  # characters


class Unfit(Exception):
    """Why this cannot be said of that verdict."""


def fits(verdict: Verdict) -> tuple[Opinion, ...]:
    """What may be said of it. A remark speaks, although it does not count."""
    if speaks(verdict):
        return Opinion.RIGHT, Opinion.WRONG
    if verdict["state"] == "pass":
        return Opinion.RIGHT, Opinion.MISSED
    return () if verdict["state"] == "broken" else (Opinion.MISSED,)


def speaks(verdict: Verdict) -> bool:
    """It says that something is wrong, be it as a remark."""
    return verdict["state"] in SPEAKS or bool(verdict.get("held_back"))


def label(run: Run, rule: str, opinion: str, *, by: str, note: str = "") -> Label:
    """Keep what `by` says of the rule's verdict, in place of what they said before.

    Raises Unfit where there is no such verdict, or the opinion does not fit it.
    """
    verdict, thresholds = _verdict(run, rule)
    if opinion not in (*fits(verdict), Opinion.NONE):
        raise Unfit(_unfit(verdict))
    if len(note) > MOST_NOTE:
        raise Unfit(_("A note may have {most} characters.").format(most=MOST_NOTE))
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)  # two windows of one person
        Label.objects.filter(run=run, rule=rule, made_by=by, holds=True).update(holds=False)
        kept = Label.objects.create(
            run=run,
            rule=rule,
            rule_version=verdict["version"],
            state=verdict["state"],
            held_back=verdict.get("held_back") or "",
            thresholds=thresholds,
            opinion=opinion,
            fault=_fault(verdict, opinion),
            note=note,
            made_by=by,
        )
        lifecycle.touch([run.pk])
    return kept


def held(run_ids: list[str], rules: list[str] | None = None) -> list[Label]:
    """The labels that hold, newest first; taken back ones are none."""
    found = Label.objects.filter(run__in=run_ids, holds=True).exclude(opinion=Opinion.NONE)
    return list(found if rules is None else found.filter(rule__in=rules))


def _verdict(run: Run, rule: str) -> tuple[Verdict, int]:
    examination = Examination.objects.filter(run=run).first()
    verdicts: list[dict[str, Any]] = examination.verdicts if examination else []
    verdict = next((v for v in verdicts if v["rule"] == rule), None)
    if examination is None or verdict is None:
        raise Unfit(_("This run has no verdict of the rule {rule}.").format(rule=rule))
    return verdict, examination.thresholds


def _fault(verdict: Verdict, opinion: str) -> bool | None:
    """Whether it says that the fault is there."""
    if opinion == Opinion.NONE:
        return None
    return opinion == Opinion.MISSED or (opinion == Opinion.RIGHT and speaks(verdict))


def _unfit(verdict: Verdict) -> str:
    may = ", ".join(str(opinion.label) for opinion in fits(verdict))
    if not may:
        return _("A rule that failed has said nothing that could be right or wrong.")
    return _("Of this verdict may be said: {may}.").format(may=may)
