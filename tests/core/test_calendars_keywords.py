"""Every keyword of extended calendars, with dates worked out by hand (jil.md §6.3).

February 2026 begins on a Sunday and ends on a Saturday:

    Mo Tu We Th Fr Sa Su
                       1
     2  3  4  5  6  7  8
     9 10 11 12 13 14 15
    16 17 18 19 20 21 22
    23 24 25 26 27 28

1 January 2026 is a Thursday. The cycle has two periods, 10 January to 9 February and 10 February to 5 March. The one
holiday is Monday the 16th.
"""

from datetime import date, timedelta

import pytest

from autosys_py.core.cycles import Cycle, Period, PeriodEnd
from autosys_py.core.extended_calendar import Action, ExtendedCalendar
from autosys_py.jil.calendar_expression import parse_rules

HOLIDAYS = (date(2026, 2, 16),)
CYCLE = Cycle(
    (
        Period(PeriodEnd(2026, 1, 10), PeriodEnd(2026, 2, 9)),
        Period(PeriodEnd(2026, 2, 10), PeriodEnd(2026, 3, 5)),
    )
)


def days(condition: str, year: int = 2026, month: int = 2, cycle: Cycle = CYCLE) -> list[int]:
    """The days of a month that a condition names; Saturdays and Sundays stay in."""
    first = date(year, month, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return [day.day for day in kept(condition).dates(first, last, HOLIDAYS, cycle)]


def kept(condition: str) -> ExtendedCalendar:
    """A calendar that drops nothing."""
    return ExtendedCalendar(tuple(parse_rules(condition)), holiday=Action.SAME, non_workday=Action.SAME)


def parse(text: str) -> list[int]:
    """`2-5 9` is 2 3 4 5 9."""
    found: list[int] = []
    for part in text.split():
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def but(text: str) -> str:
    return " ".join(str(day) for day in range(1, 29) if day not in parse(text))


WORKING = "2-6 9-13 16-20 23-27"


@pytest.mark.parametrize(
    ("keyword", "expected"),
    [
        ("DAILY", "1-28"),
        # workdays of the month: by the day of the week, holidays or not
        ("WORKDAYS", WORKING),
        ("WORKD#03", "4"),
        ("workd#3", "4"),
        ("WORKDM02", "26"),
        ("WORKD#L", "27"),
        ("FOMWORK", "2"),
        ("EOMWORK", "27"),
        ("WORKDX01", "3-6 9-13 16-20 23-27"),
        ("WORKDXL", "2-6 9-13 16-20 23-26"),
        ("XFOMWORK", but("2")),
        ("XEOMWORK", but("27")),
        ("WORKD#21", ""),
        # weekdays of the month
        ("mon", "2 9 16 23"),
        ("MON#3", "16"),
        ("sunM1", "22"),
        ("sun#5", ""),
        ("fri#L", "27"),
        ("Xmon", but("2 9 16 23")),
        ("Xmon#1", but("2")),
        ("xmonm1", but("23")),
        # days of the week
        ("WEEKDAYS", "2-6 9-13 17-20 23-27"),
        ("WEEKD#1", "2 9 16 23"),
        ("WEEKD#7", "1 8 15 22"),
        ("WEEKDM1", "1 8 15 22"),
        ("WEEKD#L", "1 8 15 22"),
        ("WEEKDX7", but("1 8 15 22")),
        ("FOMWEEK", "2"),
        ("EOMWEEK", "27"),
        ("XFOMWEEK", but("2")),
        ("XEOMWEEK", but("27")),
        # weeks of the year begin on a Thursday: the fifth on 29 January
        ("WEEK#05", "1-4"),
        ("WEEK#6", "5-11"),
        ("WEEK#E", "5-11 19-25"),
        ("WEEK#O", "1-4 12-18 26-28"),
        ("WEEKX05", "5-28"),
        # anchored weeks: the fifth Monday of 2026 is 2 February, the fifth Sunday is 1 February
        ("WEKRmon#05", "2-8"),
        ("WEKR1#05", "2-8"),
        ("WEKRsun#05", "1-7"),
        ("WEKR7#05", "1-7"),
        ("WEKRmonX05", but("2-8")),
        ("WEKRmon#E", "1 9-15 23-28"),
        # days of the month
        ("MNTHD#05", "5"),
        ("MNTHDM05", "24"),
        ("MNTHD#L", "28"),
        ("MNTHD#31", ""),
        ("FOM", "1"),
        ("EOM", "28"),
        ("MNTHDX05", but("5")),
        ("XFOM", "2-28"),
        ("XEOM", "1-27"),
        # months
        ("feb", "1-28"),
        ("jan", ""),
        ("feb#10", "10"),
        ("febM01", "28"),
        ("feb#L", "28"),
        ("Xfeb", ""),
        ("Xjan", "1-28"),
        ("Xfeb#10", but("10")),
        ("XfebM02", but("27")),
        # days of the cycle
        ("CYCLE", "1-28"),
        ("CYCL#001", "10"),
        ("CYCL#31", "9"),
        ("CYCLM001", "9"),
        ("CYCLM024", "10"),
        ("CYCL#L", "9"),
        ("CYCP#01", "1-9"),
        ("CYCP#2", "10-28"),
        ("CYCP#3", ""),
        ("CYCP#L", "10-28"),
        ("CYCLX001", but("10")),
        # weeks of the periods: 31 January to 6 February is the fourth of the first
        ("CWEEK#04", "1-6"),
        ("CWEEK#01", "10-16"),
        ("CWEEK#E", "1-6 17-23"),
        ("CWEEK#O", "7-16 24-28"),
        ("CWEEK#L", "7-9"),
        ("CWEEKM01", "7-9"),
        ("CWEEKM02", "1-6 24-28"),
        ("CWEEKX01", but("10-16")),
        # workdays of the periods
        ("CWRK#001", "10"),
        ("CWRK#L", "9"),
        ("CWRKM002", "6"),
        ("CWRKX001", but("10")),
        ("CWRKXL", but("9")),
        # weekdays of the periods
        ("Cmon#01", "16"),
        ("Cmon#05", "9"),
        ("Cmon#L", "9"),
        ("CmonM02", "2 23"),
        ("XCmon#01", but("16")),
        ("XCmonM02", but("2 23")),
        # literals
        ("2026/02/14", "14"),
        ("2026/2/4", "4"),
        ("2025/02/14", ""),
        ("**/02/**", "1-28"),
        ("****/**/13", "13"),
        ("2026/**/13", "13"),
        ("**/04/**", ""),
    ],
)
def test_february_2026(keyword: str, expected: str) -> None:
    assert days(keyword) == parse(expected)


@pytest.mark.parametrize(
    ("keyword", "year", "month", "expected"),
    [
        ("WEEKM01", 2026, 12, "31"),  # 365 days: the 53rd week is one day
        ("WEEKM02", 2026, 12, "24-30"),
        ("WEEK#L", 2024, 12, "30-31"),  # a leap year: two days
        ("WEEK#53", 2024, 12, "30-31"),
        ("WEKRsunM01", 2026, 12, "27-31"),  # the week of the last Sunday goes on …
        ("WEKRsunM01", 2027, 1, "1-2"),  # … in the next year, which has its own last one
        ("MNTHD#29", 2028, 2, "29"),
        ("****/02/29", 2028, 2, "29"),
        ("EOM", 2028, 2, "29"),
        ("mon#5", 2026, 3, "30"),
    ],
)
def test_other_months(keyword: str, year: int, month: int, expected: str) -> None:
    assert days(keyword, year, month) == parse(expected)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("mon & mnthd#09", "9"),
        ("mon | mnthd#10", "2 9 10 16 23"),
        ("mon | tue & mnthd#03", "3"),  # from left to right
        ("mon | (tue & mnthd#03)", "2 3 9 16 23"),
        ("mon | {tue & mnthd#03}", "2 3 9 16 23"),
        ("NOT mon & NOT (tue | wed | {thu|fri})", "1 7-8 14-15 21-22 28"),
        ("not not mon", "2 9 16 23"),
        ("mon and mnthd#9 or mnthd#10", "9 10"),
        # several rules
        ("mon, mnthd#10", "2 9 10 16 23"),
        ("mon, MNTHDX09", "2 16 23"),
        ("mon, tue, XFOM, mnthdx09, Xtue#4", "2 3 10 16 17 23"),
        ("mon, NOT mnthd#09", "2 16 23"),
        ("mon, (NOT (mnthd#09|mnthd#16))", "2 23"),
        ("mon, NOT XFOM", "1 2 9 16 23"),  # an exclusion undone includes
        ("XFOM, XEOM", "2-27"),  # from every day if nothing else is there
        ("WORKDX01, XEOM", "3-6 9-13 16-20 23-27"),
        ("XFOM & mon", "2 9 16 23"),  # inside an expression an exclusion is all other days
        ("DAILY, Xmon, Xtue, Xwed, Xthu, Xfri", "1 7-8 14-15 21-22 28"),
    ],
)
def test_expressions(condition: str, expected: str) -> None:
    assert days(condition) == parse(expected)


