"""What the two SQL implementations do differently: run a named statement, and begin and end transactions.

Everything else of the store is written once, in the classes above this one, in terms of it:

    Seam  ->  Definitions, Events, Turns, Reports  ->  SqlStore  ->  SqliteStore, SqlAlchemyStore

A nested transaction is a savepoint named after its depth. A driver may end a transaction by itself, on a full disk
for one; therefore every writing statement asks the driver whether one is open, and none is ever committed alone.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autosys_py.event_server.errors import damaged
from autosys_py.event_server.rows import Row
from autosys_py.failpoints import fail_point

PAGE = 1000
"""Rows read at a time from what may be large."""


class Seam(ABC):
    """A connection to a database that knows the statements of `queries.sql`."""

    place: str
    """What messages call the database."""

    _depth = 0

    # To be implemented; errors are those of `errors.py`

    @abstractmethod
    def _execute(self, query: str, parameters: dict[str, Any]) -> tuple[Sequence[Row], int]:
        """Rows and the number of rows changed."""

    @abstractmethod
    def _execute_many(self, query: str, rows: Sequence[Row]) -> int:
        """For each row, in the order of the query's parameters; returns the number of rows changed."""

    @abstractmethod
    def _control(self, statement: str) -> None:
        """SAVEPOINT, COMMIT and the like."""

    @abstractmethod
    def _begin_writing(self) -> None:
        """Opens a transaction that holds the write lock."""

    @abstractmethod
    def _begin_reading(self) -> None:
        """Opens a transaction that sees one state of the database."""

    @abstractmethod
    def _is_in_transaction(self) -> bool: ...

    # Statements

    def rows(self, query: str, /, **parameters: Any) -> Sequence[Row]:
        """What a reading statement finds."""
        return self._execute(query, parameters)[0]

    def row(self, query: str, /, **parameters: Any) -> Row | None:
        """The first row, None if there is none."""
        found = self._execute(query, parameters)[0]
        return found[0] if found else None

    def pages(self, query: str, /, **parameters: Any) -> Iterator[Row]:
        """All rows of a query by `:after` and `:limit` on its first column. Nothing stays open between two pages."""
        after = 0
        while True:
            found = self.rows(query, after=after, limit=PAGE, **parameters)
            yield from found
            if len(found) < PAGE:
                return
            if found[-1][0] <= after:  # or we would go round for ever
                raise damaged(self.place, f"row {found[-1][0]} of {query} stands behind {after}")
            after = found[-1][0]

    def returned(self, query: str, /, **parameters: Any) -> Row | None:
        """The row that a writing statement returns, if it does."""
        self._require_transaction()
        return self.row(query, **parameters)

    def change(self, query: str, /, **parameters: Any) -> int:
        """Writes; the number of rows changed."""
        self._require_transaction()
        return self._execute(query, parameters)[1]

    def change_many(self, query: str, rows: Iterable[Row], /) -> int:
        """Writes for each row; the number of rows changed."""
        bulk = list(rows)
        if not bulk:
            return 0
        self._require_transaction()
        return self._execute_many(query, bulk)

    def _require_transaction(self) -> None:
        if not (self._depth and self._is_in_transaction()):
            raise RuntimeError("written outside transaction()")

    # Transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        depth = self._depth
        if depth:
            self._control(f"SAVEPOINT s{depth}")
        else:
            self._begin_writing()
        self._depth = depth + 1
        try:
            if depth:
                yield
                self._control(f"RELEASE SAVEPOINT s{depth}")
            else:
                fail_point("store.begun")
                yield
                fail_point("store.commit")
                self._control("COMMIT")
                fail_point("store.committed")
        except BaseException:
            self._roll_back(depth)
            raise
        finally:
            self._depth = depth

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several reads that see the same state."""
        if self._depth:
            yield
            return
        self._begin_reading()
        try:
            yield
        finally:
            self._control("COMMIT")

    def _roll_back(self, depth: int) -> None:
        if not self._is_in_transaction():
            return  # the driver already did
        if depth:
            self._control(f"ROLLBACK TO SAVEPOINT s{depth}")
            self._control(f"RELEASE SAVEPOINT s{depth}")
        else:
            self._control("ROLLBACK")
