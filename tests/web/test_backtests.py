"""Back-tests for people: from the thresholds of a project to their use."""

import pytest

from dashboard.health.choosing import in_force
from dashboard.health.models import BackTest
from tests.health.test_backtest import silent
from tests.web.given import ran

pytestmark = pytest.mark.django_db
STREAK = "hidden_failure.streak"


def opened(client, run, **more):
    given = {"action": "open", "project": run.project_id, STREAK: "3", "runs": "50", **more}
    return client.post("/backtests/", given, follow=True)


def test_an_empty_list_says_how_one_is_made(page_client):
    assert "Try on past runs first" in page_client.get("/backtests/").content.decode()


def test_from_the_form_to_the_flips_to_their_use(page_client):
    run = silent(3)
    told = opened(page_client, run).content.decode()
    assert "1 of 1 runs wait" in told
    made = BackTest.objects.get()
    address = f"/backtests/{made.pk}/"
    told = page_client.post(address, {"action": "go-on"}, follow=True).content.decode()
    assert "All 1 runs are through" in told
    assert "1 verdict flips" in told
    assert "Nobody said of these verdicts" in told
    told = page_client.post(address, {"action": "use", "note": "good"}, follow=True)
    assert "Saved as version 1" in told.content.decode()
    assert in_force(run.project_id).values == {"hidden_failure": {"streak": 3}}
    assert "They were saved as" in page_client.get(address).content.decode()
    assert "as version 1" in page_client.get("/backtests/").content.decode()


def test_a_value_that_cannot_be_comes_back_with_its_range(page_client):
    told = opened(page_client, silent(3), **{STREAK: "0"}).content.decode()
    assert "It must be a whole number" in told
    assert not BackTest.objects.exists()


def test_nothing_changed_is_nothing_to_try(page_client):
    told = opened(page_client, silent(3), **{STREAK: ""}).content.decode()
    assert "Nothing differs" in told


def test_a_query_chooses_among_the_projects_runs(page_client):
    run, other = silent(3), ran("tagged", tags=["night"])
    opened(page_client, run, q="tag = night")
    assert [r.run_id for r in BackTest.objects.get().replays.all()] == [other.pk]


def test_a_query_cannot_reach_another_projects_runs(page_client):
    run, foreign = silent(3), ran(project="elsewhere")
    opened(page_client, run, q=f"number > 0) or (id = {foreign.pk}")
    for backtest in BackTest.objects.all():
        assert foreign.pk not in backtest.replays.values_list("run_id", flat=True)


def test_a_query_that_cannot_be_read_is_told(page_client):
    told = opened(page_client, silent(3), q="tag = = x").content.decode()
    assert 'class="note error"' in told
    assert not BackTest.objects.exists()


@pytest.mark.parametrize(("typed", "count"), [("1", 1), ("0", 1), ("x", 2), ("99999", 2)])
def test_the_number_of_runs_is_bounded(page_client, typed, count):
    run = silent(3)
    silent(4)
    opened(page_client, run, runs=typed)
    assert BackTest.objects.get().replays.count() == count


def test_an_unknown_one_is_not_found(page_client):
    assert page_client.get("/backtests/99/").status_code == 404


def test_an_unknown_action_is_refused(page_client):
    opened(page_client, silent(3))
    address = f"/backtests/{BackTest.objects.get().pk}/"
    assert page_client.post(address, {"action": "x"}).status_code == 400
