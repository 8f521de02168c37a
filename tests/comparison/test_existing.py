"""A study of runs that are there says so."""

import pytest

from dashboard.comparison.conclusion import conclude
from dashboard.comparison.definition import StudyError
from dashboard.comparison.existing import from_runs
from dashboard.comparison.queueing import add_seeds
from tests.comparison.given import LIN, asked
from tests.web.given import ran

pytestmark = pytest.mark.django_db


def test_runs_that_are_there_make_a_study_that_says_so():
    before = [ran(losses=(2.0, 1.0 + 0.1 * n), config={"noise": 0.3}) for n in range(3)]
    after = [ran(losses=(2.0, 0.5 + 0.1 * n), config={"noise": 0.0}) for n in range(3)]
    study = from_runs(asked(), before, after, LIN)
    assert study.afterwards
    assert not study.paired  # all of seed 0
    assert [arm.patch for arm in study.arms.all()] == [{}, {"noise": 0.0}]
    assert len(conclude(study).sides[1].values) == 3


def test_seeds_can_be_added_to_runs_that_were_there():
    one, other = ran(config={"noise": 0.3}), ran(config={"noise": 0.0})
    study = from_runs(asked(), [one], [other], LIN)
    assert {run.config["noise"] for run in add_seeds(study, 2, LIN)} == {0.3, 0.0}


def test_a_run_stands_in_one_arm():
    run = ran()
    with pytest.raises(StudyError, match="A run stands in one arm"):
        from_runs(asked(), [run], [run], LIN)
    with pytest.raises(StudyError, match="at least one run"):
        from_runs(asked(), [run], [], LIN)
