"""The one-time link: only its hash is kept, and the newest one alone counts."""

from __future__ import annotations

import hashlib
import time

import pytest

from dashboard.places import app_url_file, login_link_file
from dashboard.up import login_link


@pytest.fixture(autouse=True)
def _own_data_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("FIXPOINT_DATA", str(tmp_path))
    monkeypatch.delenv("FIXPOINT_URL", raising=False)


def token_of(path: str) -> str:
    return path.removeprefix("/login/once/").removesuffix("/")


def test_keeps_the_end_and_the_hash_and_not_the_token():
    token = token_of(login_link.make())
    end, hashed = login_link_file().read_text().split()
    assert hashed == hashlib.sha256(token.encode()).hexdigest()
    assert 14 * 60 < int(end) - time.time() <= 15 * 60


def test_the_token_has_32_random_bytes():
    tokens = {token_of(login_link.make()) for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) == 43 for token in tokens)


def test_nobody_else_may_read_the_file():
    login_link.make()
    assert login_link_file().stat().st_mode & 0o077 == 0


def test_a_new_link_replaces_the_one_before():
    first, second = token_of(login_link.make()), token_of(login_link.make())
    kept = login_link_file().read_text()
    assert hashlib.sha256(second.encode()).hexdigest() in kept
    assert hashlib.sha256(first.encode()).hexdigest() not in kept


def test_leads_to_where_up_listens():
    assert login_link.address() is None
    app_url_file().write_text("http://127.0.0.1:8003\n")
    assert login_link.address() == "http://127.0.0.1:8003"


def test_leads_to_the_public_address_where_there_is_one(monkeypatch):
    app_url_file().write_text("http://127.0.0.1:8003\n")
    monkeypatch.setenv("FIXPOINT_URL", "https://fixpoint.example.org/")
    assert login_link.address() == "https://fixpoint.example.org"
