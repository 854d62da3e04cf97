"""`autocal_asc -I` and `-E`: calendars from a file into the event store, and back (jil.md §6, cli.md §7.4)."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autosys_py.cli.calendar_book import CYCLE, EXTENDED, MISSING, NOUNS, STANDARD
from autosys_py.cli.changes import tell_of_change
from autosys_py.cli.jil import fault_lines
from autosys_py.cli.messages import complain, message, refusal
from autosys_py.cli.names import is_pattern, select
from autosys_py.cli.output import write_lines
from autosys_py.cli.timetables import Rescheduled, tell_of_calendar
from autosys_py.cli.zone import local_zone, scheduler_zone
from autosys_py.core.model import NamedObject
from autosys_py.core.times import TimeFormat
from autosys_py.jil.calendars import Checked, read_calendars, render

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.event_server.protocol import EventServer


def import_file(instance: "Instance", path: str, date_format: str, now: int, *, overwrite: bool) -> int:
    """Stores each record in a transaction of its own; one that is refused stops no other. Exit code 1 if one was."""
    text = Path(path).read_bytes().decode("utf-8", "surrogateescape")
    refused = 0
    rescheduled = rescheduled_by(instance, now)
    for checked in read_calendars(text, date_format):
        refused |= not take_in(instance, checked, now, rescheduled, overwrite=overwrite)
    return int(refused)


def rescheduled_by(instance: "Instance", now: int) -> Rescheduled:
    """Who says which jobs a change of calendars moves."""
    times = TimeFormat(local_zone(), instance.configuration.DateFormat)
    return Rescheduled(instance.store, scheduler_zone(instance.store), times, now)


def take_in(instance: "Instance", checked: Checked, now: int, rescheduled: Rescheduled, *, overwrite: bool) -> bool:
    """Stores one calendar or cycle, tells the scheduler, and says so; False if it is refused."""
    for fault in checked.faults:
        complain(*fault_lines(fault))
    if not checked.kind:
        return False
    complaints: list[str] = []
    if checked.accepted:
        store = instance.store
        with store.transaction():
            complaints = list(_objections(store, checked, overwrite=overwrite))
            if not complaints:
                _replace(store, checked, instance.user_host, now)
                affected = tell_of_calendar(store, checked.kind, checked.name, now)
                warning = _warning(store, checked)
        if not complaints:
            complain(*warning)
            write_lines(rescheduled.lines(affected))
            write_lines([message(50423, NOUNS[checked.kind], checked.name, severity="I")])
            return True
    complain(*complaints, message(50424, NOUNS[checked.kind], checked.name, severity="I"))
    return False


def delete_calendar(instance: "Instance", kind: str, name: str, now: int) -> bool:
    """Deletes a calendar or cycle and tells the scheduler; False if there is none of that name."""
    with instance.store.transaction():
        there = instance.store.object(kind, name)
        if there is None:
            return False
        tell_of_change(instance.store, kind, name, "", there.attributes, None, instance.user_host, now)
        instance.store.delete_object(kind, name)
        tell_of_calendar(instance.store, kind, name, now)
    return True


def _objections(store: "EventServer", checked: Checked, *, overwrite: bool) -> Iterator[str]:
    """Why the store says no: a taken name, or references that do not fit."""
    name = checked.name
    if not overwrite and any(store.object(kind, name) is not None for kind in _name_space(checked.kind)):
        yield message(10622 if checked.kind == CYCLE else 10601, name)
    if checked.kind != EXTENDED:
        return
    holcal, cyccal = checked.value("holcal"), checked.value("cyccal")
    if holcal == name:
        yield message(50417, name)
    elif holcal and store.object(EXTENDED, holcal) is not None:
        yield message(50415, holcal)
    if cyccal and store.object(CYCLE, cyccal) is None:
        yield message(50310, cyccal)
    user = next((other.name for other in store.objects(EXTENDED) if other.value("holcal") == name), None)
    if user is not None and user != name:
        yield message(50416, name, user)


def _name_space(kind: str) -> tuple[str, ...]:
    return (CYCLE,) if kind == CYCLE else (STANDARD, EXTENDED)


def _replace(store: "EventServer", checked: Checked, user_host: str, now: int) -> None:
    for kind in _name_space(checked.kind):
        there = store.object(kind, checked.name)
        before = None if there is None else there.attributes
        if kind == checked.kind:
            tell_of_change(store, kind, checked.name, "", before, checked.attributes, user_host, now)
        elif there is not None:
            tell_of_change(store, kind, checked.name, "", before, None, user_host, now)
            store.delete_object(kind, checked.name)
    store.put_object(NamedObject(checked.kind, checked.name, "", checked.attributes, user_host, now))


def _warning(store: "EventServer", checked: Checked) -> list[str]:
    holcal = checked.value("holcal") if checked.kind == EXTENDED else ""
    if holcal and store.object(STANDARD, holcal) is None:
        return [message(50413, holcal, severity="W")]
    return []


def export_file(instance: "Instance", path: str, kind: str, name: str, date_format: str) -> int:
    """Writes what a name or pattern means, records parted by an empty line. The file appears whole or not at all."""
    found = select(name, instance.store.objects(kind), lambda thing: thing.name)
    if not found and not is_pattern(name):
        raise refusal(MISSING[kind], name)
    records = ("".join(f"{line}\n" for line in render(thing, date_format)) for thing in found)
    data = "\n".join(records).encode("utf-8", "surrogateescape")
    Path(path).write_bytes(data)
    return 0
