"""A receiver that answers as it is told to, verdicts, and what waits in the outbox."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dashboard.health.signals import examined
from dashboard.notices.models import Channel, Delivery, Notice
from dashboard.runs.models import Run


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0  # seconds


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Gives its answers one after the other, the last one from then on."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.answers = list(answers)
        self.received: list[Received] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.take(self)

            def log_message(self, *told: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def take(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers["content-length"]))
        headers = {name.lower(): value for name, value in asked.headers.items()}
        self.received.append(Received(asked.path, headers, body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        time.sleep(answer.after)
        asked.send_response(answer.status)
        for name, value in answer.headers.items():
            asked.send_header(name, value)
        asked.end_headers()
        asked.wfile.write(answer.body.encode())


@contextmanager
def receiver(*answers: Answer) -> Iterator[Receiver]:
    made = Receiver(answers or [Answer()])
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()


def verdict(state: str = "fail", rule: str = "non_finite_loss", since: int | None = 61) -> Any:
    """A verdict as an examination keeps it."""
    message = {"text": "Something is wrong.", "values": {}}
    return {
        "rule": rule,
        "id": "NUM-01",
        "version": 1,
        "state": state,
        "since_step": since,
        "title": {"text": "Non-finite loss", "values": {}},
        "says": message,
        "remedy": None,
        "looked_at": message,
        "expected": None,
        "check": None,
        "remark": None,
        "number": None,
        "causes": [],
        "evidence": [],
        "patch": {},
        "window": None,
    }


class Examined:
    """What an examination says; enough for who hears of it."""

    def __init__(self, verdicts: list[Any], step: int) -> None:
        self.verdicts, self.step = verdicts, step


def judged(run: Run, *verdicts: Any, step: int = 62) -> None:
    """As if an examination had come to these verdicts."""
    fresh = Run.objects.get(pk=run.pk)
    examined.send(Examined, run=fresh, examination=Examined(list(verdicts), step))


def channel(**more: Any) -> Channel:
    values = {"name": "ops", "target": "http://127.0.0.1:9/", "secret": "whsec_c2VjcmV0"}
    return Channel.objects.create(**(values | more))


def waiting(run: Run, **more: Any) -> Delivery:
    """A failure that waits to be sent by a channel of its own."""
    made = channel(**more)
    judged(run, verdict())
    return Delivery.objects.get(channel=made, notice=Notice.objects.get(run=run))
