"""The JSON that each kind of receiver takes, and how it says that it did not. Plain Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from dashboard.notices.told import Told

Body = dict[str, Any]

OURS = "[Fixpoint] "  # begins each message: robots that ask for a keyword find it here


def webhook(told: Told) -> Body:
    """The one that is ours: docs/operating.md says what each field is."""
    return {
        "type": told.event,
        "id": told.id,
        "timestamp": told.at,
        "state": told.state,
        "rule": told.rule,
        "since_step": told.since_step,
        "sentence": told.sentence,
        "headline": told.headline,
        "says": told.says,
        "stops": told.stops,
        "remedy": told.remedy,
        "run": {
            "id": told.run,
            "name": told.run_name,
            "number": told.run_number,
            "project": told.project,
        },
        "link": told.link,
    }


def slack(told: Told) -> Body:
    """Slack reads <, > and & as marks of its own."""
    text = OURS + told.text
    for plain, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(plain, safe)
    return {"text": text}


def feishu(told: Told) -> Body:
    return {"msg_type": "text", "content": {"text": OURS + told.text}}


def dingtalk(told: Told) -> Body:
    return {"msgtype": "text", "text": {"content": OURS + told.text}}


def wecom(told: Told) -> Body:
    return {"msgtype": "text", "text": {"content": shortened(OURS + told.text, WECOM_BYTES)}}


FORMATS: dict[str, Callable[[Told], Body]] = {
    "webhook": webhook,
    "slack": slack,
    "feishu": feishu,
    "dingtalk": dingtalk,
    "wecom": wecom,
}
WECOM_BYTES = 2048  # of UTF-8 that WeCom takes; longer messages are refused


def shortened(text: str, most: int) -> str:
    """So many bytes of UTF-8, with … where something was left out."""
    if len(text.encode()) <= most:
        return text
    return text.encode()[: most - 3].decode(errors="ignore") + "…"


def refusal(kind: str, answer: str) -> str:
    """What a chat service says under status 200 when it did not take a message; "" when it did."""
    if kind not in ("feishu", "dingtalk", "wecom"):
        return ""
    try:
        told = json.loads(answer)
    except ValueError:
        return answer or "an empty answer"
    if not isinstance(told, dict):
        return answer
    code = told.get("code", told.get("StatusCode", told.get("errcode")))
    return "" if code == 0 else answer
