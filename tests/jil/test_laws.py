"""What must hold for every definition and for every input (jil.md §10.1 rule 8, §1).

Objects are made from the table of attributes itself, so a row that is added is a row that is tested.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosys_py.core.model import NamedObject
from autosys_py.core.overrides import JOB_VER, pending
from autosys_py.jil import attributes
from autosys_py.jil.attributes import Attribute
from autosys_py.jil.domains import BLOB, NAME, PATH, TEXT, WORD
from autosys_py.jil.object_renderer import render_blobs, render_override
from autosys_py.jil.scanner import lines_of
from tests.jil.desk import KINDS, Desk
from tests.jil.test_renderer import FREE, typed_values

WORDS = st.text("abcABC019._-#@", min_size=1, max_size=12)
BYTES = st.lists(
    st.sampled_from(
        ["a", "\n", "\r", "insert_job: x", "#", "/*", '"', "\t", "é", "\udcff", "\x00", "</auto", "owner: y"]
    )
).map("".join)
NAMES = {"resource": "R", "xinst": "PRD", "monbro": "M", "glob": "G", "connectionprofile": "P", "job_type": "5"}
NEEDED = {
    "resource": "res_type: R\namount: 3\n",
    "xinst": "xtype: e\nxmachine: h\nxport: 1\n",
    "monbro": "mode: b\njob_filter: b\njob_name: B\n",
    "glob": "blob_input: <auto_blobt>x</auto_blobt>\n",
    "connectionprofile": "connectionprofile_type: HADOOP\n",
    "job_type": "",
}
BY_DOMAIN = {
    "integer, or +n and -n": st.integers(0, 99).map(str),
    "monitor or browser": st.sampled_from(["m", "Monitor", "b", "BROWSER"]),
    "all, box or job": st.sampled_from(["b", "job"]),
    "MM/DD/YYYY HH:MM[:SS]": st.sampled_from(['"01/02/2026 03:04"', "1/2/2026 3:04:05"]),
    "0x and hexadecimal digits": st.just("0xAB"),
}


def typed(attribute: Attribute) -> st.SearchStrategy[str]:
    domain = attribute.domain
    if domain is BLOB:
        return BYTES.map(lambda text: f"<auto_blobt>{text}</auto_blobt>")
    if domain is NAME:
        return WORDS
    if domain.name in BY_DOMAIN:
        return BY_DOMAIN[domain.name]
    return typed_values(attribute) if domain in (TEXT, PATH, WORD) else typed_values(attribute) | FREE


def stanzas(kind: str) -> st.SearchStrategy[str]:
    rows = [each for each in attributes.OTHER[kind].values() if each.name not in ("blob_file", "machine", "xtype")]
    statement = st.sampled_from(rows).flatmap(lambda each: typed(each).map(lambda value: f"{each.name}: {value}\n"))
    head = f"insert_{kind}: {NAMES[kind]}\n{NEEDED[kind]}"
    return st.lists(statement, max_size=5).map(lambda given: head + "".join(given))


def meaning(thing: NamedObject) -> list[tuple[str, str]]:
    """What an object says, defaults filled in, without the key that is never printed."""
    values = {row.name: row.default for row in attributes.OTHER[thing.kind].values() if row.default}
    values |= dict(thing.attributes)
    values.pop("xkey_to_manager", None)
    return sorted(values.items())


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_an_object_that_is_printed_is_read_back(kind: str, data: st.DataObject) -> None:
    first, second = Desk(), Desk()
    first.jil(data.draw(stanzas(kind)))
    things = first.store.objects(kind)
    if not things:
        return
    text = first.everything()
    answers = second.jil(text)
    assert [answer.accepted for answer in answers] == [True], (text, answers)
    if kind != "monbro" or things[0].value("all_events") != "1":  # which leaves out what it includes
        assert [meaning(thing) for thing in second.store.objects(kind)] == [meaning(things[0])]
    if "***" not in text:
        assert second.everything() == text


@given(st.lists(BYTES, min_size=1, max_size=3))
@settings(max_examples=100, deadline=None)
def test_blobs_are_read_back(texts: list[str]) -> None:
    job = "insert_job: J\ncommand: x\nmachine: localhost\n"
    first, second = Desk(), Desk()
    first.jil(job)
    first.jil("".join(f"insert_blob: J\nblob_input: <auto_blobt>{text}</auto_blobt>\n" for text in texts))
    there = first.store.objects("blob")
    assert [blob.value("blob_input") for blob in there] == texts
    second.jil(job)
    assert second.codes("\n".join(render_blobs("J", there, 2))) == []
    assert [blob.attributes for blob in second.store.objects("blob")] == [blob.attributes for blob in there]


OVERRIDABLE = ["command", "condition", "start_mins", "profile", "run_window", "n_retrys", "machine", "std_in_file"]


@given(st.lists(st.sampled_from(OVERRIDABLE).flatmap(
    lambda name: (typed_values(attributes.JOB[name]) | st.just("NULL")).map(lambda value: f"{name}: {value}\n")
), min_size=1, max_size=4))  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_an_override_is_read_back(statements: list[str]) -> None:
    desk = Desk()
    desk.jil("insert_job: J\ncommand: x\nmachine: localhost\n")
    desk.jil("override_job: J\n" + "".join(statements))
    before = pending(desk.store.objects("override"))
    if before is None:
        return
    text = "\n".join(render_override(before, "", "", ""))
    assert desk.codes(text) == [], text
    after = pending(desk.store.objects("override"))
    assert after is not None
    assert [each for each in after.attributes if each[0] != JOB_VER] == [
        each for each in before.attributes if each[0] != JOB_VER
    ]


PIECES = [
    *(f"{word}: " for word in ("insert_job", "override_job", "rename_job", "insert_blob", "insert_glob", "blob_input")),
    *("insert_resource: R\nres_type: R\namount: ", "insert_xinst: ", "insert_monbro: M\n", "insert_job_type: 5\n"),
    *("delete_blob: J\n", "J delete\n", "new_name: ", "<auto_blobt>", "</auto_blobt>", "resources: (", "condition: "),
    *("\n", "\r\n", '"', "\\", "/*", "*/", ":", "+5", "J\n", "\x00", "\udcff", "((((", "s(J", ")", "^", "\t", "exit\n"),
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join))
@settings(max_examples=400, deadline=None)
def test_anything_ends_with_messages(text: str) -> None:
    desk = Desk()
    desk.jil("insert_job: J\ncommand: x\nmachine: localhost\n")
    for answer in desk.jil(text):
        assert answer.accepted != any(fault.is_error for fault in answer.faults)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_end_with_messages(data: bytes) -> None:
    for answer in Desk().jil("\n".join(lines_of(data))):
        assert answer.accepted or answer.faults
