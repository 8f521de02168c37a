"""Sending what waits: each attempt is claimed by one UPDATE, and the pauses grow to hours.

A claim moves the next attempt into the future before this one begins. So of two senders one sends,
and where a sender dies the next attempt comes by itself: a notice may then arrive twice, under the
same id, but is never lost.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import F
from django.utils.timezone import now

from dashboard.health.rule import Message, gettext_noop
from dashboard.notices import mailing, posting, wording
from dashboard.notices.models import Channel, Delivery
from dashboard.notices.posting import Outcome

_ = gettext_noop
logger = logging.getLogger(__name__)

Status = Delivery.Status

# Seconds from the start of one attempt to the next, longer than any attempt lasts; after the last
# one it is given up.
PAUSES = (30, 120, 600, 3600, 4 * 3600, 12 * 3600)
ATTEMPTS = len(PAUSES) + 1
HOURS = round(sum(PAUSES) / 3600)
EVERY = 1.0  # seconds between two looks into the outbox
HANDS = 4  # requests at a time, each to another channel
AT_ONCE = 200  # looked at

BROKEN_OFF = Message(_("The last attempt was broken off, and nothing is known of it."))
SWITCHED_OFF = Message(_("The channel was switched off before it was sent."))


def due(busy: Iterable[int] = ()) -> list[Delivery]:
    """The longest due delivery of each channel that is not busy."""
    waiting = Delivery.objects.filter(status=Status.WAITING, next_at__lte=now())
    waiting = waiting.exclude(channel__in=list(busy)).order_by("next_at", "pk")
    found: dict[int, Delivery] = {}
    for delivery in waiting.select_related("channel", "notice__run__project")[:AT_ONCE]:
        found.setdefault(delivery.channel_id, delivery)
    return list(found.values())


def deliver(delivery: Delivery) -> bool:
    """One attempt. False where another sender was first."""
    if delivery.attempts >= ATTEMPTS:
        return _end(delivery, Status.GIVEN_UP, BROKEN_OFF)
    if not _claim(delivery):
        return False
    _settle(delivery, send(delivery))
    return True


def send(delivery: Delivery) -> Outcome:
    """At once, whatever else waits."""
    carry = mailing.mail if delivery.channel.is_mail else posting.post
    return carry(delivery.channel, wording.told(delivery))


def test(channel: Channel) -> Delivery:
    """Send a test and wait for what becomes of it; it is not tried again."""
    delivery = Delivery.objects.create(channel=channel, status=Status.GIVEN_UP, attempts=1)
    outcome = send(delivery)
    delivery.error, delivery.answer = posting.as_json(outcome.error), outcome.answer
    if outcome.error is None:
        delivery.status, delivery.sent_at = Status.SENT, now()
    delivery.save(update_fields=["status", "error", "answer", "sent_at"])
    return delivery


def again(delivery: Delivery) -> bool:
    """Begin anew with one that was given up or sent. False while it waits anyway."""
    ended = Delivery.objects.filter(pk=delivery.pk, notice__isnull=False)
    ended = ended.exclude(status=Status.WAITING)
    return bool(ended.update(status=Status.WAITING, attempts=0, next_at=now()))


def drop(channel: Channel) -> int:
    """Give up what waits for a channel that was switched off. How many."""
    waiting = channel.deliveries.filter(status=Status.WAITING)
    return waiting.update(status=Status.GIVEN_UP, error=posting.as_json(SWITCHED_OFF))


def _claim(delivery: Delivery) -> bool:
    pause = PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
    next_at = now() + timedelta(seconds=pause)
    mine = Delivery.objects.filter(
        pk=delivery.pk, status=Status.WAITING, attempts=delivery.attempts
    )
    claimed = bool(mine.update(attempts=F("attempts") + 1, next_at=next_at))
    delivery.attempts += claimed
    return claimed


def _settle(delivery: Delivery, outcome: Outcome) -> None:
    if outcome.error is None:
        _end(delivery, Status.SENT, None, answer=outcome.answer, sent_at=now())
    elif delivery.attempts >= ATTEMPTS:
        _end(delivery, Status.GIVEN_UP, outcome.error, answer=outcome.answer)
    else:
        _end(delivery, Status.WAITING, outcome.error, answer=outcome.answer)


def _end(delivery: Delivery, to: str, error: Message | None, **more: object) -> bool:
    """Only of the attempt that was claimed: a later one may have begun meanwhile."""
    mine = Delivery.objects.filter(
        pk=delivery.pk, status=Status.WAITING, attempts=delivery.attempts
    )
    if error:
        told = error.text.format(**error.values)
        logger.warning("delivery %s by %s: %s", delivery.pk, delivery.channel, told)
    return bool(mine.update(status=to, error=posting.as_json(error), **more))


class Postman(threading.Thread):
    """Looks into the outbox each second. Hands of its own: a receiver may be slow."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(name="postman", daemon=True)
        self.stop = stop
        self.busy: set[int] = set()  # channels

    def run(self) -> None:
        while not self.stop.wait(EVERY):
            try:
                self.round()
            except DatabaseError:
                logger.exception("the outbox cannot be read; trying again")
            finally:
                connection.close()

    def round(self) -> None:
        for delivery in due(self.busy)[: HANDS - len(self.busy)]:
            self.busy.add(delivery.channel_id)
            # a daemon: what it is broken off at when the process ends is tried again
            threading.Thread(target=self._carry, args=[delivery], daemon=True).start()

    def _carry(self, delivery: Delivery) -> None:
        try:
            deliver(delivery)
        except Exception:  # a defect at one notice must not keep the others
            logger.exception("delivery %s failed; it is tried again", delivery.pk)
        finally:
            self.busy.discard(delivery.channel_id)
            connection.close()