def test_no_rule_is_every_day() -> None:
    assert len(ExtendedCalendar(non_workday=Action.SAME).dates(date(2026, 1, 1), date(2026, 12, 31))) == 365


def test_the_example_of_the_specification() -> None:
    condition = "(jul&mnthd#04)|((jan|feb)&mon#3)|(nov&thu#4)|(may&monm1)"
    assert [f"{day:%m/%d}" for day in kept(condition).dates(date(2026, 1, 1), date(2026, 12, 31))] == [
        "01/19",
        "02/16",
        "05/25",
        "07/04",
        "11/26",
    ]


# Wild-card years


def wild(*ends: tuple[int, int, int, int]) -> Cycle:
    return Cycle(tuple(Period(PeriodEnd(None, a, b), PeriodEnd(None, c, d)) for a, b, c, d in ends))


def test_a_period_of_every_year() -> None:
    quarters = wild((1, 1, 3, 31), (4, 1, 6, 30))
    assert days("CYCL#001", 2026, 4, quarters) == [1]
    assert days("CYCL#001", 2031, 1, quarters) == [1]
    assert days("CYCP#02", 2031, 5, quarters) == parse("1-31")
    assert days("CYCLE", 2031, 7, quarters) == []


def test_a_period_across_the_turn_of_the_year() -> None:
    winter = wild((12, 21, 3, 20))
    assert days("CYCLE", 2026, 12, winter) == parse("21-31")
    assert days("CYCLE", 2026, 3, winter) == parse("1-20")
    assert days("CYCL#12", 2027, 1, winter) == [1]


