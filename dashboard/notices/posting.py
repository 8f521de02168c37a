"""One request to a receiver: bounded in time, never sent on elsewhere."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from dashboard.health.rule import Message, gettext_noop, say
from dashboard.notices import formats, signing
from dashboard.notices.address import BadAddress, checked
from dashboard.notices.models import Channel, Kind
from dashboard.notices.told import Told
from dashboard.version import VERSION

_ = gettext_noop

SECONDS = 10.0  # for all of it: name, connection, request, answer
KEPT = 500  # characters of an answer


@dataclass(frozen=True)
class Outcome:
    """error: None where the receiver took it; answer: what it said."""

    error: Message | None = None
    answer: str = ""


@dataclass(frozen=True)
class Letter:
    """A request as it is sent."""

    address: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


def post(channel: Channel, told: Told) -> Outcome:
    """Never raises for what a receiver does."""
    try:
        letter = written(channel, told, time.time())
        status, answer, leads_to = asyncio.run(_ask(letter))
    except TimeoutError:
        return Outcome(say(_("No answer within {seconds} s."), seconds=f"{SECONDS:g}"))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Outcome(say(_("Not reached: {error}"), error=_told(error)))
    return Outcome(_refused(channel.kind, status, answer, leads_to), f"{status} {answer}".strip())


def written(channel: Channel, told: Told, now: float) -> Letter:
    """The request for this channel. BadAddress: its address is none to post to."""
    made = formats.FORMATS[channel.kind](told)
    secret, query = channel.secret, {}
    if channel.kind == Kind.FEISHU and secret:
        made |= signing.feishu(secret, int(now))
    if channel.kind == Kind.DINGTALK and secret:
        query = signing.dingtalk(secret, int(now * 1000))
    body = json.dumps(made, ensure_ascii=False).encode()
    headers = {"content-type": "application/json", "user-agent": f"Fixpoint/{VERSION}"}
    if channel.kind == Kind.WEBHOOK:
        headers |= signing.headers(secret, told.id, int(now), body)
    return Letter(checked(channel.target), body, headers, query)


async def _ask(letter: Letter) -> tuple[int, str, str]:
    """Status, the beginning of the answer, and where a redirect leads to."""
    async with (
        asyncio.timeout(SECONDS),
        httpx.AsyncClient(follow_redirects=False, timeout=None) as client,
    ):
        address = httpx.URL(letter.address).copy_merge_params(letter.query)
        asked = client.stream("POST", address, content=letter.body, headers=letter.headers)
        async with asked as answer:
            return answer.status_code, await _beginning(answer), answer.headers.get("location", "")


async def _beginning(answer: httpx.Response) -> str:
    text = ""
    async for part in answer.aiter_text():
        text += part
        if len(text) >= KEPT:
            break
    return text[:KEPT].replace("\0", "\ufffd").strip()


def _refused(kind: str, status: int, answer: str, leads_to: str) -> Message | None:
    if 300 <= status < 400:
        text = _("It sends on to {address}; that is not followed. Enter the final address.")
        return say(text, address=leads_to[:200] or "?")
    if not 200 <= status < 300:
        return say(_("It answered with status {status}."), status=status)
    if refusal := formats.refusal(kind, answer):
        return say(_("It did not take the message: {answer}"), answer=refusal)
    return None


def _told(error: Exception) -> str:
    if isinstance(error, BadAddress):
        return str(error)
    return f"{type(error).__name__}: {error}".rstrip(": ")[:300]


def as_json(message: Message | None) -> dict[str, Any]:
    return {"text": message.text, "values": dict(message.values)} if message else {}
