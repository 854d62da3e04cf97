"""SQLite for Python: `pysqlite3`, which brings a recent SQLite along, else the one Python was built with.

The choice matters for the journal. A write-ahead log lets readers and the writer work side by side, but until
SQLite 3.51.3 (3.50.7, 3.44.6 in older lines) two connections that wrote and reset the log at the same moment could
corrupt the database. With such a SQLite the store keeps a rollback journal: slower under load, never wrong.
"""

from typing import Any

try:
    from pysqlite3 import dbapi2 as _found
except ImportError:
    from sqlite3 import dbapi2 as _found

driver: Any = _found

Version = tuple[int, int, int]

OLDEST: Version = (3, 37, 0)
"""The first with STRICT tables."""


def wal_is_safe(version: Version) -> bool:
    """Does this SQLite have the fix of the WAL-reset bug?"""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def linked_version() -> Version:
    major, minor, patch = driver.sqlite_version_info
    return major, minor, patch
