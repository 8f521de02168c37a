"""A worker removes the directories of deleted runs, and nothing that the app did not name."""

import fcntl
import os

import pytest

from dashboard.training import client
from dashboard.training.removal import Remover

ONE, OTHER = "a" * 32, "b" * 32


class App:
    """Knows which runs were deleted; remembers what it was told."""

    def __init__(self, *deleted):
        self.deleted = set(deleted)
        self.asked = []
        self.told = {}

    def __call__(self, host, runs, removed):
        self.asked.append(list(runs))
        self.told |= removed
        return [run for run in runs if run in self.deleted]


@pytest.fixture
def runs(tmp_path):
    for name in (ONE, OTHER):
        (tmp_path / name / "checkpoints").mkdir(parents=True)
        (tmp_path / name / "checkpoints" / "last.pt").write_bytes(b"w" * 1000)
    return tmp_path


def there(runs):
    return sorted(path.name for path in runs.iterdir())


def test_the_directory_of_a_deleted_run_goes_with_its_checkpoints(runs):
    app = App(ONE)
    Remover(runs, app).heed(1)
    assert there(runs) == [OTHER]
    assert app.told == {ONE: 1000}


def test_while_nothing_new_was_deleted_nobody_is_asked(runs):
    app = App(ONE)
    remover = Remover(runs, app)
    remover.heed(0)
    remover.heed(1)
    asked = len(app.asked)
    remover.heed(1)
    assert len(app.asked) == asked


def test_without_the_apps_word_nothing_goes(runs):
    def away(host, some, removed):
        raise client.Unreachable("away")

    with pytest.raises(client.Unreachable):
        Remover(runs, away).heed(1)
    assert there(runs) == [ONE, OTHER]


def test_an_answer_that_names_what_was_not_asked_for_is_not_followed(runs):
    (runs.parent / "precious").mkdir(exist_ok=True)

    def confused(host, some, removed):
        return ["../precious", ".", "", "/"]

    Remover(runs, confused).heed(1)
    assert there(runs) == [ONE, OTHER]
    assert (runs.parent / "precious").exists()


@pytest.mark.parametrize("name", ["notes", "a" * 31, "A" * 32, ".trash"])
def test_what_is_no_runs_directory_is_not_even_asked_after(runs, name):
    (runs / name).mkdir()
    app = App(name)
    Remover(runs, app).heed(1)
    assert app.asked == [[ONE, OTHER]]
    assert name in there(runs)


def test_a_link_is_not_followed(runs, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").touch()
    (runs / ("c" * 32)).symlink_to(elsewhere)
    Remover(runs, App("c" * 32)).heed(1)
    assert (elsewhere / "precious").exists()


def test_a_link_inside_goes_and_what_it_leads_to_stays(runs, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").touch()
    (runs / ONE / "link").symlink_to(elsewhere)
    Remover(runs, App(ONE)).heed(1)
    assert there(runs) == [OTHER]
    assert (elsewhere / "precious").exists()


def test_a_directory_in_use_is_removed_once_it_is_free(runs):
    lock = os.open(runs / ONE / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    remover = Remover(runs, App(ONE))
    remover.heed(1)
    assert ONE in there(runs)
    os.close(lock)
    remover.heed(1)
    assert there(runs) == [OTHER]


def test_a_host_without_runs_has_nothing_to_do(tmp_path):
    Remover(tmp_path / "runs", App(ONE)).heed(1)
