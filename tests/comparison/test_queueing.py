"""Seeds that are added: after an answer they make the next one stricter."""

import pytest

from dashboard.comparison.conclusion import conclude
from dashboard.comparison.decision import LEVEL, level_of
from dashboard.comparison.queueing import add_seeds
from tests.comparison.given import LIN, answered, finish, opened

pytestmark = pytest.mark.django_db


def test_seeds_that_are_added_after_an_answer_make_the_next_one_stricter():
    study = opened()
    answered(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    made = add_seeds(study, 2, LIN)
    assert sorted(run.seed for run in made) == [3, 3, 4, 4]
    study.refresh_from_db()
    assert study.look == 2
    for run in made:
        finish(run, 0.5 if run.config["noise"] == 0 else 1.0 + 0.01 * run.seed)
    interval = conclude(study).main.answer.decision.interval
    assert interval
    assert interval.level == level_of(2) > LEVEL


def test_seeds_that_are_added_before_anything_ended_cost_nothing():
    study = opened()
    add_seeds(study, 1, LIN)
    study.refresh_from_db()
    assert study.look == 1
