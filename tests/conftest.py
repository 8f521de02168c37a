"""What tests share: a run, who asks, a served app."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from dashboard.api.models import Scope, Token
from dashboard.runs.models import Run
from dashboard.training.launching import launch


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's event loop runs on in this thread, and bars others."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(autouse=True)
def in_the_settings_language() -> Iterator[None]:
    """A page that was asked for in Chinese leaves its language to the thread."""
    yield
    translation.deactivate()


@pytest.fixture
def run(db: None) -> Run:
    """A queued rehearsal."""
    return launch("rehearsal", config={"steps": 20}, seed=0)


@pytest.fixture
def member(db: None) -> User:
    return User.objects.create_user("lin", password="a long pass phrase")


@pytest.fixture
def page_client(member: User) -> Client:
    """A browser of somebody who is logged in."""
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def as_scope(db: None) -> Callable[[str], Client]:
    """A program with a token of this scope."""

    def client(scope: str) -> Client:
        token = Token.issue(f"test {scope}", scope)
        return Client(headers={"Authorization": f"Bearer {token}"})

    return client


@pytest.fixture
def worker(as_scope: Callable[[str], Client]) -> Client:
    return as_scope(Scope.WORKER)


def lines(*events: dict[str, Any]) -> bytes:
    """Events as a run directory holds them."""
    return b"".join(json.dumps({"time": 1.0, **event}).encode() + b"\n" for event in events)


def scalars(step: int, time: float = 1.0, **values: Any) -> dict[str, Any]:
    """One step's line; `train_loss=1` is the metric train/loss."""
    named = {name.replace("_", "/", 1): value for name, value in values.items()}
    return {"kind": "scalars", "step": step, "time": time, "values": named}


class Served:
    """The real ASGI app under uvicorn in a thread, on the test database."""

    def __init__(self) -> None:
        import uvicorn

        from dashboard.asgi import application

        self.application = application
        self.socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            application, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def __enter__(self) -> Served:
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
        return self

    def __exit__(self, *error: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        self.application.close()  # else PostgreSQL would not let go of the test's database


@pytest.fixture
def live_app(transactional_db: None) -> Iterator[str]:
    """The address of the app, served for real."""
    with Served() as served:
        yield served.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; Playwright's own is never downloaded."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    quiet = ["quic", "background-networking", "component-update", "sync", "dev-shm-usage", "gpu"]
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    return {**browser_type_launch_args, "executable_path": chromium, "args": arguments}
