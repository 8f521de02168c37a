"""Notices by e-mail, by the mail server that the environment names."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from dashboard.health.rule import Message, gettext_noop, say
from dashboard.notices.models import Channel
from dashboard.notices.posting import Outcome
from dashboard.notices.told import Told

_ = gettext_noop

OFF = Message(
    _("E-mail is off: no mail server is named. An operator sets FIXPOINT_MAIL_HOST and restarts.")
)


def is_on() -> bool:
    return bool(settings.EMAIL_HOST)


def mail(channel: Channel, told: Told) -> Outcome:
    """Never raises for what a mail server does."""
    if not is_on():
        return Outcome(OFF)
    letter = EmailMessage(
        subject=" ".join(f"[Fixpoint] {told.headline}".split()),
        body=told.text,
        to=channel.target.split(),
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        letter.send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        told_error = f"{type(error).__name__}: {error}"[:300]
        return Outcome(say(_("The mail server did not take it: {error}"), error=told_error))
    return Outcome(answer=", ".join(letter.to))