def test_the_29th_of_february_in_a_common_year() -> None:
    halves = wild((1, 1, 2, 28), (2, 29, 12, 31))
    assert not halves.overlaps()
    assert days("CYCL#001", 2026, 3, halves) == [1]
    assert days("CYCL#001", 2028, 2, halves) == [29]
    assert days("CYCLM001", 2026, 2, wild((1, 1, 2, 29))) == [28]


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([(None, 1, 1, None, 2, 29), (None, 3, 1, None, 3, 31)], False),
        ([(None, 12, 1, None, 1, 31), (None, 1, 31, None, 2, 10)], True),
        ([(2026, 1, 1, 2026, 1, 31), (2026, 1, 31, 2026, 2, 1)], True),
        ([(2026, 1, 1, 2026, 1, 31), (2027, 1, 31, 2027, 2, 1)], False),
        ([(2026, 1, 1, 2026, 1, 31), (None, 1, 15, None, 1, 20)], True),
        ([(2026, 1, 1, 2026, 1, 31), (None, 12, 15, None, 1, 1)], True),
    ],
)
def test_overlaps(periods: list[tuple[int | None, int, int, int | None, int, int]], expected: bool) -> None:
    cycle = Cycle(tuple(Period(PeriodEnd(y, m, d), PeriodEnd(z, n, e)) for y, m, d, z, n, e in periods))
    assert all(period.is_sound for period in cycle.periods)
    assert cycle.overlaps() is expected


@pytest.mark.parametrize(
    "ends",
    [
        (PeriodEnd(2026, 1, 2), PeriodEnd(2026, 1, 1)),
        (PeriodEnd(2026, 1, 1), PeriodEnd(2027, 1, 2)),
        (PeriodEnd(None, 1, 1), PeriodEnd(2027, 1, 2)),
    ],
)
def test_unsound_periods(ends: tuple[PeriodEnd, PeriodEnd]) -> None:
    assert not Period(*ends).is_sound
