"""Explain a difference between the arms."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from dashboard.comparison.conclusion import conclude
from dashboard.comparison.definition import StudyError
from dashboard.comparison.models import Study
from dashboard.comparison.who import Who


@transaction.atomic
def explain(study: Study, difference: str, reason: str, who: Who) -> None:
    """Say why a difference between the arms cannot have made the effect; "" takes it back.

    StudyError: the arms do not differ in that, so far.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    if reason.strip():
        _check_difference(study, difference)
        told = {"reason": reason.strip(), "by": who.by, "at": now().isoformat()}
        study.explanations[difference] = told
    else:
        study.explanations.pop(difference, None)
    study.save(update_fields=["explanations"])


def _check_difference(study: Study, name: str) -> None:
    there = {row.name for one in conclude(study).comparisons for row in one.ledger}
    if name not in there:
        raise StudyError({"difference": _no_difference(name, sorted(there))})


def _no_difference(name: str, there: Sequence[str]) -> str:
    if not there:
        return _("The arms do not differ in anything so far: there is nothing to explain.")
    told = _("The arms do not differ in %(name)s; they do in: %(known)s.")
    return told % {"name": name or "–", "known": ", ".join(there)}
