"""Actions on holidays and non-workdays, adjust, rows and next dates; the holidays of a whole country (jil.md §6.2)."""

import time
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import holidays as library
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosys_py.core.almanac import Almanac
from autosys_py.core.calendars import Calendar, GeneratedCalendar, StandardCalendar
from autosys_py.core.extended_calendar import Action, ExtendedCalendar
from autosys_py.jil.calendar_expression import parse_rules
from autosys_py.jil.calendar_keywords import DAYS, MONTHS

FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
FEDERAL = (
    "(jan&mnthd#01)|(jan&mon#3)|(feb&mon#3)|(may&monM1)",
    "(jun&mnthd#19)|jul#04|(sep&mon#1)|(oct&mon#2)",
    "nov#11, nov&thu#4, dec#25",
)


def calendar(*conditions: str, holiday: str = "", non_workday: str = "", adjust: int = 0) -> ExtendedCalendar:
    rules = tuple(rule for condition in conditions for rule in parse_rules(condition))
    return ExtendedCalendar(rules, holiday=Action(holiday), non_workday=Action(non_workday), adjust=adjust)


# Against an independent source


def test_the_federal_holidays() -> None:
    expected = sorted(library.country_holidays("US", years=range(2024, 2031), observed=False))
    assert calendar(*FEDERAL, non_workday="S").dates(FIRST, LAST) == expected


def test_the_days_on_which_they_are_observed() -> None:
    """A Saturday's is the Friday before, a Sunday's the Monday after; over the turn of the year too."""
    whole = " | ".join(f"({part})" for part in " , ".join(FEDERAL).split(","))
    expected = sorted(library.country_holidays("US", years=range(2024, 2031), observed=True))
    on_saturday = calendar(f"({whole}) & sat", non_workday="P").dates(FIRST, LAST)
    on_sunday = calendar(f"({whole}) & sun", non_workday="W").dates(FIRST, LAST)
    as_it_is = calendar(*FEDERAL, non_workday="S").dates(FIRST, LAST)
    assert sorted({*as_it_is, *on_saturday, *on_sunday}) == expected
    assert date(2027, 12, 31) in on_saturday
    assert date(2027, 7, 5) in on_sunday


# Actions. July 2026: the 3rd is a Friday and the observed holiday, the 4th a Saturday, the 6th a Monday.

JULY = (date(2026, 7, 1), date(2026, 7, 12))
INDEPENDENCE = (date(2026, 7, 3),)


def july(
    condition: str, holidays: Iterable[date] = INDEPENDENCE, holiday: str = "", non_workday: str = "", adjust: int = 0
) -> list[int]:
    asked = calendar(condition, holiday=holiday, non_workday=non_workday, adjust=adjust)
    return [day.day for day in asked.dates(*JULY, list(holidays))]


@pytest.mark.parametrize(
    ("holiday", "non_workday", "expected"),
    [
        ("", "", [2, 6]),
        ("", "S", [2, 3, 4, 5, 6]),
        ("", "O", [3, 4, 5]),
        ("", "W", [2, 6]),
        ("", "N", [2, 6]),
        ("", "P", [2, 6]),
        ("S", "", [2, 3, 6]),
        ("O", "", [3]),
        ("O", "S", [3]),
        ("N", "", [2, 4, 6]),  # the next day, whatever it is; final, though a Saturday
        ("W", "", [2, 6]),
        ("P", "", [2, 6]),
        ("S", "O", [3, 4, 5]),
        ("S", "S", [2, 3, 4, 5, 6]),
    ],
)
def test_actions(holiday: str, non_workday: str, expected: list[int]) -> None:
    """2 to 6 July is Thursday to Monday."""
    condition = "jul#2|jul#3|jul#4|jul#5|jul#6"
    assert july(condition, holiday=holiday, non_workday=non_workday) == expected


@pytest.mark.parametrize(
    ("condition", "actions", "expected"),
    [
        ("jul#4", {"non_workday": "P"}, [2]),  # the 3rd is a holiday
        ("jul#4", {"non_workday": "W"}, [6]),
        ("jul#4", {"non_workday": "N"}, [6]),
        ("jul#3", {"holiday": "W"}, [6]),
        ("jul#3", {"holiday": "P"}, [2]),
        ("jul#3", {"non_workday": "P"}, [2]),
        ("jul#6", {"adjust": 2}, [4]),  # blindly
        ("jul#6", {"adjust": -2}, [8]),
        ("jul#4", {"non_workday": "W", "adjust": 1}, [5]),  # after the action
    ],
)
def test_single_days(condition: str, actions: dict[str, Any], expected: list[int]) -> None:
    assert july(condition, **actions) == expected


def test_a_chain_of_holidays_moves_on() -> None:
    days = [date(2026, 7, number) for number in (3, 6, 7)]
    assert july("jul#3", days, holiday="W") == [8]


def test_no_workday_anywhere() -> None:
    idle = ExtendedCalendar((), workdays=frozenset(), non_workday=Action.NEXT_WORKDAY)
    assert idle.dates(*JULY) == []


