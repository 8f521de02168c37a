"""Each receiver's JSON, word for word; and what counts as a refusal."""

import dataclasses

import pytest

from dashboard.notices import formats
from dashboard.notices.told import Told

TOLD = Told(
    id="delivery-7",
    event="verdict",
    at="2026-11-27T09:00:00+00:00",
    headline="臂章-3 (#12): 记忆库: 自第 61 步起未通过",
    says="填充率 <50% & 停滞。",
    sentence="run (#12): Memory bank: failing since step 61. It is <50% full.",
    state="fail",
    rule="memory_bank",
    since_step=61,
    remedy="",
    stops="",
    run="0190",
    run_name="臂章-3",
    run_number=12,
    project="default",
    link="https://fixpoint.example.org/runs/0190/?tab=verdicts#memory_bank",
)
TEXT = (
    "[Fixpoint] 臂章-3 (#12): 记忆库: 自第 61 步起未通过\n填充率 <50% & 停滞。\n"
    "https://fixpoint.example.org/runs/0190/?tab=verdicts#memory_bank"
)


def test_our_own_says_everything():
    assert formats.webhook(TOLD) == {
        "type": "verdict",
        "id": "delivery-7",
        "timestamp": "2026-11-27T09:00:00+00:00",
        "state": "fail",
        "rule": "memory_bank",
        "since_step": 61,
        "sentence": "run (#12): Memory bank: failing since step 61. It is <50% full.",
        "headline": "臂章-3 (#12): 记忆库: 自第 61 步起未通过",
        "says": "填充率 <50% & 停滞。",
        "stops": "",
        "remedy": "",
        "run": {"id": "0190", "name": "臂章-3", "number": 12, "project": "default"},
        "link": "https://fixpoint.example.org/runs/0190/?tab=verdicts#memory_bank",
    }


def test_slack_gets_its_three_marks_escaped():
    safe = TEXT.replace("<50% & 停滞", "&lt;50% &amp; 停滞")
    assert formats.slack(TOLD) == {"text": safe}


def test_feishu():
    assert formats.feishu(TOLD) == {"msg_type": "text", "content": {"text": TEXT}}


def test_dingtalk():
    assert formats.dingtalk(TOLD) == {"msgtype": "text", "text": {"content": TEXT}}


def test_wecom():
    assert formats.wecom(TOLD) == {"msgtype": "text", "text": {"content": TEXT}}


def test_wecom_gets_no_more_bytes_than_it_takes_and_no_half_character():
    long = formats.wecom(dataclasses.replace(TOLD, says="停" * 3000))["text"]["content"]
    assert len(long.encode()) <= 2048
    assert long.endswith("停…")


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("dingtalk", '{"errcode":0,"errmsg":"ok"}'),
        ("wecom", '{"errcode":0,"errmsg":"ok"}'),
        ("feishu", '{"code":0,"msg":"success","data":{}}'),
        ("feishu", '{"StatusCode":0,"StatusMessage":"success"}'),
        ("slack", "ok"),
        ("webhook", '{"errcode":1}'),
        ("webhook", ""),
    ],
)
def test_what_was_taken_is_no_refusal(kind, answer):
    assert formats.refusal(kind, answer) == ""


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("dingtalk", '{"errcode":310000,"errmsg":"sign not match"}'),
        ("wecom", '{"errcode":93000,"errmsg":"invalid webhook url"}'),
        ("feishu", '{"code":19021,"msg":"sign match fail"}'),
        ("feishu", "<html>"),
        ("wecom", "[]"),
        ("dingtalk", '{"ok":true}'),
    ],
)
def test_a_refusal_under_status_200_is_one(kind, answer):
    assert formats.refusal(kind, answer) == answer
