"""What is wrong with a text that should hold targets, for a reader of any language."""

from __future__ import annotations

from dashboard.health.rule import Message, gettext_noop, say
from trainers.targets import Unreadable

_ = gettext_noop

NO_TARGET = _(
    "“{given}” is no target: write one as “train/loss < 1.0 at 50”, and several with “;” between."
)
NO_NUMBER = _(
    "“{given}” is no number: write a target as “train/loss < 1.0 at 50”, and several with “;”"
    " between."
)


def unreadable(error: Unreadable) -> Message:
    return say(NO_NUMBER if error.number else NO_TARGET, given=error.text)
