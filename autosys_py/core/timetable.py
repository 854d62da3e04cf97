"""What the schedules of an instance are read with: the scheduler's zone, the names of zones, the calendars.

A job's times are in its own time zone if it names one, else in the scheduler's (rule D-09); its days may come from a
calendar, and another calendar may forbid some (D-02, D-08). `schedule` does the arithmetic; this brings together what
it needs for a job. The shell hands over a new timetable when a calendar or an entry of `autotimezone` has changed.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from autosys_py.core.calendars import Calendar, Calendars, NoCalendars
from autosys_py.core.model import Job
from autosys_py.core.schedule import Place, Slot, is_day, next_start, place, slots
from autosys_py.core.timezones import TimeZones


class Timetable:
    """Answers what a definition means in time. Nothing in it ever changes."""

    def __init__(self, zone: ZoneInfo, calendars: Calendars | None = None, zones: TimeZones | None = None) -> None:
        self.zone = zone
        """The scheduler's."""
        self._calendars = calendars or NoCalendars()
        self._names = zones or TimeZones({})
        self._zones: dict[str, ZoneInfo | None] = {"": zone}

    def zone_of(self, job: Job) -> ZoneInfo:
        """The zone of a job's times. A name that means nothing any more means the scheduler's zone."""
        return self.zone_named(job.timezone) or self.zone

    def zone_named(self, name: str) -> ZoneInfo | None:
        """What a name of a zone means; the empty one the scheduler's."""
        if name not in self._zones:
            self._zones[name] = self._names.zone(name)
        return self._zones[name]

    def is_system_zone(self, name: str) -> bool:
        """Is it a zone of the system, which no entry can change?"""
        return self._names.system_name(name) is not None

    def next_start(self, job: Job, after: int) -> int | None:
        """The first scheduled start strictly after the minute of `after` (rule D-04); None if there is none."""
        if job.schedule is None:
            return None
        return next_start(job.schedule, after, self.zone_of(job), self._run_calendar(job))

    def slots(self, job: Job, after: int) -> Iterator[Slot]:
        """The scheduled starts after the minute of `after` that no exclude_calendar forbids, in order."""
        if job.schedule is not None:
            excluded = self._excluded(job)
            for slot in slots(job.schedule, after, self.zone_of(job), self._run_calendar(job)):
                if excluded is None or slot.day not in excluded:
                    yield slot

    def is_excluded(self, job: Job, moment: int) -> bool:
        """Does the job's exclude_calendar list the day of `moment`, in the job's zone? (rule D-08)"""
        excluded = self._excluded(job)
        return excluded is not None and datetime.fromtimestamp(moment, self.zone_of(job)).date() in excluded

    def is_day(self, job: Job, moment: int) -> bool:
        """Is the day of `moment` one of the schedule's? A job without schedule runs on any."""
        return job.schedule is None or is_day(job.schedule, moment, self.zone_of(job), self._run_calendar(job))

    def place(self, job: Job, moment: int) -> Place:
        """Where `moment` lies in or outside the job's run window, which it must have (rules D-05 to D-07)."""
        assert job.run_window is not None
        return place(job.run_window, moment, self.zone_of(job))

    def _run_calendar(self, job: Job) -> Calendar | None:
        name = job.schedule.run_calendar if job.schedule is not None else ""
        return self._calendars.calendar(name) if name else None

    def _excluded(self, job: Job) -> Calendar | None:
        return self._calendars.calendar(job.exclude_calendar) if job.exclude_calendar else None
