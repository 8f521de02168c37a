"""Storage, trash and retention for people: what they see, and what they may not do."""

import math

import pytest

from dashboard.runs import lifecycle
from dashboard.runs.models import Project, Run
from dashboard.storage import purging, usage
from tests.storage.given import ended, heavy, trashed
from tests.web.given import queries

pytestmark = pytest.mark.django_db


def measured():
    while found := usage.unmeasured():
        usage.measure(found)


def page(client, address="/storage/"):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def act(client, run, action):
    return client.post(f"/runs/{run.pk}/", {"action": action}, follow=True).content.decode()


def test_an_empty_installation_has_both_pages(page_client):
    assert "There are no projects yet" in page(page_client)
    assert "The trash is empty" in page(page_client, "/trash/")


def test_the_biggest_run_comes_first(page_client):
    heavy("tiny", log=10), heavy("big", log=90_000)
    measured()
    told = page(page_client)
    assert told.index(">big<") < told.index(">tiny<")
    assert "90.0 kB" in told


def test_the_work_does_not_grow_with_the_runs(page_client):
    heavy()
    measured()
    few = queries(page_client, "/storage/")
    for _ in range(5):
        trashed(heavy(), days_ago=1)
    measured()
    assert queries(page_client, "/storage/") == few
    assert queries(page_client, "/trash/") <= few


@pytest.mark.parametrize("query", ["after=x", "project=x", "project=9", "project=²", "after=%00"])
def test_an_address_that_nobody_made_is_no_breakage(page_client, query):
    assert page_client.get(f"/storage/?{query}").status_code in (200, 404)
    assert page_client.get(f"/trash/?{query}").status_code == 200


def test_a_run_goes_to_the_trash_and_back(page_client):
    run = ended("wanderer")
    assert "Moved to the trash" in act(page_client, run, "trash")
    assert "wanderer" not in page(page_client, "/")
    assert "wanderer" not in page(page_client, "/?archived=1")
    assert "wanderer" in page(page_client, "/trash/")
    assert "This run is in the" in page(page_client, f"/runs/{run.pk}/")
    page_client.post("/trash/", {"action": "restore", "runs": [run.pk]})
    assert "wanderer" in page(page_client, "/")


def test_a_locked_run_shows_it_and_offers_no_trash(page_client):
    run = ended()
    assert 'data-do="trash"' in page(page_client, f"/runs/{run.pk}/")
    told = act(page_client, run, "lock")
    assert "Locked." in told
    assert 'data-do="trash"' not in told
    assert "unless it is locked" in act(page_client, run, "trash")


def test_ticked_runs_go_together_and_those_that_stay_are_told(page_client, run):
    one, other = ended(), ended()
    lifecycle.lock(other)
    ids = ",".join([one.pk, other.pk, run.pk])
    told = page_client.post("/", {"action": "trash", "runs": ids}, follow=True).content.decode()
    assert "1 run moved to the trash." in told
    assert "2 stayed as they were." in told


def test_a_member_deletes_nothing_for_good(page_client):
    run = trashed(ended(), days_ago=1)
    assert 'data-do="purge"' not in page(page_client, "/trash/")
    for action in ("purge", "empty"):
        answer = page_client.post("/trash/", {"action": action, "runs": [run.pk]})
        assert answer.status_code == 403
    assert page_client.post("/storage/", {"project": run.project_id}).status_code == 403
    run.refresh_from_db()
    assert run.purged_at is None


def test_the_question_says_what_goes_and_what_stays(admin_client):
    trashed(ended(), days_ago=1)
    told = page(admin_client, "/trash/")
    assert "checkpoints on the machines" in told
    assert "What stays:" in told


def test_an_administrator_empties_the_trash_and_locked_runs_stay(admin_client):
    run, locked = trashed(ended("a"), days_ago=1), trashed(ended("b"), days_ago=1)
    lifecycle.lock(locked)
    admin_client.post("/trash/", {"action": "empty"})
    assert "Being deleted" in page(admin_client, "/trash/")
    assert purging.work(math.inf) == 1
    assert list(Run.objects.values_list("name", flat=True)) == ["b"]
    told = page(admin_client)
    assert "Deleted lately" in told
    assert f"#{run.number}" in told


def test_retention_shows_what_would_go_before_it_is_saved(admin_client):
    run = ended("old one", days_ago=100)
    measured()
    address = f"/storage/?project={run.project_id}&trash_after=30&purge_after="
    told = page(admin_client, address)
    assert "1 run into the trash" in told
    assert "old one" in told
    assert "nothing for good: that part is off" in told
    assert Project.objects.get().trash_after is None


def test_retention_is_saved_and_told(admin_client, page_client):
    run = ended()
    days = {"project": run.project_id, "trash_after": 30, "purge_after": 7}
    admin_client.post("/storage/", days)
    told = page(page_client)
    assert "into the trash after 30 days" in told
    assert "deleted after 7 days in the trash" in told
    admin_client.post("/storage/", days | {"trash_after": "", "purge_after": ""})
    assert "keeps everything" in page(page_client)


@pytest.mark.parametrize("days", ["0", "-3", "soon", "9999999"])
def test_days_that_make_no_sense_are_not_saved(admin_client, days):
    run = ended()
    form = {"project": run.project_id, "trash_after": days, "purge_after": ""}
    told = admin_client.post("/storage/", form, follow=True).content.decode()
    assert "Not saved" in told
    assert page(admin_client, f"/storage/?project={run.project_id}&trash_after={days}")
    assert Project.objects.get().trash_after is None


def test_a_page_that_cannot_write_says_that_the_disk_is_full(page_client, monkeypatch):
    from django.db import OperationalError

    def full(*_):
        raise OperationalError("database or disk is full")

    run = ended()
    monkeypatch.setitem(
        __import__("dashboard.web.pages.run", fromlist=["ACTIONS"]).ACTIONS, "trash", (full, "", "")
    )
    answer = page_client.post(f"/runs/{run.pk}/", {"action": "trash"})
    assert answer.status_code == 507
    assert "Nothing was changed" in answer.content.decode()
