"""Definitions of real sites: nothing crashes, what is refused is refused for a reason, what is kept comes out again."""

from collections import Counter
from pathlib import Path

import pytest

from autosys_py.jil import attributes
from autosys_py.jil.reading import read
from autosys_py.jil.scanner import Stanza, lines_of, scan
from autosys_py.jil.values import Quoting, plain, plain_name
from tests.jil.desk import Desk

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FILES = sorted(CORPUS.glob("jil/*.jil"))

pytestmark = pytest.mark.skipif(not FILES, reason="the corpus is not here")

REASONS = {
    10000: "a value that is none of those there are",
    10037: "a word in a condition that is no function",
    10279: "an update of a job that is not in the file",
    10288: "a job defined twice",
    18932: "a time in curly quotes",
    18936: "a command job without machine or command",
    18939: "start_times beside start_mins",
    18947: "a box that is not in the file",
    18948: "a delete of what was never there",
    18993: "days_of_week beside run_calendar",
    50199: "a job type that does not exist",
    50216: "an attribute that does not exist",
}
"""Every reason for which something of the corpus is refused."""


def read_all(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def desk_with_machines() -> Desk:
    desk = Desk()
    assert desk.codes(read_all(CORPUS / "made" / "machines.jil")) == []
    return desk


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    chosen: Path = request.param
    return chosen


def test_what_is_refused_is_refused_for_a_reason(path: Path) -> None:
    codes = Counter(desk_with_machines().codes(read_all(path)))
    assert set(codes) <= set(REASONS), codes


def test_printed_loaded_and_printed_again_it_is_the_same(path: Path) -> None:
    first, second = desk_with_machines(), desk_with_machines()
    first.jil(read_all(path))
    text = first.everything()
    assert second.codes(text) == []
    assert second.everything() == text


def test_every_attribute_comes_out_with_its_value(path: Path) -> None:
    desk = desk_with_machines()
    answers = desk.jil(read_all(path))
    stanzas = list(scan(lines_of(path.read_bytes())))
    assert len(answers) == len(stanzas)
    printed = {stanza.name: statements_of(stanza) for stanza in scan(desk.everything().split("\n"))}
    for stanza, answer in zip(stanzas, answers, strict=True):
        if answer.inserted:
            assert statements_of(stanza) <= printed[stanza.name], stanza.name


def statements_of(stanza: Stanza) -> set[tuple[str, str]]:
    """Attributes and what they mean."""
    found = set()
    for each in read(stanza, "job", updates=False).given:
        name, value = each.attribute.name, each.value or ""
        if name == "job_type":
            value = attributes.TYPE_ALIASES.get(value.upper(), value.upper())
        if attributes.JOB[name].quoting is not Quoting.NEVER or name == "job_type":
            found.add((name, value if name == "command" else plain_name(plain(value))))
    last = {name for name, count in Counter(s.keyword for s in stanza.statements).items() if count > 1}
    return {pair for pair in found if pair[0] not in last or attributes.JOB[pair[0]].collects}


def test_an_export_comes_out_line_for_line() -> None:
    """estate-b-01 is a whole export in the layout that we print; only the indents are the report's."""
    text = read_all(CORPUS / "jil" / "estate-b-01.jil")
    desk = desk_with_machines()
    assert desk.codes(text) == []
    assert [line.lstrip() for line in text.split("\n")] == [line.lstrip() for line in desk.everything().split("\n")]


def test_half_of_the_corpus_loads_once_its_gaps_are_filled() -> None:
    """With a machine for every command and the missing boxes, what is left refused is wrong in itself."""
    desk = Desk()
    text = read_all(CORPUS / "jil" / "estate-a-01.jil")
    stanzas = list(scan(text.split("\n")))
    filled = []
    for stanza in stanzas:
        lines = [f"insert_job: {stanza.head.typed}"]
        lines += [f"{statement.keyword}: {statement.typed}" for statement in stanza.statements]
        filled += [*lines, "machine: localhost"]
    assert desk.codes("\n".join(filled)) == []
    assert len(desk.store.heads()) == len(stanzas) == 585


def test_calendars_are_not_jil() -> None:
    answers = Desk().jil(read_all(CORPUS / "made" / "calendars.txt"))
    assert {fault.code for answer in answers for fault in answer.faults} == {50216}
    assert not any(answer.accepted for answer in answers)


def test_a_blob_that_looks_like_jil_is_one_value() -> None:
    text = read_all(CORPUS / "made" / "blobs-resources.jil")
    assert [stanza.subcommand for stanza in scan(text.split("\n"))] == ["insert_resource", "insert_job", "insert_blob"]
    first, second = desk_with_machines(), desk_with_machines()
    assert first.codes(text) == []
    blob = first.object("blob", "MADE_BLOB_JOB", "1").value("blob_input")
    assert blob.startswith("first line\nowner: still text") and blob.endswith("\nlast line\n")
    assert second.codes(first.everything()) == []
    assert second.everything() == first.everything()
    kept = [line.replace("$$blobt", '"$$blobt"') for line in text.split("\n") if line.strip()]
    assert sorted(kept) == sorted(line for line in first.everything().split("\n") if line.strip())
