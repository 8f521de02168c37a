"""A full disk: everybody is warned in time, nothing is half taken in, and deleting still works."""

import math
import shutil
import sqlite3

import pytest
from django.db import OperationalError

from dashboard.metrics import store
from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.storage import disk, purging
from dashboard.storage.disk import Level
from dashboard.training import client
from dashboard.training.shipping import Shipper
from tests.conftest import lines, scalars
from tests.storage.given import ended, heavy, trashed

pytestmark = pytest.mark.django_db
BYTES = "application/octet-stream"
BODY = lines(scalars(1, train_loss=2.0))


@pytest.fixture
def free(monkeypatch):
    """Say how many bytes are free."""

    def say(number):
        usage = shutil._ntuple_diskusage(100 * 10**9, 100 * 10**9 - int(number), int(number))
        monkeypatch.setattr("dashboard.storage.disk.shutil.disk_usage", lambda place: usage)

    return say


@pytest.mark.parametrize(
    ("bytes_", "level"), [(6e9, Level.OK), (4e9, Level.LOW), (4e8, Level.FULL), (0, Level.FULL)]
)
def test_it_warns_before_it_refuses(free, bytes_, level):
    free(bytes_)
    assert disk.look().level == level


def test_events_log_and_samples_are_refused_with_a_word_that_helps(free, worker, run):
    free(1e8)
    for path in ("events/?offset=0", "log/?offset=0"):
        answer = worker.post(f"/api/runs/{run.pk}/{path}", BODY, content_type=BYTES)
        assert answer.status_code == 507
        assert "keep the data and send it again" in answer.json()["detail"]
    name = "0" * 32 + ".png"
    answer = worker.put(f"/api/runs/{run.pk}/samples/{name}/", b"x", content_type=BYTES)
    assert answer.status_code == 507


def test_what_was_refused_is_stored_once_there_is_room(free, worker, run, tmp_path):
    """The worker's own shipper, against the app's own answers."""

    def send(run_id, part, offset, piece, source):
        path = f"/api/runs/{run_id}/{part}/?offset={offset}&source={source}"
        answer = worker.post(path, piece, content_type=BYTES)
        if answer.status_code >= 500:
            raise client.Unreachable(answer.json()["detail"])  # as client._ask does
        return answer.json()["offset"]

    (tmp_path / "events.jsonl").write_bytes(BODY)
    shipper = Shipper(run.pk, tmp_path, send)
    free(1e8)
    for _ in range(3):
        with pytest.raises(client.Unreachable, match="GB left"):
            shipper.ship()
    assert not shipper.is_done
    assert store.account(run.pk).sent == 0
    free(9e9)
    shipper.ship()
    assert shipper.is_done
    assert store.account(run.pk).stored == 1
    assert store.account(run.pk).balanced


def test_the_workers_client_takes_507_for_later_not_for_never(monkeypatch, run):
    class Answer:
        status_code, content, headers = 507, b"x", {}

        def json(self):
            return {"detail": "full"}

    monkeypatch.setattr(client, "_token", lambda: "t")
    monkeypatch.setattr(client, "app_url", lambda: "http://app")
    monkeypatch.setattr(
        client, "_connection", lambda: type("C", (), {"request": lambda *a, **k: Answer()})()
    )
    with pytest.raises(client.Unreachable, match="507: full"):
        client.send(run.pk, "events", 0, BODY, "")


def test_nothing_is_launched_onto_a_full_disk(free, as_scope, page_client):
    free(1e8)
    body = {"trainer": "rehearsal"}
    answer = as_scope("member").post("/api/runs/", body, content_type="application/json")
    assert answer.status_code == 507
    answer = page_client.post("/launch/rehearsal/", {"project": "default", "priority": 0})
    assert b"GB left" in answer.content or answer.status_code == 422
    assert not Run.objects.exists()


def test_a_running_run_keeps_its_lease_and_may_end(free, worker, run):
    claim = lifecycle.claim("here", "cpu:0")
    assert claim
    free(1e8)
    body = {"lease": claim.lease}
    path = f"/api/runs/{run.pk}"
    answer = worker.post(f"{path}/lease/", body, content_type="application/json")
    assert answer.status_code == 200
    body |= {"outcome": "finished"}
    answer = worker.post(f"{path}/finish/", body, content_type="application/json")
    assert answer.json() == {"status": "finished"}


def test_runs_can_be_deleted_on_a_full_disk(free, as_scope):
    run = trashed(heavy(), days_ago=1)
    free(1e8)
    assert as_scope("admin").post(f"/api/runs/{run.pk}/purge/").status_code == 202
    assert purging.work(math.inf) == 1


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("database or disk is full"),
        OperationalError('could not extend file "base/1": No space left on device'),
    ],
)
def test_a_database_whose_disk_is_full_is_answered_the_same(worker, monkeypatch, error, run):
    def full(*_):
        raise error

    monkeypatch.setattr("dashboard.api.work.store.append", full)
    path = f"/api/runs/{run.pk}/events/?offset=0"
    answer = worker.post(path, BODY, content_type=BYTES)
    assert answer.status_code == 507
    assert "nothing was stored" in answer.json()["detail"]


def test_another_trouble_of_the_database_is_not_called_a_full_disk():
    assert not disk.is_full(OperationalError("database is locked"))


def test_sqlite_itself_says_it_in_these_words(tmp_path):
    """A file that may not grow stands for a disk that is full."""
    with sqlite3.connect(tmp_path / "small") as small:
        small.execute("CREATE TABLE t (b)")
        small.execute("PRAGMA max_page_count = 3")
        with pytest.raises(sqlite3.OperationalError) as caught:
            small.execute("INSERT INTO t VALUES (zeroblob(100000))")
    assert disk.is_full(OperationalError(str(caught.value)))


def test_pages_warn_and_tell_how_to_mend(free, page_client):
    ended()
    address = "/storage/"
    assert "running out of disk" not in page_client.get(address).content.decode()
    free(4e9)
    assert "running out of disk" in page_client.get("/").content.decode()
    assert "an administrator can <a" in page_client.get("/").content.decode()
    free(1e8)
    assert "disk is full" in page_client.get("/").content.decode()
