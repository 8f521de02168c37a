"""Who may do what."""

import datetime as dt
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils.timezone import now

from dashboard.api.models import Token

pytestmark = pytest.mark.django_db

LAUNCH = json.dumps({"trainer": "rehearsal"})


def launch_as(client):
    return client.post("/api/runs/", LAUNCH, content_type="application/json").status_code


@pytest.mark.parametrize(
    ("scope", "reads", "launches", "claims"),
    [
        ("admin", 200, 201, 403),
        ("member", 200, 201, 403),
        ("viewer", 200, 403, 403),
        ("worker", 403, 403, 200),
    ],
)
def test_a_token_can_do_what_its_scope_says(as_scope, scope, reads, launches, claims):
    client = as_scope(scope)
    assert client.get("/api/runs/").status_code == reads
    assert launch_as(client) == launches
    body = json.dumps({"host": "h", "slots": ["cpu:0"]})
    assert client.post("/api/claims/", body, content_type="application/json").status_code == claims


@pytest.mark.parametrize("path", ["/api/runs/", "/api/schema/", "/api/docs/", "/api/figures/"])
def test_without_a_token_nothing_is_told(path):
    assert Client().get(path).status_code == 401


@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic abc", "Bearer"])
def test_a_wrong_token_is_refused(header):
    answer = Client(headers={"Authorization": header}).get("/api/runs/")
    assert answer.status_code == 401
    assert "not valid" in answer.json()["detail"]


def test_an_expired_token_is_refused():
    token = Token.issue("old", "member", expires_at=now() - dt.timedelta(seconds=1))
    client = Client(headers={"Authorization": f"Bearer {token}"})
    assert client.get("/api/runs/").status_code == 401


def test_a_browser_that_is_logged_in_may_launch_with_its_csrf_token_only(member):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    assert client.get("/api/runs/").status_code == 200
    assert launch_as(client) == 403


def test_a_token_is_kept_as_a_hash_alone():
    plain = Token.issue("ci", "member")
    kept = Token.objects.get()
    assert plain not in str(vars(kept))
    assert len(kept.digest) == 64


def test_the_command_prints_a_token_once_and_revokes_it(capsys):
    call_command("token", "create", "ci", "--scope", "viewer")
    plain = capsys.readouterr().out.strip()
    client = Client(headers={"Authorization": f"Bearer {plain}"})
    assert client.get("/api/runs/").status_code == 200
    call_command("token", "list")
    assert plain not in capsys.readouterr().out
    call_command("token", "revoke", "ci")
    assert client.get("/api/runs/").status_code == 401
    with pytest.raises(CommandError, match="no token named 'ci'"):
        call_command("token", "revoke", "ci")


def test_a_scope_that_does_not_exist_is_refused():
    with pytest.raises(CommandError, match="admin"):
        call_command("token", "create", "ci", "--scope", "root")
