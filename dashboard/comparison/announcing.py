"""Tell people that a study has its answer: once, when the last of its runs has ended."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.urls import reverse

from dashboard.comparison.answer_words import LABELS, says
from dashboard.comparison.conclusion import Conclusion, conclude
from dashboard.comparison.models import Member, Study
from dashboard.health.rule import gettext_noop, say
from dashboard.notices.telling import tell_news
from dashboard.runs.models import LIVE

_ = gettext_noop


def announce() -> int:
    """How many were told. Answers after seeds were added are told anew."""
    return sum(_announce(study) for study in _answered())


def _answered() -> list[Study]:
    waiting = Member.objects.filter(run__status__in=LIVE).values("arm__study")
    untold = Study.objects.filter(told_look__lt=F("look")).exclude(pk__in=waiting)
    return list(untold.select_related("project").order_by("pk"))


def _announce(study: Study) -> bool:
    """False where it was told meanwhile, or seeds were added."""
    found = conclude(study)
    untold = Study.objects.filter(pk=study.pk, look=study.look, told_look__lt=study.look)
    with transaction.atomic():
        mine = bool(untold.update(told_look=study.look))
        if mine:
            _tell(found)
    return mine


def _tell(found: Conclusion) -> None:
    study, answer = found.study, found.main.answer
    headline = say(
        _("Study “{title}”: {answer}"), title=study.title, answer=say(LABELS[answer.verdict])
    )
    tell_news(study.project, headline, says(answer), reverse("study", args=[study.pk]))
