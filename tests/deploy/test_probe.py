"""The health checks of containers tell each part's own trouble."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from dashboard.up import probe


@pytest.fixture
def app():
    """An app whose /healthz says what the test wants: app(503, {...}) -> its address."""
    servers = []

    def says(status: int, told: object) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(told).encode() if told else b"<h1>Oops</h1>")

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield says
    for server in servers:
        server.shutdown()
        server.server_close()


WELL = {"database": "ok", "redis": "ok", "worker": "ok", "housekeeping": "ok"}


def test_all_is_well(app, capsys):
    assert probe.main(["web", "--url", app(200, WELL)]) == 0
    assert capsys.readouterr().out == "ok\n"


def test_web_is_well_while_it_waits_for_its_worker(app):
    told = WELL | {"worker": "down: never seen", "housekeeping": "down: never seen"}
    assert probe.main(["web", "--url", app(503, told)]) == 0


def test_housekeeping_that_is_silent_is_not_well(app, capsys):
    told = WELL | {"housekeeping": "down: silent"}
    assert probe.main(["housekeeping", "--url", app(503, told)]) == 1
    assert capsys.readouterr().out == "housekeeping is down: silent\n"


def test_web_without_its_redis_is_not_well(app, capsys):
    assert probe.main(["web", "--url", app(503, WELL | {"redis": "down: ConnectionError"})]) == 1
    assert "redis is down" in capsys.readouterr().out


def test_an_answer_that_is_no_health_is_not_well(app, capsys):
    assert probe.main(["web", "--url", app(500, None)]) == 1
    assert "answers 500" in capsys.readouterr().out


def test_no_answer_is_not_well(capsys):
    assert probe.main(["web", "--url", "http://127.0.0.1:1"]) == 1
    assert "web is down" in capsys.readouterr().out
