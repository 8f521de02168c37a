"""A served app with its static files, and a browser that is logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from dashboard.asgi import make
from tests.conftest import Served


@pytest.fixture(scope="session")
def static_files() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def app(static_files: None, transactional_db: None, monkeypatch: Any) -> Iterator[str]:
    """The address of the app. A fresh application, for whitenoise lists its files only once."""
    monkeypatch.setattr("dashboard.asgi.application", make())
    with Served() as served:
        yield served.url


@pytest.fixture
def login(app: str, context: Any) -> None:
    """Give the browser a session, without typing."""
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": app}])


@pytest.fixture
def here(app: str, login: Any, page: Any) -> Iterator[Callable[[str], Any]]:
    """Open a page of the app. Afterwards: nothing on any page may have failed or been blocked."""
    wrong: list[str] = []
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)

    def open_(path: str) -> Any:
        page.goto(app + path)
        return page

    yield open_
    page.goto("about:blank")
    expected = ("422", "net::ERR_", "Failed to load resource")
    assert [text for text in wrong if not any(word in text for word in expected)] == []
