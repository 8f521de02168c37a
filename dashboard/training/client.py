"""The GPU side's calls to the app."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from typing import Any

import httpx

from dashboard.places import app_url_file, worker_token_file
from dashboard.training.endings import Ending, english

TIMEOUT = httpx.Timeout(10, connect=2)
PROMPT = 3.0  # seconds: a web server that is just starting accepts connections and answers later


class Unreachable(Exception):
    """The app did not answer, or not as it should: try again later."""


class Refused(Exception):
    """The app answered that the request cannot be carried out; asking again does not help."""

    def __init__(self, status: int, told: dict[str, Any]) -> None:
        self.status = status
        self.told = told
        super().__init__(f"{status}: {told.get('detail', told)}")


def claim(host: str, slots: Sequence[str], capacity: int) -> dict[str, Any] | None:
    """The best queued run, now this host's; None where nothing waits, or needs more than is free.

    slots: the free ones; capacity: how many of their kind the host has. The run takes the first.
    """
    body = {"host": host, "slots": list(slots), "capacity": capacity}
    return _post("claims/", json=body).get("run")


def renew(run_id: str, lease: str) -> dict[str, Any]:
    """{"stop_requested", "lease_seconds"}. Refused (409) when the lease is another's."""
    return _post(f"runs/{run_id}/lease/", json={"lease": lease})


def finish(
    run_id: str, lease: str, outcome: str, exit_code: int | None, failure: Ending | None
) -> None:
    """outcome: finished, failed, stopped, interrupted or lost. Refused (409) when fenced off."""
    body: dict[str, Any] = {"lease": lease, "outcome": outcome, "exit_code": exit_code}
    if failure:
        body |= {"failure": english(failure), "failure_told": failure}
    _post(f"runs/{run_id}/finish/", json=body)


def send(run_id: str, part: str, offset: int, body: bytes, source: str) -> int:
    """Post bytes of "events", "log" or "system" from `offset`; the offset that is stored now.

    Refused with status 409 carries the offset that is expected.
    """
    query = {"offset": offset, "source": source}
    return int(_post(f"runs/{run_id}/{part}/", params=query, content=body)["offset"])


def put_sample(run_id: str, name: str, body: bytes) -> None:
    """Bring one file of a sample; bringing it twice does no harm."""
    _ask("PUT", f"runs/{run_id}/samples/{name}/", content=body)


def heartbeat(host: str, detail: dict[str, Any]) -> dict[str, Any]:
    """{"deleted": how many runs the app deleted ever}."""
    return _post("workers/", json={"host": host, "detail": detail})


def purged(host: str, runs: Sequence[str], removed: dict[str, int]) -> list[str]:
    """Which of `runs` were deleted. removed: bytes by run of directories that are gone now."""
    body = {"host": host, "runs": list(runs), "removed": removed}
    return list(_post("purges/", json=body)["purged"])


def app_answers() -> bool:
    """Whether the app is there at all, well or not. True where its address is not known."""
    try:
        _connection().get(f"{app_url()}/healthz", timeout=PROMPT)
    except Unreachable:
        return True
    except httpx.HTTPError:
        return False
    return True


def app_url() -> str:
    """FIXPOINT_URL, else where this machine's `up` listens. Read anew: the port may change."""
    if url := os.environ.get("FIXPOINT_URL"):
        return url.rstrip("/")
    try:
        return app_url_file().read_text().strip().rstrip("/")
    except OSError as error:
        raise Unreachable("set FIXPOINT_URL to the app's address") from error


def _token() -> str:
    if token := os.environ.get("FIXPOINT_WORKER_TOKEN"):
        return token
    try:
        return worker_token_file().read_text().strip()
    except OSError as error:
        raise Unreachable(
            "set FIXPOINT_WORKER_TOKEN (python3 manage.py token create NAME --scope worker)"
        ) from error


@functools.cache
def _connection() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, trust_env=False)


def _post(path: str, **request: Any) -> dict[str, Any]:
    return _ask("POST", path, **request)


def _ask(method: str, path: str, **request: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {_token()}"}
    try:
        answer = _connection().request(
            method, f"{app_url()}/api/{path}", headers=headers, **request
        )
        told = answer.json() if answer.content else {}
    except (httpx.HTTPError, ValueError) as error:
        raise Unreachable(f"{app_url()}: {error}") from error
    if 300 <= answer.status_code < 400:
        where = answer.headers.get("location", "")
        raise Unreachable(f"{app_url()} sends on to {where}: set FIXPOINT_URL to where it leads")
    if answer.status_code >= 500 or answer.status_code in (401, 403, 429):
        raise Unreachable(f"{answer.status_code}: {told.get('detail', '')}")
    if answer.status_code >= 400:
        raise Refused(answer.status_code, told)
    return dict(told)
