"""What waits is sent: signed, tried again with growing pauses, by one sender, or given up."""

import datetime as dt
import json
import threading
import time
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from dashboard.notices import mailing, outbox, posting
from dashboard.notices.models import Delivery
from dashboard.notices.wording import message
from dashboard.runs.models import Run
from tests.notices.given import Answer, channel, judged, receiver, verdict, waiting
from tests.notices.test_signing import guide

pytestmark = pytest.mark.django_db


def attempt(delivery: Delivery) -> Delivery:
    """One attempt, as when its time has come."""
    Delivery.objects.filter(pk=delivery.pk).update(next_at=now() - dt.timedelta(seconds=1))
    [found] = outbox.due()
    outbox.deliver(found)
    delivery.refresh_from_db()
    return delivery


def told(delivery: Delivery) -> str:
    return message(delivery.error)


def test_a_failure_arrives_signed_with_all_that_it_says(run, monkeypatch):
    monkeypatch.setenv("FIXPOINT_URL", "https://fixpoint.example.org/")
    with receiver() as there:
        delivery = attempt(waiting(run, target=there.url, language="zh-hans"))
    [received] = there.received
    body = json.loads(received.body)
    assert guide()(delivery.channel.secret, received.headers, received.body)
    assert received.headers["content-type"] == "application/json"
    assert body["sentence"].startswith(f"{run.name} (#1): Non-finite loss: failing since step 61.")
    assert "61" in body["headline"]
    assert body["link"] == (
        f"https://fixpoint.example.org/runs/{run.pk}/?tab=verdicts#non_finite_loss"
    )
    assert (delivery.status, delivery.answer, delivery.error) == ("sent", "200 ok", {})


def test_what_was_sent_is_not_sent_again(run):
    with receiver() as there:
        attempt(waiting(run, target=there.url))
        assert outbox.due() == []
    assert len(there.received) == 1


def test_an_answer_of_500_is_tried_again_and_then_taken(run):
    with receiver(Answer(500, "broken"), Answer(200)) as there:
        delivery = attempt(waiting(run, target=there.url))
        assert (delivery.status, delivery.answer) == ("waiting", "500 broken")
        assert told(delivery) == "It answered with status 500."
        assert outbox.due() == []  # not before its pause is over
        assert attempt(delivery).status == "sent"
    one, other = there.received
    assert one.headers["webhook-id"] == other.headers["webhook-id"]


def test_a_receiver_that_is_down_is_told_by_name(run):
    delivery = attempt(waiting(run, target="http://127.0.0.1:9/hook"))
    assert delivery.status == "waiting"
    assert told(delivery).startswith("Not reached: ConnectError")


def test_a_redirect_is_not_followed(run):
    with receiver() as other:
        moved = Answer(302, headers={"location": other.url})
        with receiver(moved) as there:
            delivery = attempt(waiting(run, target=there.url))
    assert delivery.status == "waiting"
    assert f"It sends on to {other.url}; that is not followed" in told(delivery)
    assert other.received == []


def test_a_receiver_that_is_slow_has_its_time_and_no_more(run, monkeypatch):
    monkeypatch.setattr(posting, "SECONDS", 0.3)
    with receiver(Answer(after=2)) as there:
        began = time.monotonic()
        delivery = attempt(waiting(run, target=there.url))
        assert time.monotonic() - began < 1.5
    assert told(delivery) == "No answer within 0.3 s."


def test_a_receiver_that_trickles_has_its_time_and_no_more(run, monkeypatch):
    monkeypatch.setattr(posting, "SECONDS", 0.3)
    long = {"content-length": "100000"}
    with receiver(Answer(body="x", headers=long)) as there:
        delivery = attempt(waiting(run, target=there.url))
    assert delivery.status == "waiting"


def test_an_endless_answer_is_read_from_its_beginning_only(run):
    with receiver(Answer(body="x" * 5_000_000)) as there:
        delivery = attempt(waiting(run, target=there.url))
    assert delivery.status == "sent"
    assert len(delivery.answer) == len("200 ") + posting.KEPT


