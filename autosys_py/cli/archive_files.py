"""Files that archived rows are written to before they leave the store (cli.md §7.6).

One row a line, its columns as they are stored and named in the first line, parted by the delimiter and quoted where
they hold it. A batch is on the disk before the store forgets it: what a crash leaves is a row in both places, never in
none.
"""

import csv
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from autosys_py.cli.messages import refusal
from autosys_py.event_server.creation import sync_way_to


class ArchiveFile:
    """One file, made when the first row comes."""

    def __init__(self, path: Path, columns: Sequence[str], delimiter: str) -> None:
        self.path = path
        self._columns = columns
        self._delimiter = delimiter
        self._file: IO[str] | None = None

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Appends rows; they are durable when it returns. Raises Refused for a disk that says no."""
        try:
            first = self._file is None
            file = self._open()
            writer = csv.writer(file, delimiter=self._delimiter, lineterminator="\n")
            if first:
                writer.writerow(self._columns)
            writer.writerows(rows)
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            raise refusal(99082, self.path, error.strerror) from None

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> IO[str]:
        if self._file is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="")
            sync_way_to(self.path.absolute())
        return self._file


def file_name(what: str, autoserv: str, now: int, zone: ZoneInfo) -> str:
    """`archived_events.ACE.02.03.2025.06.00.00`"""
    return f"archived_{what}.{autoserv}.{datetime.fromtimestamp(now, zone):%m.%d.%Y.%H.%M.%S}"
