"""Files of calendars: what is read, what is refused and where, and that an export reads back (jil.md §6)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosys_py.core.model import NamedObject
from autosys_py.jil.calendar_expression import BadExpression, parse_rules
from autosys_py.jil.calendar_keywords import BadKeyword, read_keyword
from autosys_py.jil.calendars import Checked, read_calendars, render

CORPUS = Path(__file__).parents[3] / "shared/corpus/made/calendars.txt"
FORM = "MM/DD/YYYY"


def read(text: str, form: str = FORM) -> list[Checked]:
    return list(read_calendars(text, form))


def one(text: str, form: str = FORM) -> Checked:
    (checked,) = read(text, form)
    return checked


def faults(text: str) -> list[tuple[int, int, int]]:
    """Code, line and column of each fault."""
    return [(fault.code, fault.line, fault.column) for checked in read(text) for fault in checked.faults]


def export(checked: Checked, form: str = FORM) -> str:
    lines = render(NamedObject(checked.kind, checked.name, "", checked.attributes), form)
    return "".join(f"{line}\n" for line in lines)


# What is read


def test_a_standard_calendar() -> None:
    checked = one("calendar: C\ndescription: x y\n1/2/2026\n01/02/26 5:00\n12/31/80 23:59:58\n1/2/2026 0:00\n")
    assert checked.accepted
    assert checked.attributes == (
        ("description", "x y"),
        ("date", "1980-12-31 23:59:58"),
        ("date", "2026-01-02 00:00:00"),
        ("date", "2026-01-02 05:00:00"),
    )


@pytest.mark.parametrize(
    ("form", "typed"), [("DD/MM/YYYY", "5/11/2026"), ("YYYY-MM-DD", "2026-11-05"), ("DD.MM.YYYY", "05.11.26")]
)
def test_date_formats(form: str, typed: str) -> None:
    assert one(f"calendar: C\n{typed}\n", form).attributes == (("date", "2026-11-05 00:00:00"),)


def test_an_extended_calendar() -> None:
    text = (
        "EXT_Calendar : E   workday:XXXX.X.\r\nholcal: H\r\n\r\n# a comment\r\n"
        "adjust: +3 /* more */\r\ncondition: mon#1 |\r\n   (fri)\r\nHOLIDAY: w\r\ncondition: XFOM\r\n"
    )
    checked = one(text)
    assert checked.accepted
    assert checked.attributes == (
        ("workday", "XXXX.X."),
        ("holiday", "w"),
        ("holcal", "H"),
        ("adjust", "+3"),
        ("condition", "mon#1 | (fri)"),
        ("condition", "XFOM"),
    )


def test_an_export_prints_every_key() -> None:
    assert export(one("extended_calendar: E\n")) == (
        "extended_calendar: E\ndescription: \nworkday: mo,tu,we,th,fr\nnon_workday: \nholiday: \n"
        "holcal: \ncyccal: \nadjust: 0\ncondition: \n"
    )


def test_a_cycle() -> None:
    text = "cycle: C\nstart_date: 11/01/****\nend_date: 02/29/****\nstart_date: 03/01/2026\nend_date: 03/31/2026\n"
    checked = one(text)
    assert checked.accepted
    assert checked.attributes[0] == ("start_date", "****-11-01")
    assert export(checked) == text


def test_exit_ends_the_input_and_comments_hide() -> None:
    names = [checked.name for checked in read("/* calendar: A\n*/ calendar: B\ncalendar: C\nEXIT\ncalendar: D\n")]
    assert names == ["B", "C"]


def test_a_name_with_blanks_is_quoted() -> None:
    assert export(one('calendar: "my cal"\n')) == 'calendar: "my cal"\n'
    assert faults("calendar: my cal\n") == [(50315, 1, 11)]


# What is refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("calendar: ALL\n", [(50311, 1, 11)]),
        ("calendar:\n", [(50311, 1, 10)]),
        (f"calendar: {'x' * 65}\n", [(50314, 1, 11)]),
        ("calendar: a$b\n", [(50315, 1, 11)]),
        ("calendar: C\n01/01/2026\n 13/01/2026\n", [(50305, 3, 2)]),
        ("calendar: C\n01/01/2026 25:00\n", [(50305, 2, 1)]),
        ("calendar: C\n01/01/****\n", [(50305, 2, 1)]),
        ("calendar: C\nworkday: mo\n", [(50216, 2, 1)]),
        ("some_calendar: C\n01/01/2026\ncalendar: D\n", [(50307, 1, 1)]),
        ("01/01/2026\n01/02/2026\n", [(50307, 1, 1)]),
        ("foo: x\n", [(50307, 1, 1)]),
        ('calendar: C\ndescription: "x\ncalendar: D\n', [(50442, 2, 14)]),
        ("calendar: C\ndescription: a\x07b\n", [(18956, 2, 15)]),
        ("calendar: C\n/* open\n", [(50442, 0, 0)]),
        ("extended_calendar: E\nstray\n", [(50254, 2, 1)]),
        ("extended_calendar: E\nworkday: xx\n", [(50420, 2, 10)]),
        ("extended_calendar: E\nnon_workday: Q\n", [(50418, 2, 14)]),
        ("extended_calendar: E\nholiday: Q\n", [(50419, 2, 10)]),
        ("extended_calendar: E\nholiday: N\n", [(50419, 2, 10)]),
        ("extended_calendar: E\nadjust: 10\n", [(10000, 2, 9)]),
        ("extended_calendar: E\ncondition: mon & (tue\n", [(10520, 2, 18)]),
        ("extended_calendar: E\ncondition: mon & foo#1\n", [(10521, 2, 18)]),
        ("extended_calendar: E\ncondition: mon, 2026/02/30\n", [(50305, 2, 17)]),
        ("extended_calendar: E\ncondition: cycl#1\n", [(10521, 2, 12)]),
        (f"extended_calendar: E\ncondition: {'mon|' * 64}\n", [(50318, 2, 12)]),
        (f"extended_calendar: E\ncondition: {'mon|' * 2000}\n", [(0, 2, 12), (50318, 2, 12)]),
        ("cycle: C\n", [(50313, 1, 8)]),
        ("cycle: C\nstart_date: 01/01/2026\n", [(50313, 2, 13)]),
        ("cycle: C\nend_date: 01/01/2026\n", [(50313, 2, 11)]),
        ("cycle: C\nstart_date: 01/02/2026\nend_date: 01/01/2026\n", [(50313, 2, 13)]),
        ("cycle: C\nstart_date: 01/02/1979\nend_date: 03/01/1980\n", [(50316, 2, 13)]),
        ("cycle: C\nstart_date: 01/02/2026\nend_date: 03/01/****\n", [(50316, 3, 11)]),
        ("cycle: C\nstart_date: 02/30/****\nend_date: 03/01/****\n", [(50305, 2, 13)]),
        (
            "cycle: C\nstart_date: 01/01/****\nend_date: 02/01/****\nstart_date: 02/01/****\nend_date: 03/01/****\n",
            [(10525, 1, 8)],
        ),
    ],
)
def test_faults(text: str, expected: list[tuple[int, int, int]]) -> None:
    assert faults(text) == expected


def test_a_repeated_statement_is_a_warning() -> None:
    checked = one("extended_calendar: E\nadjust: 1\nadjust: 2\n")
    assert checked.accepted
    assert [fault.is_error for fault in checked.faults] == [False]
    assert checked.value("adjust") == "2"


def test_what_may_have_been_meant() -> None:
    (fault,) = one("extended_calendar: E\ncondition: workdy\n").faults
    assert fault.suggestion == "workd"
    (fault,) = one("extended_calendar: E\nholidy: O\n").faults
    assert fault.suggestion == "holiday"


@pytest.mark.parametrize(
    "word",
    "x foo mon#0 mon#10 monX1 mnthd mnthd#32 mnthdm0 week#54 cycl#367 cmon cycp cycpM1 dailyX xdaily mon#E "
    "MNTHDML wekr8#1 wekr0#1 wekr#1 xweek#1 jan#32 #1 mon# mon#1x 2026/1 202/01/01 01/01/2026 ****/**/**/**".split(),
)
def test_words_that_are_none(word: str) -> None:
    with pytest.raises(BadKeyword):
        read_keyword(word)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 0),
        ("mon,", 4),
        (",mon", 0),
        ("mon tue", 4),
        ("mon & | tue", 6),
        ("(mon}", 4),
        ("(mon, tue)", 4),
        ("mon)", 3),
        ("NOT", 3),
        ("mon NOT tue", 4),
        ("()", 1),
        ("mon & (tue | (wed)", 6),
        ("mon ! tue", 4),
    ],
)
def test_syntax_errors(text: str, place: int) -> None:
    with pytest.raises(BadExpression) as raised:
        parse_rules(text)
    assert (raised.value.code, raised.value.place) == (10520, place)


def test_a_fault_in_a_continued_condition() -> None:
    (fault,) = one("extended_calendar: E\ncondition: mon &\n  \u202efoo\n").faults
    assert (fault.line, fault.column, fault.hint) == (2, 12, "expected a keyword")
    (fault,) = one("extended_calendar: E\ncondition: mon &\n  2026/02/30\u202e\n").faults
    assert (fault.line, fault.column, fault.hint) == (2, 12, "it stands at: 2026/02/30\\u202e")


# Laws

TEXTS = st.text(st.sampled_from("ab :#\"\\/*,'é\t\udcff\x07\n") | st.characters(), max_size=12)
LINES = st.lists(
    st.sampled_from(
        [
            "calendar: A",
            'ext_calendar: "b c"',
            "extended_calendar: D holcal: X",
            "cycle: E",
            "01/02/2026",
            "2/3/26 4:05",
            "start_date: 01/01/****",
            "end_date: 02/01/****",
            "condition: mon | tue",
            "condition: NOT (XFOM), fri#L",
            "workday: all",
            "holiday: S",
            "adjust: -2",
            "cyccal: E",
            "/*",
            "*/",
            "# x",
        ]
    )
    | TEXTS.map(lambda text: f"description: {text}")
    | TEXTS.map(lambda text: f'description: "{text}"')
    | TEXTS,
    max_size=12,
)


@given(LINES)
def test_an_export_of_an_import_is_a_fixed_point(lines: list[str]) -> None:
    """Whatever was typed, what was accepted comes back as it was stored."""
    for checked in read("\n".join(lines)):
        if not checked.accepted:
            continue
        text = export(checked)
        again = one(text)
        assert again.accepted, text
        assert export(again) == text
        stored = list(checked.attributes)
        assert [pair for pair in again.attributes if pair in stored] == stored


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not beside this checkout")
def test_the_corpus() -> None:
    text = CORPUS.read_text(encoding="utf-8")
    calendars = read(text)
    assert all(checked.accepted and not checked.faults for checked in calendars)
    assert len(calendars) == 10
    exported = "\n".join(map(export, calendars))
    assert exported.replace(":00\n", "\n") == text
    assert "\n".join(map(export, read(exported))) == exported
