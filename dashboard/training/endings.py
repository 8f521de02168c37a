"""How a run came to a bad end: a text with fields and what they hold, to be told in any language.

Plain Python: the GPU's side says it, and the app's pages translate it.
"""

from __future__ import annotations

import signal
from string import Formatter
from typing import Any

Ending = dict[str, Any]  # {"text", "values"}, as verdicts have them; a value may be one itself


def _(text: str) -> str:
    """Mark a text for the translation catalogue."""
    return text


EXITED = _("The trainer ended with exit code {code}.")
KILLED = _("The trainer was killed by {signal}.")
KILLED_OUTRIGHT = _(
    "The trainer was killed by SIGKILL. If nobody did that, the machine ran out of memory: see its"
    " kernel log."
)
LAST_WORDS = _("{how} Its last words: {words}")
REFUSED = _("The app refuses what the run logged ({why}). It is all in {place} on {host}.")
RUNNER_DIED = _("The runner died (exit code {code})")
GONE = _("Its runner died")
SILENT = _("The machine that ran it fell silent")
KNOWN = (EXITED, KILLED, KILLED_OUTRIGHT, LAST_WORDS, REFUSED, RUNNER_DIED, GONE, SILENT)


def say(text: str, **values: Any) -> Ending:
    return {"text": text, "values": values}


def english(ending: Ending) -> str:
    """As logs and programs read it."""
    values = {k: english(v) if isinstance(v, dict) else v for k, v in ending["values"].items()}
    return str(ending["text"]).format(**values)


def of_trainer(code: int, words: str) -> Ending:
    """By its exit code, negative for a signal; words: the last line that it printed, or ""."""
    how = say(EXITED, code=code)
    if code == -signal.SIGKILL:
        how = say(KILLED_OUTRIGHT)
    elif code < 0:
        how = say(KILLED, signal=signal.Signals(-code).name)
    return say(LAST_WORDS, how=how, words=words) if words else how


def is_known(told: Any) -> bool:
    """A text of this module, also in its values: any other may come from a newer host."""
    if not isinstance(told, dict) or told.keys() != {"text", "values"}:
        return False
    text, values = told["text"], told["values"]
    if text not in KNOWN or not isinstance(values, dict):
        return False
    return set(_fields(text)) == set(values) and all(map(_can_be_kept, values.values()))


def _can_be_kept(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value  # which no database takes
    return isinstance(value, int) or is_known(value)


def _fields(text: str) -> list[str]:
    return [name for _before, name, _spec, _how in Formatter().parse(text) if name]
