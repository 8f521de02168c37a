"""Notices for people: the bell, the list, what one has seen; and who is told what."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.timezone import now

from dashboard.notices.models import Notice
from dashboard.notices.seeing import see, unseen
from dashboard.runs.models import Run
from dashboard.training.launching import launch
from tests.notices.given import channel, judged, verdict
from tests.web.given import queries

pytestmark = pytest.mark.django_db


def page(client, address="/notices/"):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def count(client):
    found = re.search(r"(\d+) unseen notice", page(client, "/notices/bell/"))
    return int(found[1]) if found else 0


def test_an_empty_installation_says_so(page_client):
    assert "Nothing was told yet" in page(page_client)
    assert "Nothing new." in page(page_client, "/")


def test_every_page_has_the_bell_with_what_is_unseen(page_client, run):
    judged(run, verdict(since=61))
    told = page(page_client, "/storage/")
    assert "1 unseen notice" in told
    assert f"{run.name} (#1): Non-finite loss: failing since step 61" in told


def test_the_copy_that_keeps_pages_up_to_date_has_no_bell(page_client, run):
    judged(run, verdict())
    live = page_client.get("/machines/", headers={"X-Fixpoint-Live": "1"}).content.decode()
    assert "data-bell" not in live


def test_a_notice_leads_to_its_verdict_and_is_seen_then(page_client, run):
    judged(run, verdict())
    answer = page_client.get(f"/notices/{Notice.objects.get().pk}/")
    assert answer["location"] == f"/runs/{run.pk}/?tab=verdicts#non_finite_loss"
    assert count(page_client) == 0
    assert "Non-finite loss" in page(page_client)  # the list keeps it


def test_what_one_has_seen_another_has_not(page_client, run):
    other = Client()
    other.force_login(User.objects.create_user("mei"))
    judged(run, verdict())
    page_client.post("/notices/", {"do": "seen", "notice": [Notice.objects.get().pk]})
    assert (count(page_client), count(other)) == (0, 1)


def test_only_what_was_shown_is_marked(page_client, run):
    judged(run, verdict())
    shown = Notice.objects.get().pk
    judged(run, verdict(rule="loss_spike"))
    page_client.post("/notices/", {"do": "seen", "notice": [shown, "9999", "x"]})
    assert count(page_client) == 1
    page_client.post("/notices/", {"do": "all"})
    assert count(page_client) == 0


def test_seen_twice_is_seen_once(member, run):
    judged(run, verdict())
    for _ in range(2):
        see(member, [Notice.objects.get().pk])
    assert not unseen(member).exists()


def test_one_who_comes_later_is_not_told_of_before(run):
    judged(run, verdict())
    Notice.objects.update(told_at=now() - dt.timedelta(minutes=1))
    assert not unseen(User.objects.create_user("mei")).exists()


def test_runs_in_the_trash_ring_no_bell(page_client, run):
    judged(run, verdict())
    Run.objects.update(trashed_at=now(), archived_at=now())
    assert count(page_client) == 0
    assert run.name not in page(page_client)


def test_what_passes_again_is_marked(page_client, run):
    judged(run, verdict())
    assert "no more" not in page(page_client, "/notices/bell/")
    judged(run, verdict("pass"))
    assert "no more" in page(page_client, "/notices/bell/")
    assert "no more since" in page(page_client)


def test_the_bell_is_answered_with_304_until_something_changes(page_client, run):
    first = page_client.get("/notices/bell/")
    asked = {"If-None-Match": first["ETag"]}
    assert page_client.get("/notices/bell/", headers=asked).status_code == 304
    judged(run, verdict())
    assert page_client.get("/notices/bell/", headers=asked).status_code == 200


def test_the_list_says_by_which_channels_it_left(page_client, run):
    channel(name="team chat")
    judged(run, verdict())
    assert "team chat" in page(page_client)


def test_the_work_does_not_grow_with_the_notices(page_client, run):
    channel(name="one"), channel(name="two")
    judged(run, verdict())
    few = queries(page_client, "/notices/")
    for _ in range(4):
        judged(launch("rehearsal", config={"steps": 20}, seed=0), verdict())
    assert queries(page_client, "/notices/") == few


def test_the_page_speaks_chinese(page_client, run):
    judged(run, verdict(since=61))
    page_client.cookies["django_language"] = "zh-hans"
    assert "自第 61 步起不通过" in page(page_client)


@pytest.mark.parametrize("query", ["page=x", "page=0", "page=99999", "page=²"])
def test_an_address_that_nobody_made_is_no_breakage(page_client, query):
    assert page_client.get(f"/notices/?{query}").status_code == 200


def test_nobody_is_sent_elsewhere_after_marking(page_client):
    answer = page_client.post("/notices/", {"do": "all", "next": "https://evil.example.org/"})
    assert answer["location"] == "/notices/"


def test_without_a_login_nothing_is_told(client, run):
    judged(run, verdict())
    for address in ("/notices/", "/notices/bell/", "/notices/channels/", "/notices/1/"):
        assert client.get(address).status_code == 302
