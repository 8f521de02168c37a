"""Change a study's question, in sight of everybody."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dashboard.comparison import definition as definitions
from dashboard.comparison.definition import Definition, StudyError
from dashboard.comparison.models import Change, Study
from dashboard.comparison.reading import members
from dashboard.comparison.who import Who
from dashboard.runs.models import Run, Status


@transaction.atomic
def change_question(study: Study, who: Who, **changes: Any) -> list[Change]:
    """Change the question. Each change is kept, and whether runs had started by then.

    StudyError: an unknown field, or a value that is not right.
    """
    if unknown := set(changes) - set(definitions.NAMES):
        told = _("This cannot be changed; these can: %(known)s.")
        told %= {"known": ", ".join(definitions.NAMES)}
        raise StudyError(dict.fromkeys(unknown, told))
    study = Study.objects.select_for_update().get(pk=study.pk)
    now_asked = definitions.of(study).kept
    then = Definition(**{**now_asked, **changes}).kept
    late = started(study)
    different = [name for name in then if then[name] != now_asked[name]]
    Study.objects.filter(pk=study.pk).update(**{name: then[name] for name in different})
    return [
        Change.objects.create(
            study=study,
            field=name,
            before=now_asked[name],
            after=then[name],
            started=late,
            by=who.by,
        )
        for name in different
    ]


def started(study: Study) -> bool:
    """Whether a run of it has begun: what is changed from now on is changed late."""
    return any(member.run is None or _begun(member.run) for member in members(study))


def _begun(run: Run) -> bool:
    """Also one that was sent in from elsewhere, of which only its end is known."""
    return run.started_at is not None or run.status not in (Status.QUEUED, Status.STOPPED)
