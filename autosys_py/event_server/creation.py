"""The birth of a SQLite store, when many processes may find it missing at the same moment.

They queue for a lock on its folder; the first one makes it, and the others look again and find it done, without
having imported what makes it. A new file is made under another name and renamed when it is complete, journal mode
included, so that nobody ever sees half a store, however this process may end. Nothing that exists is ever replaced:
an empty file is migrated where it is, and a device or a pipe is refused.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG

from autosys_py.event_server.driver import OLDEST, driver, linked_version
from autosys_py.event_server.errors import StoreUnusable
from autosys_py.event_server.sqlite import FAULTS
from autosys_py.event_server.sqlite_errors import store_error
from autosys_py.failpoints import fail_point


def is_missing(path: Path) -> bool:
    """Is there nothing at `path`? Raises `StoreUnusable` for what is there and is no file, a device for one."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError as error:
        raise StoreUnusable(
            f"event store {path}: {error.strerror}; check owner and mode of the file and its folders"
        ) from None
    if not S_ISREG(mode):
        raise StoreUnusable(f"event store {path}: is not a regular file; name another one in AUTOSYS_EVENT_SERVER")
    return False


def create(path: Path, wal: bool) -> None:
    """Makes the file, mode 0600, unless something is there by now; missing folders are made with mode 0700.

    `wal` says whether it gets a write-ahead log. Raises `StoreUnusable`.
    """
    if linked_version() < OLDEST:
        raise StoreUnusable(
            f"event store {path}: needs SQLite {'.'.join(map(str, OLDEST))} or later, this Python has "
            f"{driver.sqlite_version}; pip install pysqlite3"
        )
    try:
        _make_folder(path.parent)
        with locked(path.parent) as folder:
            if is_missing(path):
                _make_file(path, wal)
                os.fsync(folder)
                sync_way_to(path)
    except OSError as error:
        raise StoreUnusable(f"event store {path}: cannot be created: {error.strerror}; check the folder") from None


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Holds the folder's lock, which dies with the process; yields the folder's descriptor."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _make_folder(folder: Path) -> None:
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def sync_way_to(file: Path) -> None:
    """Makes the names of the folders on the way to a file durable, and its own: what is acknowledged must not vanish
    with a folder that somebody made a moment ago. Nothing can be done for those that are not ours to read."""
    for each in file.parents:
        with suppress(OSError):
            descriptor = os.open(each, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _make_file(path: Path, wal: bool) -> None:
    from autosys_py.event_server.migrate import upgrade_sqlite

    unfinished = path.with_name(f".{path.name}.new")
    for suffix in ("", "-wal", "-shm", "-journal"):  # of a process that died here
        unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    fail_point("creation.made")
    upgrade_sqlite(unfinished)
    if wal:
        switch_to_wal(unfinished)
    fail_point("creation.migrated")
    unfinished.rename(path)
    fail_point("creation.renamed")


def switch_to_wal(path: Path) -> None:
    """Gives a file a write-ahead log, for good."""
    try:
        connection = driver.connect(path)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
    except FAULTS as error:
        raise store_error(error, str(path)) from None
