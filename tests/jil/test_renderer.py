"""`autorep -q` to the byte (jil.md §10), and that it can be read back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosys_py.core.model import Definition, Job
from autosys_py.jil import attributes
from autosys_py.jil.attributes import Attribute
from autosys_py.jil.domains import TEXT
from autosys_py.jil.renderer import render_job
from autosys_py.jil.values import Quoting
from tests.jil.desk import Desk

MEASURED = (
    "\n\n/* ----------------- EOD-FD_IN ----------------- */ \n\n"
    "insert_job: EOD-FD_IN   job_type: FW \n"
    "box_name: EOD-BD_ALL-FW\n"
    "machine: etlhost1\n"
    "owner: root\n"
    "permission: gx,wx\n"
    "date_conditions: 0\n"
    "alarm_if_fail: 1\n"
    "application: Main_FX\n"
    'watch_file: "/usr/dat/ftpdir/PRICES_????_??_??.zip"\n'
    "watch_interval: 60\n"
)


def test_the_measured_definition() -> None:
    desk = Desk()
    desk.jil(
        "insert_job: EOD-BD_ALL-FW job_type: b\ninsert_job: EOD-FD_IN job_type: f watch_interval: 60\n"
        "application: Main_FX owner: root permission: gx,wx machine: etlhost1 box_name: EOD-BD_ALL-FW\n"
        'watch_file: "/usr/dat/ftpdir/PRICES_????_??_??.zip"\n'
    )
    definition = desk.definition("EOD-FD_IN")
    lines = render_job(definition, "EOD-BD_ALL-FW", 0)
    assert "\n".join(lines) + "\n" == MEASURED
    assert len(MEASURED) == 294
    indented = render_job(definition, "EOD-BD_ALL-FW", 2)
    assert indented == ["  " + line if line else "" for line in lines]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        # q: in double quotes
        ("description: x", '"x"'),
        ('description: "x"', '"x"'),
        ('svcdesk_attr: "group="A" X"', '"group="A" X"'),
        ('std_out_file: "C:\\x.out"', '"C:\\x.out"'),
        ("std_out_file: > /tmp/x", '"> /tmp/x"'),
        ("run_window: 06:00-18:00", '"06:00-18:00"'),
        ("start_times: 9\\:00, 10\\:00", '"9\\:00, 10\\:00"'),
        ('start_times: "9:00", "10:00"', '"9:00", "10:00"'),
        # q, but a quote in the value would hand the rest to another keyword
        ('description: see "the machine: m" x', 'see "the machine: m" x'),
        # b: bare, a colon that stood in quotes escaped
        ("application: x", "x"),
        ('owner: "joe@host"', "joe@host"),
        ('machine: "host:9000"', "host\\:9000"),
        ("machine: host\\:9000", "host\\:9000"),
        ('job_class: " x "', '" x "'),
        ('job_class: "a /* b"', '"a /* b"'),
        ('envvars: "A=1"', "A=1"),
        ('envvars: A="x:1",B=2', 'A="x:1",B=2'),
        # r: as typed
        ('condition: s( A )&f("B")', 's( A )&f("B")'),
        ('command: "D\\:\\a.bat" x:y', '"D\\:\\a.bat" x:y'),
        ('ftp_local_name: "a;b"', '"a;b"'),
        # only booleans, enumerations and types are normalised
        ("auto_hold: YES", "1"),
        ("send_notification: f", "F"),
        ("send_notification: n", "0"),
        ("start_mins: 00,20,40", "00,20,40"),
        ("days_of_week: tu, we", "tu, we"),
        ("priority: 007", "007"),
        ("on_error: RESTART", "restart"),
        ("monitor_mode: now", "NOW"),
        ("timezone: us/eastern", "us/eastern"),
        ("permission:", ""),
        ('date_conditions: "1"', "1"),
    ],
)
def test_values(typed: str, printed: str) -> None:
    desk = Desk()
    desk.jil("insert_job: J\ncommand: x\nmachine: localhost\n" + typed)
    assert desk.line("J", typed.partition(":")[0]) == printed
    assert Desk().codes(desk.everything()) == []


@pytest.mark.parametrize("value", ["machine:", "priority : 1", "/* x", "insert_job:x"])
def test_what_would_begin_a_statement_stays_right_behind_its_colon(value: str) -> None:
    first, second = Desk(), Desk()
    first.jil(f"insert_job: J\ncommand:{value}\nmachine: localhost")
    assert f"command:{value}" in first.printed("J")
    assert second.codes(first.everything()) == []
    assert second.everything() == first.everything()


def test_an_ordinary_colon_moves_nothing() -> None:
    desk = Desk()
    desk.jil("insert_job: J\ncommand: C:\\x.exe a:b\nmachine: localhost")
    assert desk.line("J", "command") == "C:\\x.exe a:b"


def test_an_address_a_line() -> None:
    desk = Desk()
    desk.jil("insert_job: J\ncommand: x\nmachine: m\nnotification_emailaddress: a@x,b@x\n")
    assert desk.printed("J")[-2:] == ["notification_emailaddress: a@x", "notification_emailaddress: b@x"]


def test_the_total_order() -> None:
    names = [
        attribute.name for attribute in sorted(attributes.JOB.values(), key=lambda each: attributes.place(each.name))
    ]
    printed = [name for name in names if attributes.JOB[name.lower()].quoting is not Quoting.NEVER]
    assert printed[:8] == "box_name command machine owner permission date_conditions days_of_week run_calendar".split()
    assert printed[38:42] == ["group", "application", "send_notification", "notification_template"]
    assert printed[66:70] == ["watch_file", "watch_file_min_size", "watch_interval", "watch_file_recursive"]
    assert printed[77:80] == ["continuous", "cpu_usage", "inside_range"]
    assert printed[-9:] == [
        *("on_completed", "on_error", "on_killed", "on_canceled", "on_unknown", "max_starts", "restart_delay"),
        *("presubmit_count", "returncode_map_to_completed"),
    ]


def test_numbers_of_the_order_are_a_sequence() -> None:
    numbers = sorted(each.order for each in attributes.JOB.values() if each.quoting is not Quoting.NEVER)
    assert sorted(set(numbers)) == list(range(1, 89))
    assert len([number for number in numbers if number != 79]) == 87


def test_names_with_colons() -> None:
    desk = Desk()
    desk.jil('insert_job: "B:1" job_type: b\ninsert_job: A\\:1\ncommand: x\nmachine: m\nbox_name: B\\:1\n')
    lines = render_job(desk.definition("A:1"), "B:1", 0)
    assert lines[2] == "/* ----------------- A\\:1 ----------------- */ "
    assert lines[4] == "insert_job: A\\:1   job_type: CMD "
    assert lines[5] == "box_name: B\\:1"
    assert Desk().codes(desk.everything()) == []


def test_what_nobody_gave_is_printed_where_it_always_is() -> None:
    job = Job(1, 1, "W", "FW")
    assert render_job(Definition(job, (("watch_file", "/x"),)), "", 0)[5:] == [
        "permission: ",
        "date_conditions: 0",
        "alarm_if_fail: 1",
        'watch_file: "/x"',
        "watch_interval: 60",
    ]


# What is printed can be read back: values from pieces that have a meaning in the language

PIECES = st.sampled_from(
    [
        *("a", "b c", " ", '"', ":", "/*", "*/", "\\", '\\"', "\\:", ",", "#", "'", "é", "\udcff", "NULL", "=", "x=1"),
        *("$$G", "(", ")", "|", "machine: ", "insert_job: "),
    ]
)
FREE = st.lists(PIECES, min_size=1, max_size=8).map("".join)
BY_DOMAIN = {
    "list of HH:MM": st.sampled_from(["10:00", '"9:30, 10:00"', "10\\:00,11:15", '"10:00","11:00"']),
    "list of 0..59": st.sampled_from(["0", "00,15, 30"]),
    "list of codes and lo-hi": st.sampled_from(["1", "-5,3-4"]),
    "expression": st.sampled_from(["s(A)", 's("A:B") | f(C)', 's(A\\:B) & (d(C) or v(G) = "x: y")']),
    "HH:MM-HH:MM": st.sampled_from(["10:00-11:00", '"22:00 - 4:00"']),
}


def typed_values(attribute: Attribute) -> st.SearchStrategy[str]:
    domain = attribute.domain
    if domain.name in BY_DOMAIN:
        return BY_DOMAIN[domain.name]
    if domain.name.startswith("integer"):
        return st.sampled_from(["0", "1", "5", "60"])
    if domain.name.startswith("y n"):
        return st.sampled_from(["1", "n", "TRUE"])
    if domain is TEXT or domain.name in ("path", "word"):
        return FREE | FREE.map(lambda text: f'"{text}"')
    return st.sampled_from(domain.name.split()) | FREE


PRINTED = [each for each in attributes.JOB.values() if each.quoting is not Quoting.NEVER and each.name != "box_name"]
STATEMENTS = st.sampled_from(PRINTED).flatmap(
    lambda each: typed_values(each).map(lambda value: f"{each.name}: {value}")
)


@given(st.lists(STATEMENTS, min_size=1, max_size=6), st.sampled_from(["CMD", "BOX", "FW", "FTP"]))
@settings(max_examples=600, deadline=None)
def test_reading_what_was_printed_gives_the_definition_back(statements: list[str], job_type: str) -> None:
    first, second = Desk(), Desk()
    head = f"insert_job: J job_type: {job_type}\ncommand: x\nmachine: m\nwatch_file: /w\nowner: o\n"
    first.jil(head + "\n".join(statements))
    if first.store.head("J") is None:
        return
    text = first.everything()
    answers = second.jil(text)
    assert [answer.accepted for answer in answers] == [True], (text, [fault.text for fault in answers[0].faults])
    assert second.everything() == text
    assert second.definition("J").job == first.definition("J").job
    assert complete(second.definition("J")) == complete(first.definition("J"))


def complete(definition: Definition) -> list[tuple[str, str]]:
    """The attributes in one order, with those that are always printed."""
    given_ones = dict(definition.attributes)
    always = {"permission": "", "date_conditions": "0", "alarm_if_fail": "1"}
    if definition.job.job_type == "FW":
        always["watch_interval"] = "60"
    added = [(name, value) for name, value in always.items() if value and name not in given_ones]
    return sorted([*definition.attributes, *added], key=lambda each: attributes.place(each[0]))
