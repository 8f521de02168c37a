"""The menu that narrows a list of runs to a verdict."""

import re
from html import unescape

import pytest

from dashboard.web.pages.verdict_menu import joined
from tests.search.given import made


def links(client, **asked):
    page = client.get("/table/verdicts/", asked).content.decode()
    return [unescape(href) for href in re.findall(r'<a[^>]* href="([^"]+)"', page)]


@pytest.fixture
def runs(db):
    made("bad", verdicts={"collapse": "fail", "stall": "warn"})
    made("poor", verdicts={"collapse": "warn"})
    made("fine", verdicts={"collapse": "pass"})
    made("new")


def test_every_link_of_it_is_understood_and_keeps_what_was_asked(page_client, runs):
    for href in links(page_client, page="table", q='name ~ "a"', columns="status,health"):
        answer = page_client.get(href)
        assert answer.status_code == 200
        if href.startswith("/table/"):
            assert answer.context["found"].error is None
            assert "columns=status" in href


def test_a_click_finds_the_runs_that_a_rule_fails(page_client, runs):
    [href] = [href for href in links(page_client, page="table") if "collapse+%3D+fail" in href]
    found = page_client.get(href).context["rows"]
    assert [row["run"].name for row in found] == ["bad"]


def test_a_click_sorts_by_a_rule(page_client, runs):
    [href] = [href for href in links(page_client, page="table") if "sort=verdict.collapse" in href]
    names = [row["run"].name for row in page_client.get(href).context["rows"]]
    assert names == ["bad", "poor", "fine", "new"]


def test_it_leads_back_to_the_list_that_was_looked_at(page_client, runs):
    assert all(h.startswith(("/?", "/health/")) for h in links(page_client, page="runs"))
    assert all(h.startswith(("/table/?", "/health/")) for h in links(page_client, page="//evil"))


def test_a_page_further_on_is_left(page_client, runs):
    assert not [href for href in links(page_client, page="runs", at="x") if "at=" in href]


def test_where_nothing_is_wrong_it_says_so(page_client, db):
    made("fine", verdicts={"collapse": "pass"})
    assert b"No rule speaks against a run." in page_client.get("/table/verdicts/").content


@pytest.mark.parametrize(
    ("query", "whole"),
    [
        ("", "health = fail"),
        ("night", "night and health = fail"),
        ("a or b", "(a or b) and health = fail"),
        ("a OR b", "(a OR b) and health = fail"),
        ("night and health = fail", "night and health = fail"),
        ("not health = fail", "not health = fail and health = fail"),
        ("corridor", "corridor and health = fail"),
    ],
)
def test_a_condition_joins_a_query(query, whole):
    assert joined(query, "health = fail") == whole
