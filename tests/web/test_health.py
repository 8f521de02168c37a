"""Health across all runs: what fails where, by rule and by cause."""

import re

import pytest
from django.utils.html import strip_tags
from django.utils.timezone import now

from dashboard.health.models import Examination
from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from tests.search.given import made
from tests.web.given import queries

CAUSE = 'The "rate" is {rate} times too high.'


def judged(name, rule="memory_bank", state="fail", cause=CAUSE, **more):
    run = made(name, **more)
    causes = [{"text": cause, "values": {"rate": 3}}] if cause else []
    said = {"rule": rule, "state": state, "causes": causes}
    kept = {"state": state, "verdicts": [said], "made_at": now(), "engine_version": "1"}
    Examination.objects.create(run=run, **kept)
    return run


def shown(client, **asked):
    return client.get("/health/", asked).context["rows"]


def test_before_any_run_was_judged_it_tells_the_first_step(page_client):
    assert b"No run was judged yet" in page_client.get("/health/").content


def test_a_rule_is_named_with_its_runs_and_a_way_to_them(page_client):
    one, other = judged("one"), judged("other")
    judged("fine", state="pass")
    [row] = shown(page_client)
    assert (row["title"], row["failing"], row["warning"]) == ("Memory bank", 2, 0)
    assert (row["oldest"], row["newest"]) == (one, other)
    listed = page_client.get(row["links"]["fail"])
    assert {row["run"].name for row in listed.context["rows"]} == {"one", "other"}


def test_by_cause_the_likeliest_one_leads_to_its_runs(page_client):
    judged("one")
    judged("other", rule="collapse", state="warn")
    judged("else", cause="Something else.")
    [first, _second] = shown(page_client, by="cause")
    assert first["title"] == 'The "rate" is … times too high.'
    assert (first["runs"], first["failing"], first["warning"]) == (2, 1, 1)
    listed = page_client.get(first["link"])
    assert {row["run"].name for row in listed.context["rows"]} == {"one", "other"}


def test_what_gives_no_cause_says_so(page_client):
    judged("one", cause="")
    assert b"No cause is known" in page_client.get("/health/?by=cause").content


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"project": "night's"}, ["one"]),
        ({"trainer": "sdm_alignment"}, ["other"]),
        ({"period": "7d"}, ["one", "other"]),
        ({"project": "night's", "trainer": "sdm_alignment"}, []),
        ({"period": "nonsense", "by": "nonsense"}, ["one", "other"]),
    ],
)
def test_the_bar_narrows_the_page_and_the_table_that_it_leads_to(page_client, asked, left):
    judged("one", project="night's")
    judged("other", trainer="sdm_alignment")
    rows = shown(page_client, **asked)
    assert sum(row["failing"] for row in rows) == len(left)
    for row in rows:
        listed = page_client.get(row["links"]["fail"])
        assert listed.context["found"].error is None
        assert sorted(row["run"].name for row in listed.context["rows"]) == left


def test_old_runs_are_left_out_of_the_last_days(page_client):
    run = judged("old")
    Run.objects.filter(pk=run.pk).update(created_at="2020-01-01T00:00Z")
    assert shown(page_client, period="30d") == []
    assert len(shown(page_client)) == 1


def test_archived_runs_stand_apart_and_trashed_ones_nowhere(page_client):
    kept, gone = judged("kept"), judged("gone")
    Run.objects.update(status="finished")
    for run, put in ((kept, lifecycle.archive), (gone, lifecycle.trash)):
        run.refresh_from_db()
        put(run)
    assert shown(page_client) == []
    [row] = shown(page_client, archived="1")
    assert row["newest"].name == "kept"
    assert [r["run"].name for r in page_client.get(row["links"]["fail"]).context["rows"]] == [
        "kept"
    ]


def test_a_rule_that_this_version_does_not_have_is_still_listed(page_client):
    judged("one", rule="retired")
    assert "retired" in strip_tags(page_client.get("/health/").content.decode())


def test_the_same_again_is_no_answer_and_a_new_verdict_is_one(page_client):
    judged("one")
    etag = page_client.get("/health/")["ETag"]
    assert page_client.get("/health/", headers={"If-None-Match": etag}).status_code == 304
    judged("other", state="pass")
    assert page_client.get("/health/", headers={"If-None-Match": etag}).status_code == 200


def test_more_runs_cost_no_more_queries(page_client):
    judged("one")
    before = queries(page_client, "/health/")
    for name in "abcdef":
        judged(name)
    assert queries(page_client, "/health/") == before


def test_it_is_in_the_navigation_of_every_page(page_client):
    page = page_client.get("/").content.decode()
    assert re.search(r'<nav[^>]*aria-label="Main".*?href="/health/"', page, re.DOTALL)


def test_in_chinese(page_client):
    judged("one")
    page = page_client.get("/health/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "记忆库" in page
