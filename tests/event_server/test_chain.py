"""The hash chain of the past finds what was done to it behind the store's back."""

from pathlib import Path

import pytest

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Fact, Outcome
from autosys_py.event_server.chain import BEGINNING, canonical, first_broken, link
from autosys_py.event_server.driver import driver
from autosys_py.event_server.open import open_sqlite
from autosys_py.event_server.sqlite import SqliteStore


def fact(seq: int) -> Fact:
    return Fact(
        seq, EventCode.SET_GLOBAL, 100, 101, name="GO", value="Y", sent_by="op@host", changes=[(1, {"run_num": seq})]
    )


@pytest.fixture
def store(file: Path) -> SqliteStore:
    store = open_sqlite(file)
    with store.transaction():
        store.write_turn((), Outcome(facts=[fact(seq) for seq in range(1, 2501)]), 101)
    return store


def test_the_canonical_form_is_a_json_array_of_the_columns() -> None:
    assert canonical(fact(1)) == (
        '[1,125,100,101,0,0,0,0,0,null,0,null,null,"","GO","Y","","op@host","","[]","[[1,{\\"run_num\\":1}]]"]'
    )


def test_a_hash_depends_on_the_row_and_on_everything_before(store: SqliteStore) -> None:
    first = link(BEGINNING, fact(1))
    assert store.hashes(1, 2) == [(1, first), (2, link(first, fact(2)))]


def test_an_untouched_past_is_whole(store: SqliteStore) -> None:
    assert first_broken(store) is None


@pytest.mark.parametrize(
    ("damage", "broken"),
    [
        ("update proc_event set sent_by = 'nobody@host' where seq = 1200", 1200),
        ("update proc_event set changes = '[]' where seq = 1", 1),
        ("delete from proc_event where seq = 1000", 1001),
        ("delete from proc_event where seq < 10", 10),
        ("update proc_event set seq = 9999 where seq = 2500", 9999),
    ],
)
def test_an_altered_or_missing_row_is_found(store: SqliteStore, file: Path, damage: str, broken: int) -> None:
    connection = driver.connect(file)
    connection.execute(damage)
    connection.commit()
    connection.close()
    assert first_broken(store) == broken


def test_rows_missing_at_the_end_are_missed_by_their_number(store: SqliteStore, file: Path) -> None:
    connection = driver.connect(file)
    connection.execute("delete from proc_event where seq > 2400")
    connection.commit()
    connection.close()
    assert store.load().last_seq == 2500
    assert len(store.all_facts(2400)) == 1