@pytest.mark.parametrize(
    "target", ["ftp://127.0.0.1/", "file:///etc/passwd", "gopher://x", "nowhere", "http://[", ""]
)
def test_only_http_is_posted_to_whatever_stands_in_the_table(run, target):
    delivery = attempt(waiting(run, target=target))
    assert delivery.status == "waiting"
    assert told(delivery).startswith("Not reached: ")


def test_a_chat_that_refuses_under_status_200_has_not_taken_it(run):
    refusal = '{"errcode":310000,"errmsg":"keywords not in content"}'
    with receiver(Answer(body=refusal)) as there:
        delivery = attempt(waiting(run, kind="dingtalk", target=there.url, secret=""))
    assert delivery.status == "waiting"
    assert "keywords not in content" in told(delivery)


def test_dingtalk_is_signed_in_the_address(run):
    with receiver(Answer(body='{"errcode":0}')) as there:
        target = f"{there.url}?access_token=1"
        attempt(waiting(run, kind="dingtalk", target=target, secret="SEC"))
    assert there.received[0].path.startswith("/hook?access_token=1&timestamp=")
    assert "&sign=" in there.received[0].path
    assert "webhook-signature" not in there.received[0].headers


def test_feishu_is_signed_in_the_body(run):
    with receiver(Answer(body='{"code":0}')) as there:
        attempt(waiting(run, kind="feishu", target=there.url, secret="s"))
    assert set(json.loads(there.received[0].body)) == {"timestamp", "sign", "msg_type", "content"}


def test_pauses_grow_and_after_the_last_attempt_it_is_given_up(run):
    with receiver(Answer(503)) as there:
        delivery = waiting(run, target=there.url)
        pauses = []
        while attempt(delivery).status == "waiting":
            pauses.append((delivery.next_at - now()).total_seconds())
    assert len(there.received) == outbox.ATTEMPTS == 7
    assert pauses == pytest.approx(outbox.PAUSES, abs=5)
    assert (delivery.status, outbox.HOURS) == ("given_up", 17)


def test_send_again_begins_anew(run):
    with receiver(Answer(200)) as there:
        delivery = waiting(run, target=there.url)
        Delivery.objects.update(status="given_up", attempts=outbox.ATTEMPTS)
        assert outbox.again(delivery)
        assert not outbox.again(delivery)  # it waits already
        assert attempt(delivery).status == "sent"
        assert delivery.attempts == 1


def test_a_sender_that_died_is_followed_by_another_attempt(run):
    with receiver() as there:
        delivery = waiting(run, target=there.url)
        assert outbox._claim(delivery)  # and the process is killed here
        assert outbox.due() == []
        assert attempt(delivery).status == "sent"
    assert delivery.attempts == 2


def test_a_sender_that_died_at_the_last_attempt_says_so(run):
    delivery = waiting(run)
    Delivery.objects.update(attempts=outbox.ATTEMPTS)
    assert attempt(delivery).status == "given_up"
    assert told(delivery).startswith("The last attempt was broken off")


def test_an_attempt_that_ends_late_does_not_touch_the_next_one(run):
    delivery = waiting(run)
    late = Delivery.objects.get(pk=delivery.pk)
    outbox._claim(late)
    Delivery.objects.filter(pk=delivery.pk).update(attempts=2)
    outbox._settle(late, posting.Outcome(answer="200"))
    delivery.refresh_from_db()
    assert (delivery.status, delivery.answer) == ("waiting", "")


def test_a_notice_that_got_worse_before_it_was_sent_is_sent_as_it_is(run):
    with receiver() as there:
        made = channel(target=there.url, warnings=True)
        judged(run, verdict("warn", since=5))
        judged(run, verdict("fail", since=61))
        attempt(made.deliveries.get())
    assert json.loads(there.received[0].body)["state"] == "fail"


def test_what_waits_for_a_channel_that_is_switched_off_is_dropped(run):
    delivery = waiting(run)
    assert outbox.drop(delivery.channel) == 1
    delivery.refresh_from_db()
    assert (delivery.status, told(delivery)) == (
        "given_up",
        "The channel was switched off before it was sent.",
    )


