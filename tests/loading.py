"""JIL into a store without the command around it; whatever is refused fails the test."""

from zoneinfo import ZoneInfo

from autosys_py.cli.define import Definer, load
from autosys_py.cli.timetables import tell_of_calendar
from autosys_py.core.model import NamedObject
from autosys_py.event_server.protocol import EventServer
from autosys_py.jil.calendars import read_calendars


def load_jil(store: EventServer, text: str, now: int, zone: ZoneInfo) -> None:
    """Applies every stanza at `now`."""
    for answer in load(Definer(store, zone, "tester@host"), text, now):
        assert answer.accepted, "\n".join(f"line {fault.line}: {fault.text}" for fault in answer.faults)


def load_calendars(store: EventServer, text: str, now: int) -> None:
    """Stores every calendar and cycle at `now`, in place of one of its name."""
    for checked in read_calendars(text, "MM/DD/YYYY"):
        assert checked.accepted, checked.faults
        with store.transaction():
            store.put_object(NamedObject(checked.kind, checked.name, "", checked.attributes, "tester@host", now))
            tell_of_calendar(store, checked.kind, checked.name, now)
