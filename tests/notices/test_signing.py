"""Signatures: known answers, and the example of the operator's guide as it stands there."""

import base64
import re
import time
from pathlib import Path
from typing import Any

import pytest

from dashboard.notices import signing

GUIDE = Path(__file__).parents[2] / "docs" / "operating.md"
BODY = b'{"type": "verdict"}'


def guide() -> Any:
    """verify() as operators copy it."""
    (code,) = re.findall(r"```python\n(.*?def verify.*?)```", GUIDE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["verify"]


def signed(secret: str, at: float, body: bytes = BODY) -> dict[str, str]:
    return signing.headers(secret, "delivery-7", int(at), body)


def test_agrees_with_the_example_of_the_standard():
    # https://github.com/standard-webhooks/standard-webhooks, the test vector of its libraries
    made = signing.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert made == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_guides_example_takes_what_we_sign():
    secret = signing.new_secret()
    assert guide()(secret, signed(secret, time.time()), BODY)


@pytest.mark.parametrize("change", ["body", "secret", "time", "id"])
def test_the_guides_example_refuses_what_was_changed(change):
    secret = signing.new_secret()
    headers, body = signed(secret, time.time()), BODY
    if change == "body":
        body += b" "
    if change == "secret":
        secret = signing.new_secret()
    if change == "time":
        headers = {**headers, "webhook-timestamp": str(int(time.time()) + 1)}
    if change == "id":
        headers = {**headers, "webhook-id": "delivery-8"}
    assert not guide()(secret, headers, body)


def test_the_guides_example_refuses_what_is_old():
    secret = signing.new_secret()
    assert not guide()(secret, signed(secret, time.time() - 301), BODY)


def test_each_secret_is_new_and_long():
    one, other = signing.new_secret(), signing.new_secret()
    assert one != other
    assert len(base64.b64decode(one.removeprefix("whsec_"))) == 32


# the two below: answers of `openssl dgst -sha256 -hmac`, as the services document them


def test_feishu_signs_nothing_with_time_and_secret_as_the_key():
    fields = signing.feishu("secret", 1599360473)
    assert fields == {
        "timestamp": "1599360473",
        "sign": "q4jswNiMy51J5JuQV566yJat0/lQ/c+22kINzUgKsGU=",
    }


def test_dingtalk_signs_time_and_secret():
    fields = signing.dingtalk("this is secret", 1577262236757)
    assert fields["timestamp"] == "1577262236757"
    assert fields["sign"] == "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="
