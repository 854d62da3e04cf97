"""The words of calendar conditions: text to `Keyword` (the table of jil.md §6.3).

A word is a stem and a pick: `MNTHD` and `M01`, `Xmon` and `#2`. The table of stems says which picks each takes and
how high they may count; `X` stands before a stem or in place of the mark, depending on the family.
"""

import re
from typing import Final, NamedTuple

from autosys_py.core.date_keywords import DatePattern, Family, Keyword, Pick, is_possible

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class BadKeyword(Exception):
    """The word is none of the language."""


class BadDate(Exception):
    """The word is a date that never comes."""


class _Stem(NamedTuple):
    family: Family
    most: int
    """The highest number."""
    anchor: int = 0
    bare: bool = False
    """May stand without a pick."""
    marks: str = "#M"
    """Marks it takes before a number."""
    parity: bool = False
    """Takes #E and #O."""
    but_of: Family | None = None
    """It excludes, whatever the mark."""


_WEEKS = 53
_STEMS: dict[str, _Stem] = {
    "workd": _Stem(Family.WORKDAY, 31, marks="#MX"),
    "weekd": _Stem(Family.DAY_OF_WEEK, 9, marks="#MX"),
    "week": _Stem(Family.WEEK, _WEEKS, marks="#MX", parity=True),
    "mnthd": _Stem(Family.DAY_OF_MONTH, 31, marks="#MX"),
    "cycl": _Stem(Family.CYCLE_DAY, 366, marks="#MX"),
    "cycp": _Stem(Family.PERIOD, 366, marks="#"),
    "cweek": _Stem(Family.CYCLE_WEEK, _WEEKS, marks="#MX", parity=True),
    "cwrk": _Stem(Family.CYCLE_WORKDAY, 366, marks="#MX"),
}
for _number, _day in enumerate(DAYS):
    _named = _Stem(Family.NAMED_DAY, 9, _number, bare=True)
    _cycle_named = _Stem(Family.CYCLE_NAMED_DAY, _WEEKS, _number)
    _anchored = _Stem(Family.ANCHORED_WEEK, _WEEKS, _number, marks="#MX", parity=True)
    _STEMS |= {
        _day: _named,
        f"x{_day}": _named._replace(but_of=Family.DAILY),
        f"c{_day}": _cycle_named,
        f"xc{_day}": _cycle_named._replace(but_of=Family.DAILY),
        f"wekr{_day}": _anchored,
        f"wekr{_number + 1}": _anchored,
    }
for _number, _month in enumerate(MONTHS, start=1):
    _of_month = _Stem(Family.MONTH, 31, _number, bare=True)
    _STEMS |= {_month: _of_month, f"x{_month}": _of_month._replace(but_of=Family.DAILY)}

_FIRST_AND_LAST = {
    "om": Family.DAY_OF_MONTH,
    "omwork": Family.WORKDAY,
    "omweek": Family.WEEKDAY,
}
_WHOLE: dict[str, Keyword] = {
    "daily": Keyword(Family.DAILY),
    "workdays": Keyword(Family.WORKDAY),
    "weekdays": Keyword(Family.WEEKDAYS),
    "cycle": Keyword(Family.CYCLE_DAY),
}
"""Words that take no pick."""
for _ending, _family in _FIRST_AND_LAST.items():
    _first, _last = Keyword(_family, Pick.NTH, 1), Keyword(_family, Pick.FROM_END, 1)
    _WHOLE |= {
        f"f{_ending}": _first,
        f"e{_ending}": _last,
        f"xf{_ending}": _first._replace(but_of=Family.DAILY),
        f"xe{_ending}": _last._replace(but_of=Family.DAILY),
    }

_WORD: Final = re.compile(r"(?P<stem>wekr\d|[a-z]+?)(?:(?P<mark>[#mx])(?P<number>\d{1,3}|[leo]))?", re.ASCII)
_DATE: Final = re.compile(r"(\d{4}|\*{1,4})/(\d{1,2}|\*{1,2})/(\d{1,2}|\*{1,2})", re.ASCII)

EXAMPLES: Final = (*_WHOLE, *_STEMS)
"""Words and stems, to guess from what may have been meant."""


def read_keyword(word: str) -> Keyword:
    """The keyword that a word spells, in any case. Raises BadKeyword, BadDate."""
    if "/" in word:
        return _literal(word)
    folded = word.lower()
    if folded in _WHOLE:
        return _WHOLE[folded]
    matched = _WORD.fullmatch(folded)
    stem = _STEMS.get(matched["stem"]) if matched else None
    if matched is None or stem is None:
        raise BadKeyword
    if matched["mark"] is None:
        if not stem.bare:
            raise BadKeyword
        return Keyword(stem.family, anchor=stem.anchor, but_of=stem.but_of)
    return _with_pick(stem, matched["mark"], matched["number"])


def _with_pick(stem: _Stem, mark: str, number: str) -> Keyword:
    """`#` counts from the start, `M` from the end, `X` excludes; L is the last, E and O are the even and odd ones."""
    if mark.upper() not in stem.marks:
        raise BadKeyword
    pick, count = Pick.FROM_END if mark == "m" else Pick.NTH, 0
    if number.isdigit():
        count = int(number)
        if not 1 <= count <= stem.most:
            raise BadKeyword
    elif number == "l" and mark != "m":
        pick, count = Pick.FROM_END, 1
    elif stem.parity and mark == "#":
        pick = Pick.EVEN if number == "e" else Pick.ODD
    else:
        raise BadKeyword
    but_of = stem.but_of
    if mark == "x":
        but_of = Family.WORKDAY if stem.family is Family.WORKDAY else Family.DAILY
    return Keyword(stem.family, pick, count, stem.anchor, but_of)


def _literal(word: str) -> Keyword:
    matched = _DATE.fullmatch(word)
    if matched is None:
        raise BadKeyword
    pattern = DatePattern(*(None if part.startswith("*") else int(part) for part in matched.groups()))
    if 0 in pattern or not is_possible(pattern):
        raise BadDate
    return Keyword(Family.LITERAL, pattern=pattern)
