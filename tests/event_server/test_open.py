"""Opening: where, how, with which rights, and what it says when it cannot."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event
from autosys_py.event_server import turnstile
from autosys_py.event_server.driver import driver, linked_version, wal_is_safe
from autosys_py.event_server.errors import StoreBusy, StoreDamaged, StoreError, StoreUnavailable
from autosys_py.event_server.open import open_sqlite, open_store
from autosys_py.event_server.sqlite import SqliteStore
from autosys_py.event_server.sqlite_errors import store_error

as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may do everything")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_first_use_makes_folders_and_file_for_the_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "state" / "autosys" / "ACE.db"
    store = open_store(f"sqlite:///{file}")
    assert (mode(file), mode(file.parent), mode(file.parent.parent)) == (0o600, 0o700, 0o700)
    store.close()


def test_a_new_store_is_there_after_a_power_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(Path(f"/proc/self/fd/{descriptor}").readlink()))
    open_store(f"sqlite:///{tmp_path}/new/deep/ACE.db").close()
    folder = tmp_path.resolve()
    assert {folder / "new" / "deep", folder / "new", folder} <= set(synced)


def test_relative_urls_are_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///ACE.db").close()
    assert (tmp_path / "ACE.db").exists()


@pytest.mark.parametrize("name", ["a b.db", "50%.db", "100%20.db", "a#b.db", "ü✓.db", "bad\udcff.db"])
def test_any_file_name_will_do(new_store: Path, tmp_path: Path, name: str) -> None:
    shutil.copy(new_store, tmp_path / name)
    open_store(f"sqlite:///{tmp_path / name}").close()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_percent_sign_in_the_path_is_no_obstacle_to_creating(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/50%/a b.db").close()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 50, 9), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_the_write_ahead_log_needs_a_sqlite_with_the_fix(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_is_safe(version) == safe


def test_the_journal_is_the_one_that_is_safe(file: Path) -> None:
    store = open_sqlite(file)
    assert store.journal_mode() == ("wal" if wal_is_safe(linked_version()) else "truncate")
    store.close()
    store = open_sqlite(file, wal=False)
    assert store.journal_mode() == "truncate"
    store.close()
    assert not file.with_name("ACE.db-wal").exists()


def test_commits_are_durable_and_checks_are_on(file: Path) -> None:
    store = open_sqlite(file)
    assert [store._pragma(name) for name in ("synchronous", "foreign_keys", "busy_timeout")] == [2, 1, 30000]
    store.close()


def test_an_ordinary_opening_imports_nothing_heavy(file: Path) -> None:
    code = (
        "import sys\n"
        "from autosys_py.event_server.open import open_store\n"
        "from autosys_py.core.model import Event\n"
        "from autosys_py.core.codes import EventCode\n"
        f"store = open_store({f'sqlite:///{file}'!r})\n"
        "with store.transaction():\n"
        "    store.add_event(Event(EventCode.STARTJOB, 100))\n"
        "store.close()\n"
        "heavy = {'sqlalchemy', 'alembic', 'lark', 'rich', 'click', 'hashlib'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


# Errors: one line, the file, the remedy


def trouble(url: str) -> str:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    message = str(caught.value)
    assert "\n" not in message
    return f"{type(caught.value).__name__}: {message}"


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_a_file_that_is_no_database(tmp_path: Path, scheme: str) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("remember the milk\n" * 99)
    message = trouble(f"{scheme}:///{file}")
    assert message.startswith(f"StoreDamaged: event store {file}: ")
    assert "is not a SQLite database; move it away or name another file in AUTOSYS_EVENT_SERVER" in message
    assert file.read_text() == "remember the milk\n" * 99


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_a_folder(tmp_path: Path, scheme: str) -> None:
    assert trouble(f"{scheme}:///{tmp_path}").startswith("StoreUnusable: ")


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_a_folder_that_cannot_be_made(tmp_path: Path, scheme: str) -> None:
    (tmp_path / "file").touch()
    message = trouble(f"{scheme}:///{tmp_path}/file/ACE.db")
    assert message.startswith("StoreUnusable: ") and "cannot be created: Not a directory" in message


@as_root
def test_a_file_that_may_not_be_read(file: Path) -> None:
    file.chmod(0)
    assert "check that file and folder exist, and their owner and mode" in trouble(f"sqlite:///{file}")


@as_root
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    assert "cannot be created: Permission denied" in trouble(f"sqlite:///{tmp_path}/locked/ACE.db")


@pytest.mark.parametrize("url", ["ACE.db", "", "sqlite://", "sqlite:///", "sqlite:///:memory:", "nonsense://x/y"])
def test_a_url_that_names_no_store(url: str) -> None:
    assert "it should look like" in trouble(url) or "name a file" in trouble(url)


def test_a_server_without_its_driver_hides_the_password() -> None:
    message = trouble("postgresql+psycopg://scott:tiger@nowhere.invalid/ace")
    assert "tiger" not in message


def test_a_corrupt_file(file: Path) -> None:
    store = open_sqlite(file)
    with store.transaction():
        for number in range(2000):
            store.add_event(Event(EventCode.STARTJOB, number, value="x" * 50))
    store.close()
    content = bytearray(file.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    file.write_bytes(content)
    with pytest.raises(StoreDamaged, match="corrupt"):
        damaged = open_sqlite(file)
        damaged.due_events(9999, 9999)


def test_a_lock_that_is_not_given_back(file: Path) -> None:
    holder, other = open_sqlite(file), SqliteStore(file, patience=0.01)
    refused = pytest.raises(StoreBusy, match=r"ACE\.db: another process .*; try again$")
    with holder.transaction(), refused as caught, other.transaction():
        raise AssertionError("not reached")
    assert caught.value.exit_code == 75
    with other.transaction():
        other.add_event(Event(EventCode.STARTJOB, 100))


def test_a_full_disk(file: Path) -> None:
    store = open_sqlite(file)
    pages = store._pragma("page_count")
    store._pragma(f"max_page_count={pages + 1}")
    with pytest.raises(StoreUnavailable, match="the disk is full; nothing was written"), store.transaction():
        for number in range(2000):
            store.add_event(Event(EventCode.STARTJOB, number, value="x" * 50))
    assert store.next_due() is None
    store._pragma("max_page_count=100000")
    with store.transaction():
        store.add_event(Event(EventCode.STARTJOB, 100))
    assert store.next_due() == 100


def test_after_the_driver_gave_up_a_transaction_nothing_is_written_alone(file: Path) -> None:
    store = open_sqlite(file)
    with pytest.raises(StoreError), store.transaction(), pytest.raises(RuntimeError):
        store._control("ROLLBACK")  # as SQLite does by itself on a full disk
        store.add_event(Event(EventCode.STARTJOB, 100))
    assert store.next_due() is None


@pytest.mark.parametrize("url", ["sqlite:///{file}", "sqlite+pysqlite:///{file}"])
def test_what_no_column_holds_is_refused(file: Path, url: str) -> None:
    store = open_store(url.format(file=file))
    for event in (Event(EventCode.STARTJOB, 2**63), Event(EventCode.STARTJOB, 1, value="\ud800")):
        with pytest.raises(StoreError, match="refused"), store.transaction():
            store.add_event(event)
    with pytest.raises(StoreError, match="refused"), store.transaction():
        store.add_event(Event(EventCode.STARTJOB, 1, run_num=-1))
    assert store.next_due() is None
    store.close()


def test_every_error_of_the_driver_becomes_one_of_ours() -> None:
    error = driver.OperationalError("something\nnew")
    assert isinstance(store_error(error, "ACE.db"), StoreError)
    assert SqliteStore.__doc__


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite"])
def test_what_is_no_regular_file_is_left_alone(tmp_path: Path, scheme: str) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(StoreUnavailable, match="is not a regular file"):
            open_store(f"{scheme}:///{path}")
    assert pipe.is_fifo() and link.is_symlink()
    assert len(list(tmp_path.iterdir())) == 2


def test_an_existing_empty_file_is_kept_and_filled(tmp_path: Path) -> None:
    file = tmp_path / "ACE.db"
    file.touch(0o640)
    before = file.stat().st_ino
    store = open_sqlite(file)
    assert store.journal_mode() == ("wal" if wal_is_safe(linked_version()) else "truncate")
    store.close()
    assert (file.stat().st_ino, mode(file)) == (before, 0o640)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    link, target = tmp_path / "ACE.db", tmp_path / "disk" / "real.db"
    link.symlink_to(target)
    open_sqlite(link).close()
    assert link.is_symlink() and target.is_file()


def test_a_link_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "ACE.db").symlink_to(tmp_path / "ACE.db")
    assert trouble(f"sqlite:///{tmp_path}/ACE.db").startswith("StoreUnusable: ")


def test_who_has_queued_for_long_is_served(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "BUSY_TIMEOUT", -1.0)
    store = open_sqlite(file)
    with store.transaction():
        store.add_event(Event(EventCode.STARTJOB, 100))
    store.close()


def test_who_has_queued_for_long_does_not_hold_up_the_others(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the store is locked for good nobody waits half a minute behind each of those before him."""
    monkeypatch.setattr(turnstile, "BUSY_TIMEOUT", -1.0)
    monkeypatch.setattr(turnstile, "LATE_TIMEOUT", 0.01)
    other, store = open_sqlite(file), open_sqlite(file)
    with other.transaction():
        begun = time.monotonic()
        with pytest.raises(StoreBusy), store.transaction():
            raise AssertionError("not reached")
        assert time.monotonic() - begun < 20
    monkeypatch.undo()
    with store.transaction():
        store.add_event(Event(EventCode.STARTJOB, 100))
    other.close()
    store.close()
