"""Studies that a run's verdicts asked for, and the studies that a run is a part of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dashboard.comparison.conclusion import conclude
from dashboard.comparison.models import Member, Study
from dashboard.comparison.reading import members
from dashboard.runs.models import Run
from dashboard.web import study_view


@dataclass(frozen=True)
class Asked:
    """word, look: of its answer; says: the same in sentences, or how far it is."""

    study: Study
    rule: str
    word: str
    look: str
    says: str


def asked_of(run: Run) -> list[Asked]:
    """Those that try a verdict of this run, the oldest first. Each answer is made anew."""
    return [_asked(study) for study in _studies(run)]


def runs_of(run: Run) -> list[Run]:
    """The runs that their answers are made of."""
    return list(Run.objects.filter(memberships__arm__study__in=_studies(run)).distinct())


def parts_of(run: Run) -> list[Member]:
    """The studies in which this run counts."""
    return list(Member.objects.filter(run=run).select_related("arm__study"))


def _studies(run: Run) -> Sequence[Study]:
    return list(Study.objects.filter(source=run).exclude(rule="").order_by("pk"))


def _asked(study: Study) -> Asked:
    held = members(study)
    going = sum(bool(one.run and one.run.is_live) for one in held)
    if going:
        told = _("%(ended)s of %(planned)s runs have ended")
        says = told % {"ended": len(held) - going, "planned": len(held)}
        return Asked(study, study.rule, _("Running"), "live", says)
    main = study_view.compared(conclude(study).main)
    cleared = main["cleared"]["says"] if main["cleared"] else ""
    label = main["label"]
    return Asked(study, study.rule, label["word"], label["look"], f"{main['says']} {cleared}")
