"""What the schedules of a store are read with: its calendars and time zone entries, as they are now."""

from functools import cached_property
from typing import TYPE_CHECKING

from autosys_py.cli.calendar_book import CYCLE, EXTENDED, STANDARD, CalendarBook
from autosys_py.cli.messages import message
from autosys_py.core.calendars import RememberedCalendars
from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event, Job
from autosys_py.core.timetable import Timetable
from autosys_py.core.timezones import TimeZones

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from autosys_py.core.times import TimeFormat
    from autosys_py.event_server.protocol import EventServer

ZONE_ENTRY = "timezone"
"""The kind of the stored objects that `autotimezone` keeps; attributes `type` and `zone`."""


def zones_of(store: "EventServer") -> TimeZones:
    """What names of zones mean in this instance."""
    return TimeZones({entry.name: entry.value("zone") for entry in store.objects(ZONE_ENTRY)})


def timetable_of(store: "EventServer", zone: "ZoneInfo") -> Timetable:
    """The timetable of an instance whose scheduler lives in `zone`."""
    return Timetable(zone, RememberedCalendars(CalendarBook(store)), zones_of(store))


def tell_of_calendar(store: "EventServer", kind: str, name: str, now: int) -> list[str]:
    """Inside a transaction: tells the scheduler which calendars have other dates now; returns their names.

    A standard calendar may be the holidays of extended ones, a cycle be counted in by some.
    """
    reference = "cyccal" if kind == CYCLE else "holcal"
    users = [each.name for each in store.objects(EXTENDED) if each.value(reference) == name]
    affected = [*([name] if kind in (STANDARD, EXTENDED) else []), *users]
    for calendar in affected:
        event = Event(EventCode.CALENDAR_CHANGED, now, priority=0, name=calendar, sent=now)
        store.add_event(event)
    return affected


class Rescheduled:
    """Says which jobs have another start because a calendar changed, as `jil` says it of a definition."""

    def __init__(self, store: "EventServer", zone: "ZoneInfo", times: "TimeFormat", now: int) -> None:
        self._store = store
        self._zone = zone
        self._times = times
        self._now = now

    def lines(self, calendars: list[str]) -> list[str]:
        """A line for each job that has its days from one of them and will start again."""
        timetable = timetable_of(self._store, self._zone)
        jobs = [job for calendar in calendars for job in self._users.get(calendar, [])]
        starts = ((job, timetable.next_start(job, self._now)) for job in sorted(jobs, key=lambda job: job.joid))
        return [message(10122, job.name, self._times(due), severity="I") for job, due in starts if due is not None]

    @cached_property
    def _users(self) -> dict[str, list[Job]]:
        """From a run_calendar to its jobs."""
        found: dict[str, list[Job]] = {}
        for definition in self._store.definitions():
            schedule = definition.job.schedule
            if schedule is not None and schedule.run_calendar:
                found.setdefault(schedule.run_calendar, []).append(definition.job)
        return found


def tell_of_zones(store: "EventServer", user_host: str, now: int, scheduler_zone: str = "") -> None:
    """Inside a transaction: tells the scheduler that names of zones mean something else, or in which zone it is now."""
    event = Event(EventCode.TIMEZONE_CHANGED, now, priority=0, name=scheduler_zone, sent=now, sent_by=user_host)
    store.add_event(event)
