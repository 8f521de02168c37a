"""What can be launched, and what is refused."""

import pytest

from dashboard.runs.models import Run
from dashboard.training.launching import launch
from trainers.config import ConfigError

pytestmark = pytest.mark.django_db


def test_a_launched_run_holds_its_complete_configuration():
    run = launch("rehearsal", preset="nan", config={"steps": 5})
    assert run.config["nan_at"] == 100
    assert run.config["steps"] == 5
    assert run.config["noise"] == 0.1
    assert run.status == "queued"


def test_runs_are_numbered_in_their_project():
    assert [launch("rehearsal").number for _ in range(2)] == [1, 2]
    assert launch("rehearsal", project="other").number == 1


def test_a_nameless_run_gets_a_telling_name():
    assert launch("rehearsal", preset="steady").name == "rehearsal-steady-1"


@pytest.mark.parametrize(
    ("trainer", "preset", "config", "field", "told"),
    [
        ("nope", "", {}, "trainer", "There is no trainer nope; there are: "),
        ("rehearsal", "nope", {}, "preset", "rehearsal has: steady, nan, crash"),
        ("rehearsal", "", {"stepz": 1}, "stepz", "no such field; it has: steps"),
        ("rehearsal", "", {"steps": 0}, "steps", "greater than or equal to 1 (got 0)"),
        ("rehearsal", "", {"steps": "many"}, "steps", "valid integer"),
    ],
)
def test_what_is_refused_names_the_field_and_makes_no_run(trainer, preset, config, field, told):
    with pytest.raises(ConfigError) as caught:
        launch(trainer, preset=preset, config=config)
    assert told in caught.value.errors[field]
    assert not Run.objects.exists()


def test_a_launch_without_redis_still_queues(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = launch("rehearsal")
    assert run.status == "queued"
