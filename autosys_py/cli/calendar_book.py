"""The calendars and cycles of the event store, ready to be asked for dates.

This is where the store, the language of calendars and the core's arithmetic meet: whoever schedules is handed a book
and asks it by name. Nothing is remembered between questions, so a changed calendar, holiday or cycle counts at once.
"""

from typing import TYPE_CHECKING

from autosys_py.core.calendars import Calendar, GeneratedCalendar

if TYPE_CHECKING:
    from autosys_py.core.cycles import Cycle
    from autosys_py.core.model import NamedObject
    from autosys_py.event_server.protocol import EventServer

STANDARD, EXTENDED, CYCLE = "calendar", "extended_calendar", "cycle"
"""Kinds of stored objects. The first two share one name space."""
NOUNS = {STANDARD: "Standard Calendar", EXTENDED: "Extended Calendar", CYCLE: "Cycle"}
MISSING = {STANDARD: 50308, EXTENDED: 50309, CYCLE: 50310}
"""What is said where there is none of a kind."""


class CalendarBook:
    """The calendars of a store; fits `core.calendars.Calendars`."""

    def __init__(self, store: "EventServer") -> None:
        self._store = store

    def has_calendar(self, name: str) -> bool:
        """Is there a standard or extended calendar of that exact name?"""
        return any(self._store.object(kind, name) is not None for kind in (STANDARD, EXTENDED))

    def calendar(self, name: str) -> Calendar | None:
        """The standard or extended calendar of that name; None if there is none."""
        from autosys_py.jil import calendars

        standard = self._store.object(STANDARD, name)
        if standard is not None:
            return calendars.standard_calendar(standard)
        extended = self._store.object(EXTENDED, name)
        return self.generated(extended) if extended is not None else None

    def generated(self, extended: "NamedObject") -> GeneratedCalendar:
        """An extended calendar, stored or not, with its holidays and cycle; one that is not there counts as empty."""
        from autosys_py.jil import calendars

        holcal = self._store.object(STANDARD, extended.value("holcal"))
        return GeneratedCalendar(
            calendars.extended_calendar(extended),
            frozenset(row.date() for row in calendars.rows_of(holcal)) if holcal is not None else frozenset(),
            self.cycle(extended.value("cyccal")),
        )

    def cycle(self, name: str) -> "Cycle | None":
        from autosys_py.jil import calendars

        stored = self._store.object(CYCLE, name)
        return calendars.cycle(stored) if stored is not None else None
