"""Dates in files of calendars: read and written in a date format such as `MM/DD/YYYY` (jil.md §6.1, cli.md §1.6).

Leading zeros may be missing; of a year in two digits up to 79 is 20yy, from 80 on 19yy. In the store a date is always
`YYYY-MM-DD`, whatever the format is today.
"""

import re
from datetime import datetime
from functools import lru_cache

from autosys_py.core.cycles import PeriodEnd

FIRST_YEAR = 1980
"""Of a cycle."""


class WrongYear(Exception):
    """A date of a cycle lies before 1980."""


def date_format(typed: str) -> str | None:
    """The format that is meant, in upper case; None if it is no order of MM, DD, YYYY joined by `/`, `-` or `.`."""
    text = typed.strip().upper()
    separators = set(text) & set("/-.")
    if len(separators) == 1 and sorted(text.split(separators.pop())) == ["DD", "MM", "YYYY"]:
        return text
    return None


def read_row(text: str, form: str) -> datetime | None:
    """A date and, behind blanks, `HH:MM[:SS]`; without one it is midnight. None if the text is none."""
    matched = _pattern(form).fullmatch(text)
    if matched is None or matched["YYYY"].startswith("*"):
        return None
    hour, minute, second = (int(matched[part] or 0) for part in ("hour", "minute", "second"))
    try:
        return datetime(_year(matched["YYYY"]), int(matched["MM"]), int(matched["DD"]), hour, minute, second)
    except ValueError:
        return None


def has_time(text: str) -> bool:
    """Does a row that was read say a time?"""
    return ":" in text


def write_row(row: datetime, form: str) -> str:
    return f"{_written(f'{row.year:04d}', row.month, row.day, form)} {row:%H:%M:%S}"


def read_end(text: str, form: str) -> PeriodEnd | None:
    """An end of a period, its year perhaps stars. None if the text is none. Raises WrongYear."""
    matched = _pattern(form).fullmatch(text)
    if matched is None or matched["hour"] is not None:
        return None
    year = None if matched["YYYY"].startswith("*") else _year(matched["YYYY"])
    end = PeriodEnd(year, int(matched["MM"]), int(matched["DD"]))
    if not end.exists():
        return None
    if year is not None and year < FIRST_YEAR:
        raise WrongYear
    return end


def write_end(end: PeriodEnd, form: str) -> str:
    return _written("****" if end.year is None else f"{end.year:04d}", end.month, end.day, form)


# The form of the store


def stored_row(row: datetime) -> str:
    return row.isoformat(" ")


def row_of(stored: str) -> datetime:
    return datetime.fromisoformat(stored)


def stored_end(end: PeriodEnd) -> str:
    return write_end(end, "YYYY-MM-DD")


def end_of(stored: str) -> PeriodEnd:
    year, month, day = stored.split("-")
    return PeriodEnd(None if year.startswith("*") else int(year), int(month), int(day))


def _written(year: str, month: int, day: int, form: str) -> str:
    return form.replace("YYYY", year).replace("MM", f"{month:02d}").replace("DD", f"{day:02d}")


@lru_cache(maxsize=8)
def _pattern(form: str) -> re.Pattern[str]:
    parts = {
        "YYYY": r"(?P<YYYY>\d{1,4}|\*{1,4})",
        "MM": r"(?P<MM>\d{1,2})",
        "DD": r"(?P<DD>\d{1,2})",
    }
    separator = next(character for character in form if character in "/-.")
    day = re.escape(separator).join(parts[part] for part in form.split(separator))
    time = r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2}))?"
    return re.compile(rf"{day}(?:[ \t]+{time})?", re.ASCII)


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 80 else 1900)
