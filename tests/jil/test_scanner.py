"""Where statements, values, comments and stanzas begin and end (jil.md §1)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosys_py.jil import scanner
from autosys_py.jil.scanner import Stanza, lines_of, scan


def stanzas(text: str) -> list[Stanza]:
    return list(scan(text.split("\n")))


def values(text: str) -> list[tuple[str, str]]:
    """Keyword and typed value of every statement of one job stanza without faults."""
    (stanza,) = stanzas("insert_job: X\n" + text)
    assert not stanza.faults, stanza.faults
    return [(statement.keyword, statement.typed) for statement in stanza.statements]


def codes(text: str) -> list[int]:
    return [fault.code for stanza in stanzas(text) for fault in stanza.faults]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # several on a line, blanks round the colon, any case
        ("job_type:box", [("job_type", "box")]),
        ("Machine :\tm1 OWNER: joe", [("machine", "m1"), ("owner", "joe")]),
        ("description: see machine: m2", [("description", "see"), ("machine", "m2")]),
        # any other colon is data
        (r"command: C:\Infa\wf.prm", [("command", r"C:\Infa\wf.prm")]),
        ("command: curl http://h:80/x", [("command", "curl http://h:80/x")]),
        ("command: x --type: full", [("command", "x --type: full")]),
        (r"command: x machine\: y", [("command", r"x machine\: y")]),
        ("machine:owner:joe", [("machine", "owner:joe")]),
        ('description: "see machine: m2"', [("description", '"see machine: m2"')]),
        # quotes: each switches; \" inside is text only where one stays open
        (r'command: e\:\"A B"\c.bat', [("command", r'e\:\"A B"\c.bat')]),
        (r'description: "a \" b" machine: m', [("description", r'"a \" b"'), ("machine", "m")]),
        ('svcdesk_attr: "group="A" X"', [("svcdesk_attr", '"group="A" X"')]),
        ("description: it's ``fine´´", [("description", "it's ``fine´´")]),
        # continuation
        ("condition: s(A)\n  & s(B)", [("condition", "s(A) & s(B)")]),
        ("start_times:\n10:00,\n11:00", [("start_times", "10:00, 11:00")]),
        ('watch_file: "/a\nb: c"', [("watch_file", '"/a b: c"')]),
        ("command: a \\\n b", [("command", "a b")]),
        ("command: a \\", [("command", "a \\")]),
        ("machine:\nm1", [("machine", "m1")]),
        # comments
        ("# owner: x\nmachine: m # no comment", [("machine", "m # no comment")]),
        ("condition: s(A)\n#owner: x\n& s(B)", [("condition", "s(A) & s(B)")]),
        ("command: rm /d/* /* why */", [("command", "rm /d/*")]),
        ("command: a /* b */ c", [("command", "a   c")]),
        ("machine: m /* owner: x\nowner: y */ application: z", [("machine", "m"), ("application", "z")]),
        ("/* a */ /* b */ machine: m", [("machine", "m")]),
        ("command: ls '/*' x", [("command", "ls '/*' x")]),
        ('command: "a /* b"', [("command", '"a /* b"')]),
        (r'description: "a \" /* b */ c"', [("description", r'"a \" /* b */ c"')]),
        # blobs
        (
            "blob_input: <auto_blobt>a\n # b: /*\r\n</auto_blobt>\nmachine: m",
            [("blob_input", "<auto_blobt>a\n # b: /*\r\n</auto_blobt>"), ("machine", "m")],
        ),
        # line ends, byte order mark, empty lines
        ("machine: m\r\n\r\nowner: joe\r", [("machine", "m"), ("owner", "joe")]),
        ("machine: \t m \t ", [("machine", "m")]),
    ],
)
def test_statements(text: str, expected: list[tuple[str, str]]) -> None:
    assert values(text) == expected


def test_a_stanza_lasts_until_the_next_subcommand() -> None:
    found = stanzas("\ufeffinsert_job: A job_type: c insert_job: B\n\n\nmachine: m\nEXIT\nmachine: n\n")
    assert [(stanza.subcommand, stanza.name, len(stanza.statements)) for stanza in found] == [
        ("insert_job", "A", 1),
        ("insert_job", "B", 1),
    ]


def test_names_lose_quotes_and_escapes() -> None:
    assert [stanza.name for stanza in stanzas('insert_job: "A:B"\ninsert_job: C\\:D')] == ["A:B", "C:D"]


def test_lines_and_columns_count_from_one() -> None:
    (stanza,) = stanzas("\n  insert_job: A   job_type:   c\n")
    assert stanza.head[2:5] == (2, 3, 15)
    assert stanza.statements[0][2:5] == (2, 19, 31)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("machine: m\nx\ninsert_job: A\n", [50443]),  # V2, once
        ("hello\nworld\n", [50443]),
        ("insert_jobb: A\nmachine: m\nfoo: bar\n", [50216]),  # V1: the rest is skipped
        ("insert_job: A\ninsert_view: B\nmachine: m\n", [50216]),
        ("calendar: C\n12/31/2026 00:00\nextended_calendar: D\ncondition: mon\n", [50216, 50216]),
        ("insert_job: A\nfoo: 1\nbar: 2\n", [50216, 50216]),  # V22
        ("insert_job: A\nauto_hold: 1\nstray\n", [50254]),  # V24
        ("insert_job: A\n: x\n", [50256]),
        ('insert_job: A\nmachine: "m\nowner: joe\n', [50442]),  # V25
        ("insert_job: A\n/* never\n", [50442]),  # V26
        ("insert_job: A\nblob_input: <auto_blobt>x\n", [50442]),
        ("insert_job: A\ncommand: " + "x" * 4096, []),
        ("insert_job: A\ncommand: " + "x" * 4097, [18961]),  # V20
        ("insert_job: A\ncommand: a\x1b[1m\n", [18956]),  # V33
        ("insert_job: A\ncommand: a\tb\n", []),
    ],
)
def test_faults(text: str, expected: list[int]) -> None:
    assert codes(text) == expected


def test_an_open_quote_swallows_nothing_behind_it() -> None:
    (stanza,) = stanzas('insert_job: A\ndescription: "open\nmachine: m\n')
    assert [statement[:2] for statement in stanza.statements] == [("description", '"open'), ("machine", "m")]


@pytest.mark.parametrize(
    ("line", "near"),
    [("comand: x", "command"), ("type: c", "job_type"), ("watchfile: x", "watch_file"), ("zzz: 1", "")],
)
def test_suggestions(line: str, near: str) -> None:
    (stanza,) = stanzas(f"insert_job: A\n{line}")
    assert stanza.faults[0].suggestion == near


def test_foreign_subcommands_come_with_a_hint() -> None:
    assert "autocal_asc" in stanzas("calendar: C")[0].faults[0].suggestion
    assert "SET_GLOBAL" in stanzas("insert_global: G")[0].faults[0].suggestion


def test_bytes_that_are_not_utf8_are_kept() -> None:
    (stanza,) = scan(lines_of(b"insert_job: A\ndescription: \xff\xe4\n"))
    assert stanza.statements[0].typed.encode("utf-8", "surrogateescape") == b"\xff\xe4"
    assert not stanza.faults


PIECES = st.sampled_from(
    [
        *("a", " ", "\t", '"', ":", "/*", "*/", "\\", '\\"', "\r", "\n", "#", ",", "exit", "é", "\x00", "foo: "),
        *("machine: ", "insert_job: ", "insert_job: A\ndescription: ", "\ncommand:"),
        *("blob_input: <auto_blobt>", "</auto_blobt>"),
    ]
)


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_it_raise(data: bytes) -> None:
    list(scan(lines_of(data)))


@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=500, deadline=None)
def test_the_short_way_reads_as_the_long_way(text: str) -> None:
    short = stanzas(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner._Scanner, "_plain_line", lambda _self, _line: False)
        long = stanzas(text)
    assert [_facts(stanza) for stanza in short] == [_facts(stanza) for stanza in long]


def _facts(stanza: Stanza) -> tuple[object, ...]:
    statements = [statement[:5] for statement in (stanza.head, *stanza.statements)]
    return stanza.subcommand, statements, [(fault.code, fault.line, fault.column) for fault in stanza.faults]


@pytest.mark.parametrize(
    "text",
    [
        '"\\" ' * 250_000,
        "insert_job: a\n" + "machine: b " * 50_000,
        "insert_job: a\n" + "x/* */ " * 200_000,
        "insert_job: a\ndescription: " + "x: " * 200_000,
        'insert_job: a\ndescription: "' + "x\n" * 200_000,
        "insert_job: a\ncommand: " + " x" * 500_000 + '"',
        "insert_job: a\n" + "a" * 1_000_000 + " " * 1_000_000 + ":",
    ],
    ids=["quotes", "statements", "comments", "colons", "open quote", "blanks", "word"],
)
@pytest.mark.timeout(20)
def test_a_megabyte_of_nonsense_takes_no_longer_than_one_of_sense(text: str) -> None:
    """Quadratic work on any of these takes minutes."""
    assert stanzas(text)
