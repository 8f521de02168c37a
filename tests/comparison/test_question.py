"""A changed question is kept with who changed it and when; nothing else can be changed."""

import pytest

from dashboard.comparison.definition import StudyError
from dashboard.comparison.models import Study
from dashboard.comparison.question import change_question
from tests.comparison.given import LIN, answered, opened

pytestmark = pytest.mark.django_db


def test_a_change_of_the_question_is_kept_with_who_made_it_and_when():
    study = opened()
    change_question(study, LIN, smallest=0.5)
    answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    change_question(study, LIN, smallest=0.01, title="Less noise")
    kept = [(c.field, c.before, c.after, c.started) for c in study.changes.all()]
    assert kept == [("smallest", 0.1, 0.5, False), ("smallest", 0.5, 0.01, True)]
    assert Study.objects.get(pk=study.pk).smallest == 0.01


def test_what_is_no_question_cannot_be_changed():
    with pytest.raises(StudyError, match="paired: This cannot be changed"):
        change_question(opened(), LIN, paired=False)
