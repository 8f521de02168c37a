"""What the GPU side makes of the app's answers."""

import httpx
import pytest

from dashboard.training import client


@pytest.fixture
def answers(monkeypatch):
    """Makes the app give this answer."""
    monkeypatch.setenv("FIXPOINT_URL", "http://app.example.org/")
    monkeypatch.setenv("FIXPOINT_WORKER_TOKEN", "t")

    def give(answer: httpx.Response | Exception) -> None:
        def handle(request: httpx.Request) -> httpx.Response:
            if isinstance(answer, Exception):
                raise answer
            return answer

        made = httpx.Client(transport=httpx.MockTransport(handle))
        monkeypatch.setattr(client, "_connection", lambda: made)

    return give


def test_an_answer_is_read(answers):
    answers(httpx.Response(200, json={"run": {"id": "a"}}))
    assert client.claim("here", ["cpu:0"], 1) == {"id": "a"}


@pytest.mark.parametrize("status", [500, 503, 401, 403, 429])
def test_what_may_pass_is_tried_again(answers, status):
    answers(httpx.Response(status, json={"detail": "no"}))
    with pytest.raises(client.Unreachable, match=str(status)):
        client.claim("here", ["cpu:0"], 1)


def test_no_answer_is_tried_again(answers):
    answers(httpx.ConnectError("refused"))
    with pytest.raises(client.Unreachable, match="refused"):
        client.claim("here", ["cpu:0"], 1)


def test_a_page_instead_of_json_is_tried_again(answers):
    answers(httpx.Response(200, text="<html>"))
    with pytest.raises(client.Unreachable):
        client.claim("here", ["cpu:0"], 1)


def test_a_redirect_is_no_success(answers):
    answers(httpx.Response(301, headers={"location": "https://app.example.org/api/claims/"}))
    with pytest.raises(client.Unreachable, match="set FIXPOINT_URL to where it leads"):
        client.claim("here", ["cpu:0"], 1)


def test_a_refusal_carries_what_was_told(answers):
    answers(httpx.Response(409, json={"detail": "a gap", "expected": 7}))
    with pytest.raises(client.Refused, match="a gap") as caught:
        client.send("r", "events", 9, b"", "s")
    assert caught.value.told["expected"] == 7


def test_without_an_address_it_says_what_to_set(monkeypatch, tmp_path):
    monkeypatch.delenv("FIXPOINT_URL", raising=False)
    monkeypatch.setenv("FIXPOINT_DATA", str(tmp_path))
    with pytest.raises(client.Unreachable, match="set FIXPOINT_URL"):
        client.app_url()