def test_a_test_is_sent_at_once_and_once(run):
    with receiver(Answer(200, "hello")) as there:
        delivery = outbox.test(channel(target=there.url))
    assert (delivery.status, delivery.answer) == ("sent", "200 hello")
    assert json.loads(there.received[0].body)["type"] == "test"


def test_a_test_that_fails_says_why_and_is_not_tried_again(db):
    with receiver(Answer(404, "no such hook")) as there:
        delivery = outbox.test(channel(target=there.url))
    assert told(delivery) == "It answered with status 404."
    assert delivery.answer == "404 no such hook"
    assert outbox.due() == []
    assert not outbox.again(delivery)


def test_mail_goes_to_all_its_addresses(run, settings, mailoutbox):
    settings.EMAIL_HOST = "smtp.example.org"
    delivery = attempt(waiting(run, kind="email", target="a@example.org\nb@example.org"))
    [letter] = mailoutbox
    assert letter.to == ["a@example.org", "b@example.org"]
    assert letter.subject == f"[Fixpoint] {run.name} (#1): Non-finite loss: failing since step 61"
    assert "Something is wrong." in letter.body
    assert delivery.status == "sent"


def test_a_name_of_two_lines_does_not_forge_headers(run, settings, mailoutbox):
    settings.EMAIL_HOST = "smtp.example.org"
    Run.objects.update(name="one\nBcc: evil@example.org")
    attempt(waiting(run, kind="email", target="a@example.org"))
    assert mailoutbox[0].subject.startswith("[Fixpoint] one Bcc: evil@example.org (#1)")
    assert mailoutbox[0].recipients() == ["a@example.org"]


def test_mail_without_a_server_says_how_to_turn_it_on(run, settings, mailoutbox):
    settings.EMAIL_HOST = ""
    delivery = attempt(waiting(run, kind="email", target="a@example.org"))
    assert delivery.status == "waiting"
    assert "FIXPOINT_MAIL_HOST" in told(delivery)
    assert not mailing.is_on()
    assert mailoutbox == []


def test_a_mail_server_that_is_down_is_told(run, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    delivery = attempt(waiting(run, kind="email", target="a@example.org"))
    assert told(delivery).startswith("The mail server did not take it: ConnectionRefusedError")


# -- several senders, several channels


def postmen(count: int) -> tuple[threading.Event, list[outbox.Postman]]:
    stop = threading.Event()
    made = [outbox.Postman(stop) for _ in range(count)]
    for one in made:
        one.start()
    return stop, made


def until(true: Any, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def sent() -> int:
    found = Delivery.objects.filter(status="sent").count()
    connection.close()
    return found


@pytest.mark.django_db(transaction=True)
def test_of_many_senders_at_once_each_delivery_has_one(run, monkeypatch):
    monkeypatch.setattr(outbox, "EVERY", 0.02)
    with receiver() as there:
        for number in range(6):
            channel(name=f"{number}", target=there.url)
        judged(run, verdict(), verdict(rule="loss_spike"))
        stop, made = postmen(4)
        until(lambda: sent() == 12)
        stop.set()
        for one in made:
            one.join()
    ids = [received.headers["webhook-id"] for received in there.received]
    assert len(ids) == len(set(ids)) == 12


@pytest.mark.django_db(transaction=True)
def test_a_slow_receiver_keeps_no_other_waiting(run, monkeypatch):
    monkeypatch.setattr(outbox, "EVERY", 0.02)
    with receiver(Answer(after=3)) as slow, receiver() as quick:
        channel(name="slow", target=slow.url)
        channel(name="quick", target=quick.url)
        judged(run, verdict(), verdict(rule="loss_spike"), verdict(rule="collapse"))
        began = time.monotonic()
        stop, made = postmen(1)
        until(lambda: len(quick.received) == 3)
        assert time.monotonic() - began < 3
        assert len(slow.received) == 1  # one at a time
        until(lambda: sent() >= 4)
        stop.set()
        made[0].join()
    until(lambda: not made[0].busy)
