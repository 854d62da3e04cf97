"""Real processes at one store: none is turned away, and nothing that was acknowledged is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from autosys_py.event_server.open import open_store

SENDER = """
import sys
from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event
from autosys_py.event_server.open import open_store

url, sender, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for number in range(count):
    store = open_store(url)
    with store.transaction():
        store.add_event(Event(EventCode.COMMENT, sender, priority=number))
    store.close()
"""


def send_from_many(url: str, processes: int, each: int) -> None:
    """Each process opens the store anew for each event, as `sendevent` does."""
    senders = [
        subprocess.Popen(
            [sys.executable, "-c", SENDER, url, str(number), str(each)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for number in range(processes)
    ]
    outputs = [sender.communicate()[0].decode() for sender in senders]
    assert outputs == [""] * processes
    store = open_store(url)
    events = store.due_events(processes, processes * each + 1)
    store.close()
    assert sorted((event.due, event.priority) for event in events) == [
        (sender, number) for sender in range(processes) for number in range(each)
    ]


def test_twenty_processes_lose_nothing(file: Path) -> None:
    send_from_many(f"sqlite:///{file}", 20, 20)


def test_the_same_with_a_rollback_journal(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from autosys_py.event_server.open import open_sqlite

    open_sqlite(file, wal=False).close()
    send_from_many(f"sqlite:///{file}", 20, 20)


def test_many_first_uses_at_once_make_one_store(tmp_path: Path) -> None:
    send_from_many(f"sqlite:///{tmp_path}/new/ACE.db", 8, 3)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["ACE.db"]


@pytest.mark.crash
def test_two_hundred_processes_at_a_new_store(tmp_path: Path) -> None:
    send_from_many(f"sqlite:///{tmp_path}/new/ACE.db", 200, 2)
