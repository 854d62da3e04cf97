"""Dates and times as typed: a date in `DateFormat`, then `HH:MM[:SS]` or nothing (cli.md §1.6)."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo


def read_moment(text: str, date_format: str, zone: ZoneInfo, *, end_of_day: bool = False) -> int | None:
    """UTC seconds of a typed date and time, None if it is none.

    Leading zeros may be missing; years up to 79 are 20yy, from 80 on 19yy. Without a time it is midnight, at the
    end of a range 23:59. Of two equal local times the first is meant.
    """
    separator = next(character for character in date_format if character in "/-.")
    matched = re.fullmatch(
        rf"\s*(\d+){re.escape(separator)}(\d+){re.escape(separator)}(\d+)(?:\s+(\d+):(\d+)(?::(\d+))?)?\s*",
        text,
        re.ASCII,
    )
    if matched is None or any(len(part) > 4 for part in matched.groups() if part):
        return None
    parts = dict(zip(date_format.split(separator), matched.groups()[:3], strict=True))
    hour, minute, second = (int(part) if part else 0 for part in matched.groups()[3:])
    if matched[4] is None and end_of_day:
        hour, minute = 23, 59
    try:
        local = datetime(_year(parts["YYYY"]), int(parts["MM"]), int(parts["DD"]), hour, minute, second, tzinfo=zone)
        return int(local.timestamp())
    except (ValueError, OverflowError):
        return None


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 80 else 1900)


def is_compact_date(text: str) -> bool:
    """True for a real date written YYYYMMDD: a business date (extensions.md §3)."""
    if not (len(text) == 8 and text.isascii() and text.isdigit()):
        return False
    try:
        datetime(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
