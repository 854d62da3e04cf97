"""Rollback for dictionaries: what each change replaced, so that it can be put back in reverse order.

A transaction costs what it changes, however large the rest is. A savepoint is a length of the list.
"""

from typing import Any


class Undo:
    """The changes since the outermost transaction began."""

    def __init__(self) -> None:
        self.depth = 0
        """Transactions that are open, one inside the other."""
        self._replaced: list[tuple[dict[Any, Any], Any, Any]] = []

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """`table[key] = value`, reversibly."""
        if not self.depth:
            raise RuntimeError("written outside transaction()")
        self._replaced.append((table, key, table.get(key, _ABSENT)))
        table[key] = value

    def take(self, table: dict[Any, Any], key: Any) -> Any:
        """`table.pop(key, None)`, reversibly."""
        if not self.depth:
            raise RuntimeError("written outside transaction()")
        value = table.pop(key, _ABSENT)
        if value is _ABSENT:
            return None
        self._replaced.append((table, key, value))
        return value

    def savepoint(self) -> int:
        return len(self._replaced)

    def back_to(self, savepoint: int) -> None:
        """Puts back everything changed since `savepoint`."""
        while len(self._replaced) > savepoint:
            table, key, value = self._replaced.pop()
            if value is _ABSENT:
                del table[key]
            else:
                table[key] = value

    def forget(self) -> None:
        """The changes stay."""
        self._replaced.clear()


_ABSENT = object()