def test_what_comes_from_beyond_the_question() -> None:
    """Dates move into the range from outside: over the turn of the year, left and right."""
    moved = calendar("jan#1", adjust=5)
    assert moved.dates(date(2026, 12, 1), date(2026, 12, 31)) == [date(2026, 12, 27)]
    assert calendar("jan#1", non_workday="P").dates(date(2027, 12, 31), date(2027, 12, 31)) == [date(2027, 12, 31)]
    assert calendar("dec#31", adjust=-9).dates(date(2027, 1, 1), date(2027, 1, 31)) == [date(2027, 1, 9)]


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_time(year: int) -> None:
    everything = ("DAILY", "WEKRsunM01", "WEEKD#7", "WEEKM01", "EOM")
    for condition in everything:
        for action in "NWP":
            found = calendar(condition, non_workday=action, adjust=9).dates(date(year, 1, 1), date(year, 12, 31))
            assert all(day.year == year for day in found)


def test_nothing_asked_for() -> None:
    assert calendar("daily").dates(date(2026, 2, 2), date(2026, 2, 1)) == []


# Rows


def moments(*texts: str) -> list[datetime]:
    return [datetime.fromisoformat(text) for text in texts]


def test_a_standard_calendar() -> None:
    rows = moments("2026-03-02 06:30", "2026-03-01", "2026-03-02 05:00", "2026-03-01")
    standard: Calendar = StandardCalendar.of(rows)
    assert standard.rows(date(2026, 3, 1), date(2026, 3, 31)) == sorted(set(rows))
    assert standard.rows(date(2026, 3, 2), date(2026, 3, 2)) == moments("2026-03-02 05:00", "2026-03-02 06:30")
    assert standard.next_after(rows[1]) == rows[2]
    assert standard.next_after(rows[2]) == rows[0]
    assert standard.next_after(rows[0]) is None
    assert date(2026, 3, 1) in standard
    assert date(2026, 3, 3) not in standard


def test_a_generated_calendar() -> None:
    generated: Calendar = GeneratedCalendar(calendar("thu & nov & thu#4"))
    assert generated.next_after(datetime(2026, 11, 26)) == datetime(2027, 11, 25)
    assert generated.next_after(datetime(2026, 11, 25, 23, 59)) == datetime(2026, 11, 26)
    assert date(2026, 11, 26) in generated
    assert date(2026, 11, 25) not in generated


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("feb#29 & mon", datetime(2044, 2, 29)),
        ("2026/01/01", None),
        ("mon & tue", None),
        ("9999/12/31", None),
    ],
)
def test_a_date_far_away(condition: str, expected: datetime | None) -> None:
    assert GeneratedCalendar(calendar(condition)).next_after(datetime(2026, 6, 1)) == expected


def test_the_last_day_there_is() -> None:
    generated = GeneratedCalendar(calendar("daily", non_workday="S"))
    assert generated.next_after(datetime(9999, 12, 30)) == datetime(9999, 12, 31)
    assert generated.next_after(datetime(9999, 12, 31)) is None


# Laws

ATOMS = ("daily", "workdays", "weekdays", *DAYS[:3], *MONTHS[:2], "mon#1", "workdM02", "XFOM", "WORKDX03", "week#e")


@st.composite
def expressions(draw: st.DrawFn) -> tuple[str, str]:
    """A condition, and the same as Python on sets named after its keywords."""
    text, python = draw(st.sampled_from(ATOMS)), ""
    python = f"s['{text}']"
    for _ in range(draw(st.integers(0, 8))):
        kind = draw(st.integers(0, 3))
        if kind == 0:
            text, python = f"NOT ({text})", f"(s['daily'] - {python})"
        elif kind == 1:
            text = f"{{{text}}}"
        else:
            atom = draw(st.sampled_from(ATOMS))
            operator = "&" if kind == 2 else "|"
            text, python = f"{text} {operator} {atom}", f"({python} {operator} s['{atom}'])"
    return text, python


@given(expressions())
def test_an_expression_is_its_sets(pair: tuple[str, str]) -> None:
    text, python = pair
    almanac = Almanac(2026, 2026, range(5), (), None)
    sets = {atom: parse_rules(atom)[0].days(almanac) for atom in ATOMS}
    (rule,) = parse_rules(text)
    assert rule.days(almanac) == eval(python, {"s": sets})


@given(st.integers(0, 3000), st.integers(0, 800), st.sampled_from("OSNWP"), st.integers(-9, 9))
def test_a_part_of_the_question_has_a_part_of_the_answer(start: int, size: int, action: str, adjust: int) -> None:
    first = date.fromordinal(date(2024, 1, 1).toordinal() + start)
    last = date.fromordinal(first.toordinal() + size)
    asked = calendar("mnthd#15, sat#1, jan#1, dec#31", non_workday=action, adjust=adjust)
    whole = asked.dates(date(2020, 1, 1), date(2040, 12, 31))
    assert asked.dates(first, last) == [day for day in whole if first <= day <= last]


def test_deep_nesting_and_many_rules_are_cheap() -> None:
    """No recursion at any depth, and ten years of a hundred rules well within a test's patience."""
    depth = 5000
    nested = parse_rules("(" * depth + "mon" + ")" * depth + "&NOT " + "{" * depth + "jan" + "}" * depth)
    many = ("(jan|feb|mar)&NOT(mon|tue)&workd#3|week#e",) * 100
    began = time.process_time()
    assert ExtendedCalendar(tuple(nested)).dates(date(2026, 1, 1), date(2035, 12, 31))
    assert calendar(*many).dates(date(2026, 1, 1), date(2035, 12, 31))
    assert time.process_time() - began < 10
