"""What people and programs see when something is not there or goes wrong."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_an_unknown_address_says_so_and_leads_back(page_client):
    answer = page_client.get("/runs/nope/")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


def test_a_stale_form_says_that_nothing_was_changed(member):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    answer = client.post("/launch/rehearsal/", {"steps": 5})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


def test_a_breakage_shows_no_traceback(page_client, monkeypatch, run):
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("dashboard.metrics.store.summaries", broken)
    page_client.raise_request_exception = False
    answer = page_client.get(f"/runs/{run.pk}/")
    assert answer.status_code == 500
    assert "Something broke in Fixpoint" in answer.content.decode()
    assert "secret detail" not in answer.content.decode()


def test_a_program_at_an_unknown_address_is_told_so_in_json(client):
    answer = client.get("/api/runs//verdicts/")
    assert answer.status_code == 404
    assert "There is nothing at /api/runs//verdicts/" in answer.json()["detail"]
