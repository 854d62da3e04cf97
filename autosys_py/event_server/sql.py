"""The store over SQL, whichever way the statements are run."""

from abc import abstractmethod

from autosys_py.event_server.archiving import Archiving
from autosys_py.event_server.escapes import escaped, unescaped
from autosys_py.event_server.events import Events
from autosys_py.event_server.reports import Reports
from autosys_py.event_server.turns import Turns

HEAD = "0008"
"""The revision of the schema that this program works with: the newest file of `migrations/versions`."""


class SqlStore(Turns, Events, Reports, Archiving):
    """An `EventServer` but for what `Seam` leaves open, `version` and `close`."""

    @abstractmethod
    def version(self) -> int:
        """See `EventServer`."""

    @abstractmethod
    def close(self) -> None:
        """See `EventServer`."""

    def setting(self, key: str) -> str | None:
        row = self.row("setting", key=escaped(key))
        return None if row is None else unescaped(row[0])

    def put_setting(self, key: str, value: str) -> None:
        self.change("put_setting", key=escaped(key), value=escaped(value))

    def revision(self) -> str | None:
        """The revision of the schema; None if the database holds no event store."""
        row = self.row("revision")
        return None if row is None else str(row[0])
