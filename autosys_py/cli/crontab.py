"""Crontabs as cron reads them: fields, names, steps, `@daily` and its kin, environment lines, percent signs. Pure.

    30 8-17/2 * jan,apr mon-fri  /opt/report % to standard input % next line

A field that begins with a star restricts nothing, even as `*/2`: so cron itself decides what day of month and day of
week mean together. If both begin otherwise a day is meant that satisfies either; else both must hold.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
DAYS = {name: number for number, name in enumerate("sun mon tue wed thu fri sat".split())}
NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
EVERY_DAY = frozenset(range(7))
_ASSIGNMENT = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z_]\w*))\s*=\s*(.*?)\s*""", re.ASCII)
_PERCENT = re.compile(r"\\%|%")


class BadLine(Exception):
    """A line that cron would refuse; the text says why."""


class Variable(NamedTuple):
    """An environment line: it holds for the entries below it."""

    line: int
    name: str
    value: str


class Entry(NamedTuple):
    """A line that starts a command."""

    line: int
    source: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    """Of the month."""
    months: frozenset[int]
    weekdays: frozenset[int]
    """Sunday is 0."""
    either_day: bool
    """Day of month and day of week are both restricted: either of them is enough."""
    every_minute: bool
    """The minute is a bare star."""
    user: str
    command: str
    input: tuple[str, ...] | None
    """Lines that the command reads; None = it reads nothing."""

    @property
    def needs_calendar(self) -> bool:
        """Is there more to say about its days than days of the week?"""
        return len(self.months) < 12 or len(self.days) < 31 or (self.either_day and len(self.weekdays) < 7)

    def dates(self, first: date, days: int) -> list[date]:
        """The days on which it starts, from `first` on."""
        return [day for day in (first + timedelta(number) for number in range(days)) if self._is_on(day)]

    def _is_on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_month, by_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (by_month or by_week) if self.either_day else (by_month and by_week)


class Unsaid(NamedTuple):
    """A line that has no meaning for a scheduler, and why."""

    line: int
    reason: str
    is_error: bool
    """Cron would not understand it either."""


def read(lines: Iterable[str], *, has_user: bool) -> Iterator[Variable | Entry | Unsaid]:
    """What a crontab says, line by line. `has_user`: commands stand behind a column of users, as in /etc/crontab."""
    for number, text in enumerate(lines, start=1):
        line = text.strip()
        if not line or line.startswith("#"):
            continue
        assigned = _ASSIGNMENT.fullmatch(text)
        if assigned is not None:
            name = next(part for part in assigned.groups()[:3] if part is not None)
            yield Variable(number, name, _unquoted(assigned[4]))
            continue
        try:
            yield _entry(number, line, has_user=has_user)
        except BadLine as bad:
            yield Unsaid(number, str(bad), is_error=not str(bad).startswith("@reboot"))


def entry_words(line: str) -> list[str]:
    """The words of an entry as far as the second behind its times; empty for any other line."""
    text = line.strip()
    if not text or text.startswith("#") or _ASSIGNMENT.fullmatch(text):
        return []
    fields = 1 if text.startswith("@") else 5
    return text.split(None, fields + 1)[fields:]


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _entry(number: int, line: str, *, has_user: bool) -> Entry:
    fields, rest = _times(line)
    user = ""
    if has_user:
        user, rest = _first_word(rest)
    if not rest:
        raise BadLine("there is no command")
    minute, hour, day, month, weekday = fields
    minutes = _field(minute.removeprefix("-"), "minute", 0, 59)
    weekdays = frozenset(each % 7 for each in _field(weekday, "day of week", 0, 7, DAYS))
    command, given = _split(rest)
    return Entry(
        number,
        line,
        minutes,
        _field(hour, "hour", 0, 23),
        frozenset(_field(day, "day of month", 1, 31)),
        frozenset(_field(month, "month", 1, 12, MONTHS)),
        weekdays,
        not day.startswith("*") and not weekday.startswith("*"),
        minute.removeprefix("-") == "*",
        user,
        command,
        given,
    )


def _times(line: str) -> tuple[list[str], str]:
    """The five fields, and what stands behind them."""
    if line.startswith("@"):
        name, rest = _first_word(line)
        if name.lower() == "@reboot":
            raise BadLine("@reboot: no schedule starts a job with the machine")
        if name.lower() not in NICKNAMES:
            raise BadLine(f"{name} is no time that cron knows")
        return NICKNAMES[name.lower()].split(), rest
    words = line.split(None, 5)
    if len(words) < 6:
        raise BadLine("five fields and a command are wanted")
    return words[:5], words[5]


def _first_word(text: str) -> tuple[str, str]:
    """It, and what stands behind it; blanks and tabs within that stay as they are."""
    words = text.split(None, 1)
    return (words[0], words[1]) if len(words) == 2 else (text, "")


def _field(text: str, what: str, low: int, high: int, names: dict[str, int] | None = None) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        if "~" in span:
            raise BadLine(f"{what} {part}: no schedule picks a time at random")
        if slash and not (step.isascii() and step.isdigit() and len(step) < 4 and int(step)):
            raise BadLine(f"{what} {part}: the step is no number")
        first, last = _span(span, part, what, low, high, names or {}, has_step=bool(slash))
        found.update(range(first, last + 1, int(step) if slash else 1))
    return tuple(sorted(found))


def _span(
    span: str, part: str, what: str, low: int, high: int, names: dict[str, int], *, has_step: bool
) -> tuple[int, int]:
    if span == "*":
        return low, high if names is not DAYS else 6
    begin, dash, end = span.partition("-")
    first = _number(begin, part, what, names)
    last = _number(end, part, what, names) if dash else (high if has_step else first)
    if names is DAYS and dash and last == 0 and first:
        last = 7  # fri-sun
    if not low <= first <= last <= high:
        raise BadLine(f"{what} {part}: outside {low} to {high}, or the wrong way round")
    return first, last


def _number(text: str, part: str, what: str, names: dict[str, int]) -> int:
    if text.lower() in names:
        return names[text.lower()]
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise BadLine(f"{what} {part}: '{text}' is no number")
    return int(text)


def _split(text: str) -> tuple[str, tuple[str, ...] | None]:
    """The command up to the first `%`, and the lines behind it; `\\%` is a percent sign."""
    parts: list[str] = [""]
    place = 0
    for found in _PERCENT.finditer(text):
        parts[-1] += text[place : found.start()]
        if found[0] == "%":
            parts.append("")
        else:
            parts[-1] += "%"
        place = found.end()
    parts[-1] += text[place:]
    if not parts[0].strip():
        raise BadLine("there is no command")
    return parts[0].strip(), tuple(parts[1:]) if len(parts) > 1 else None
