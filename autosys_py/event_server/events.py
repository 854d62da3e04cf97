"""The event table: what is to happen."""

from collections.abc import Sequence

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event
from autosys_py.event_server.queries import QUERIES
from autosys_py.event_server.rows import event_of, event_row
from autosys_py.event_server.seam import Seam

_COLUMNS = QUERIES["insert_event"].parameters
_TIMER = QUERIES["timer"].parameters


class Events(Seam):
    """The part of `EventServer` that is about events not yet processed."""

    def add_event(self, event: Event) -> int:
        columns = dict(zip(_COLUMNS, event_row(event), strict=True))
        row = self.returned("insert_event", **columns)
        if row is None:  # a timer that is stored already
            row = self.row("timer", **{name: columns[name] for name in _TIMER})
        assert row is not None
        return int(row[0])

    def add_events(self, events: Sequence[Event]) -> None:
        self.change_many("insert_events", [event_row(event) for event in events])

    def due_events(self, now: int, limit: int) -> list[Event]:
        return [event_of(row) for row in self.rows("due_events", now=now, limit=limit)]

    def next_due(self) -> int | None:
        row = self.row("next_due")
        return None if row is None else row[0]

    def pending_events(self, joid: int) -> list[Event]:
        return [event_of(row) for row in self.rows("pending_events", joid=joid)]

    def cancel_event(self, code: EventCode, joid: int, due: int | None) -> Event | None:
        matching = [
            event
            for event in self.pending_events(joid)
            if event.code == code and not event.job_ver and (due is None or event.due == due)
        ]
        if not matching:
            return None
        last = max(matching, key=lambda event: event.eoid)
        self.change_many("delete_events", [(last.eoid,)])
        return last
