"""The run list: what is found, what is drawn, what may be done with many runs at once."""

import pytest

from dashboard.runs.models import Run
from tests.web.given import queries, ran


def names(client, address="/"):
    return [row["run"].name for row in client.get(address).context["rows"]]


def test_an_empty_installation_tells_the_first_step(page_client):
    page = page_client.get("/").content.decode()
    assert "No runs yet" in page
    assert 'href="/launch/"' in page


def test_the_newest_run_comes_first(page_client):
    ran("old"), ran("new")
    assert names(page_client) == ["new", "old"]


def test_a_row_shows_status_verdict_and_key_metric(page_client):
    ran("a", losses=[3, "NaN"])
    page = page_client.get("/").content.decode()
    assert "status-finished" in page
    assert "verdict-fail" in page
    assert "NaN" in page


@pytest.mark.parametrize(
    "word", ["alph", "ALPHA", "rehears", "blue", "finis", "alpha blue", "检索"]
)
def test_search_finds_name_trainer_tag_and_status(page_client, word):
    ran("alpha", tags=["blue", "检索"])
    ran("beta", status="stopped")
    found = names(page_client, f"/?q={word}")
    assert "alpha" in found
    assert word == "rehears" or found == ["alpha"]


def test_search_knows_statuses_by_their_chinese_names(page_client):
    ran("alpha", status="failed")
    ran("beta")
    page_client.cookies["django_language"] = "zh-hans"
    assert names(page_client, "/?q=失败") == ["alpha"]


def test_search_without_a_hit_says_so_and_keeps_the_text(page_client):
    ran("alpha")
    page = page_client.get("/", {"q": '"<nothing>"'}).content.decode()
    assert "No run fits" in page
    assert "&quot;&lt;nothing&gt;&quot;" in page


def test_a_search_that_cannot_be_read_is_marked_and_mended(page_client):
    ran("alpha")
    page = page_client.get("/", {"q": "stauts = failed"}).content.decode()
    assert "<mark>stauts</mark> = failed" in page
    assert 'href="?q=status+%3D+failed"' in page


def test_the_newest_ten_are_drawn(page_client):
    for number in range(12):
        ran(f"run {number}")
    answer = page_client.get("/")
    assert [row["shown"] for row in answer.context["rows"]] == [True] * 10 + [False] * 2


def test_the_address_says_which_are_drawn(page_client):
    one, other = ran("one"), ran("other")
    rows = page_client.get(f"/?show={one.pk}").context["rows"]
    assert {row["run"].name: row["shown"] for row in rows} == {"one": True, "other": False}
    assert other.pk not in page_client.get(f"/?show={one.pk}").context["shown"]


def test_runs_in_the_address_that_are_gone_are_left_out(page_client):
    one = ran("one")
    assert page_client.get(f"/?show=gone,{one.pk}").context["shown"] == [one.pk]


def test_a_drawn_run_of_another_page_keeps_the_page_fresh(page_client):
    other = ran("other", tags=["b"])
    ran("listed", tags=["a"])
    address = f"/?q=listed&show={other.pk}"
    tag = page_client.get(address)["ETag"]
    Run.objects.filter(pk=other.pk).update(version=99)
    assert page_client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_an_empty_choice_draws_none(page_client):
    ran("one")
    assert page_client.get("/?show=").context["shown"] == []


def test_the_work_does_not_grow_with_the_rows(page_client):
    for number in range(2):
        ran(f"run {number}")
    few = queries(page_client, "/")
    for number in range(12):
        ran(f"more {number}")
    assert queries(page_client, "/") == few


def test_thousands_of_runs_come_in_pages(page_client, run):
    fresh = [
        Run(project=run.project, number=n, name=f"n{n}", trainer="rehearsal")
        for n in range(2, 3002)
    ]
    Run.objects.bulk_create(fresh)
    first = page_client.get("/")
    assert len(first.context["rows"]) == 50
    assert b"3,001 runs" in first.content
    second = page_client.get("/", {"at": first.context["found"].next})
    assert second.context["rows"][0]["run"].name == "n2951"
    back = page_client.get("/", {"at": second.context["found"].previous})
    assert back.context["rows"][0]["run"].name == "n3001"


def test_a_mark_of_a_page_that_nobody_made_is_told(page_client):
    ran("one")
    assert b"mark cannot be read" in page_client.get("/?at=x").content


def test_archiving_hides_and_restoring_brings_back(page_client):
    run = ran("one")
    page_client.post("/?q=one", {"action": "archive", "runs": [run.pk]})
    assert names(page_client) == []
    assert names(page_client, "/?archived=1") == ["one"]
    page_client.post("/?archived=1", {"action": "restore", "runs": [run.pk]})
    assert names(page_client) == ["one"]


def test_a_bulk_action_returns_to_the_same_view(page_client):
    run = ran("one")
    answer = page_client.post("/?q=one", {"action": "archive", "runs": [run.pk]})
    assert answer["Location"] == "/?q=one"


def test_stopping_reaches_only_what_can_be_stopped(page_client, run):
    done = ran("done")
    answer = page_client.post("/", {"action": "stop", "runs": [run.pk, done.pk]}, follow=True)
    run.refresh_from_db()
    assert run.status == "stopped"
    assert b"1 run is asked to stop" in answer.content


def test_an_unknown_action_is_refused(page_client, run):
    assert page_client.post("/", {"action": "explode", "runs": [run.pk]}).status_code == 400


def test_nothing_new_is_304_and_something_new_is_not(page_client, run):
    first = page_client.get("/")
    unchanged = page_client.get("/", headers={"If-None-Match": first["ETag"]})
    assert unchanged.status_code == 304
    ran("another")
    assert page_client.get("/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_names_from_outside_are_escaped(page_client):
    ran("<script>alert(1)</script>")
    assert b"<script>alert" not in page_client.get("/").content


def test_no_script_or_style_stands_in_the_page_without_a_nonce(page_client):
    answer = page_client.get("/")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self' 'nonce-" in policy
    page = answer.content.decode()
    assert page.count("<script") == page.count("nonce=") + page.count("src=")
    assert "style=" not in page
    assert "onclick" not in page
