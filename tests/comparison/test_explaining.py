"""A difference confounds until somebody explains it."""

import pytest

from dashboard.comparison.changes import Standing
from dashboard.comparison.conclusion import conclude
from dashboard.comparison.decision import Verdict
from dashboard.comparison.explaining import explain
from dashboard.runs.models import Run
from tests.comparison.given import LIN, answered, opened, runs_of

pytestmark = pytest.mark.django_db


def test_another_commit_confounds_until_it_is_explained():
    study = opened()
    answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    for arm, commit in (("before", "a"), ("after", "b")):
        ids = [run.pk for run in runs_of(study, arm)]
        Run.objects.filter(pk__in=ids).update(snapshot={"git": {"commit": commit}})
    assert conclude(study).main.answer.verdict == Verdict.CONFOUNDED
    explain(study, "code.commit", "a typo in the README", LIN)
    study.refresh_from_db()
    found = conclude(study).main
    assert found.answer.verdict == Verdict.IMPROVED
    assert {d.name: d.standing for d in found.ledger}["code.commit"] == Standing.EXPLAINED
    explain(study, "code.commit", " ", LIN)
    study.refresh_from_db()
    assert conclude(study).main.answer.verdict == Verdict.CONFOUNDED
