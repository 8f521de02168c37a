"""The studies that the list shows: narrowed by words, project, trainer and answer, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.comparison.answer_words import LABELS
from dashboard.comparison.briefs import BRIEFS, Brief, Progress, progress
from dashboard.comparison.decision import Verdict
from dashboard.comparison.models import Member, Study
from dashboard.runs.models import LIVE

SHOWN = 25  # a page
MOST_MADE = 50  # answers that one request makes anew: the page asks again for the rest
RUNNING = "running"
WORDS = ("title", "hypothesis", "metric", "created_by", "project__name")  # that are searched


@dataclass(frozen=True)
class Asked:
    """Of the address; "" is everything."""

    words: str = ""
    project: str = ""
    trainer: str = ""
    answer: str = ""
    page: str = ""

    @property
    def narrowed(self) -> bool:
        return any((self.words, self.project, self.trainer, self.answer))


@dataclass(frozen=True)
class Found:
    """One page. left: studies whose answers are not made yet, so that they may come to be found."""

    page: Page[Study]
    progress: Mapping[str, Progress]
    left: int = 0

    @property
    def version(self) -> list[Any]:
        """Of all that the page shows."""
        shown = [self.progress[study.pk].version for study in self.page]
        return [self.page.number, self.page.paginator.count, self.left, *shown]


def asked(query: QueryDict) -> Asked:
    """An answer that there is not is none."""
    told = {name: query.get(name, "").strip() for name in ("project", "trainer", "answer", "page")}
    if told["answer"] not in {str(value) for value, _word in answers()}:
        told["answer"] = ""
    return Asked(query.get("q", "").strip()[:200], **told)


def answers() -> list[tuple[str, str]]:
    """What a study may answer, and its word."""
    return [(RUNNING, _("Running")), *((str(v), _(word)) for v, word in LABELS.items())]


def find(wanted: Asked) -> Found:
    studies: QuerySet[Study] | Sequence[Study] = _narrowed(wanted)
    left = 0
    if wanted.answer not in ("", RUNNING):
        studies, left = _answering(studies, Verdict(wanted.answer))
    page = Paginator(studies, SHOWN).get_page(wanted.page or 1)
    return Found(page, progress(page), left)


def brief(found: Found, study: Study) -> Brief | None:
    """None while its runs go: there is no answer yet, and none is looked for."""
    told = found.progress[study.pk]
    return None if told.going else BRIEFS.of(study, told)


def projects() -> list[str]:
    """Those that have studies."""
    there = Study.objects.order_by("project__name")
    return list(there.values_list("project__name", flat=True).distinct())


def trainers() -> list[str]:
    there = Study.objects.order_by("trainer")
    return list(there.values_list("trainer", flat=True).distinct())


def _narrowed(wanted: Asked) -> QuerySet[Study]:
    found = Study.objects.select_related("project").defer("config", "parts")
    for word in wanted.words.split():
        found = found.filter(_says(word))
    if wanted.project:
        found = found.filter(project__name=wanted.project)
    if wanted.trainer:
        found = found.filter(trainer=wanted.trainer)
    if wanted.answer:
        going = Exists(Member.objects.filter(arm__study=OuterRef("pk"), run__status__in=LIVE))
        found = found.filter(going if wanted.answer == RUNNING else ~going)
    return found


def _says(word: str) -> Q:
    found = Q()
    for name in WORDS:
        found |= Q(**{f"{name}__icontains": word})
    return found


def _answering(studies: Iterable[Study], verdict: Verdict) -> tuple[Sequence[Study], int]:
    """Those that answer so, and how many answers are still to be made."""
    there = list(studies)
    told, made, left, found = progress(there), 0, 0, []
    for study in there:
        known = BRIEFS.kept(told[study.pk])
        if known is None and made < MOST_MADE:
            known, made = BRIEFS.of(study, told[study.pk]), made + 1
        if known is None:
            left += 1
        elif known.verdict == verdict:
            found.append(study)
    return found, left
