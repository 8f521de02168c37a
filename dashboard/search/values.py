"""What the words beside a field stand for: numbers, moments, spans of time."""

from __future__ import annotations

import datetime as dt
import re

SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
SPAN = re.compile(r"(?:\d+(?:\.\d+)?(?:min|[smhdw]))+", re.IGNORECASE)
SPAN_PART = re.compile(r"(\d+(?:\.\d+)?)(min|[smhdw])", re.IGNORECASE)
LATEST = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)

Period = tuple[dt.datetime, dt.datetime]  # from … to, the end not included


def number(text: str) -> float | None:
    """None where it is no number; inf and nan are."""
    if "_" in text:  # Python would read 1_000
        return None
    try:
        return float(text)
    except ValueError:
        return None


def seconds(text: str) -> float | None:
    """Of 90, 90s, 5m, 2h30m, 1.5d, 2w; None where it is none of these."""
    if SPAN.fullmatch(text):
        return sum(float(count) * SECONDS[unit.lower()] for count, unit in SPAN_PART.findall(text))
    plain = number(text)
    return plain if plain is not None and 0 <= plain < float("inf") else None


def period(text: str, now: dt.datetime) -> Period | None:
    """The time that a word names: a year, month, day, minute, second or moment. UTC unless said.

    -7d is the moment seven days before `now`.
    """
    low = text.lower()
    if low.startswith("-") and SPAN.fullmatch(low[1:]):
        return _back(low[1:], now)
    today = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if low in ("today", "yesterday"):
        start = today - dt.timedelta(days=low == "yesterday")
        return start, start + dt.timedelta(days=1)
    if low == "now":
        return _moment(now)
    return _calendar(text)


def _back(span: str, now: dt.datetime) -> Period | None:
    try:
        return _moment(now - dt.timedelta(seconds=seconds(span) or 0))
    except OverflowError:  # before the year 1
        return None


def _moment(at: dt.datetime) -> Period:
    return at, at + dt.timedelta(microseconds=1)


def _calendar(text: str) -> Period | None:
    if found := re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?", text):
        return _month_or_year(int(found[1]), int(found[2]) if found[2] else None)
    try:
        start = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if start.tzinfo is None:
        start = start.replace(tzinfo=dt.UTC)
    try:
        return start, start + _length(text)
    except OverflowError:
        return None


def _month_or_year(year: int, month: int | None) -> Period | None:
    if not 1 <= year < LATEST.year or not 1 <= (month or 1) <= 12:
        return None
    start = dt.datetime(year, month or 1, 1, tzinfo=dt.UTC)
    if month is None:
        return start, start.replace(year=year + 1)
    return start, (start + dt.timedelta(days=32)).replace(day=1)


def _length(text: str) -> dt.timedelta:
    """A day where no time stands, else down to what was written."""
    clock = re.split(r"[T ]", text, maxsplit=1)[1:]
    if not clock:
        return dt.timedelta(days=1)
    written = re.split(r"[+Z]|(?<=\d)-", clock[0])[0]
    if "." in written:
        return dt.timedelta(microseconds=1)
    return dt.timedelta(seconds=1) if written.count(":") == 2 else dt.timedelta(minutes=1)
