"""forecast: what will start, when and how long (cli.md §7.5, docs/forecast.md).

The vendor's command approximates: it knows no globals, overrides, zones or daylight saving and takes AND for OR. Ours
plays a copy of the event store from now on, with the engine that runs production.
"""

import gc
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import refusal
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.run import leave, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from autosys_py.report.forecast import ForecastRow
    from autosys_py.sim.forecast import PlannedRun

YEAR = 366 * 86400
FARTHEST = 5 * YEAR
"""Seconds from now: every start on the way has to be played."""


def main() -> NoReturn:
    gc.disable()  # nothing here is cyclic
    leave(run(COMMAND))


def forecast(given: Given) -> int:
    """Prints the starts of the range. Exit code 0, with nothing printed if there are none."""
    if "F" not in given:
        raise wrong_usage()
    check_format(given)
    from autosys_py.cli.zone import local_zone

    with open_instance() as instance:
        zone = local_zone()
        since, until = _range(given, instance.configuration.DateFormat, zone)
        now = clock.now()
        if until > now + FARTHEST:
            raise refusal(99083, FARTHEST // YEAR)
        rows = []
        if until >= max(since, now):  # else it is empty, or past: what was, autorep tells
            rows = _rows(instance, since, until, now, _wanted(given, _midnight(since, zone)))
        _print(rows, given, instance, zone, now)
    return 0


def _range(given: Given, date_format: str, zone: "ZoneInfo") -> tuple[int, int]:
    """First and last moment. Raises Refused for what is no date."""
    typed = given["F"]
    since, until = _moment(typed, date_format, zone), None
    if since is None:
        for position in (place for place, character in enumerate(typed) if character == "-"):
            since = _moment(typed[:position], date_format, zone)
            until = _moment(typed[position + 1 :], date_format, zone, end_of_day=True)
            if since is not None and until is not None:
                break
        else:
            raise _no_moment(typed, date_format)
        if "T" in given:
            raise wrong_usage()
    if "T" in given:
        until = _moment(given["T"], date_format, zone, end_of_day=True)
        if until is None:
            raise _no_moment(given["T"], date_format)
    if until is None:
        day = datetime.fromtimestamp(since, zone)
        until = int(day.replace(hour=23, minute=59, second=0, fold=0).timestamp())
    return since, until if until % 60 else until + 59  # 23:59 means the whole of that minute


def _moment(text: str, date_format: str, zone: "ZoneInfo", *, end_of_day: bool = False) -> int | None:
    from autosys_py.cli.dates import read_moment

    return read_moment(text, date_format, zone, end_of_day=end_of_day)


def _no_moment(text: str, date_format: str) -> Exception:
    from autosys_py.cli.messages import Refused, message

    return Refused(message(40018, text), message(40022, date_format, "HH:MM"), exit_code=2)


def _midnight(moment: int, zone: "ZoneInfo") -> int:
    day = datetime.fromtimestamp(moment, zone)
    return int(day.replace(hour=0, minute=0, second=0, fold=0).timestamp())


def _wanted(given: Given, midnight: int) -> "Callable[[PlannedRun], bool]":
    """What -J, -M and -l let through. A value with `_` alone is here a pattern too: it matches its own name."""
    from autosys_py.cli.names import is_pattern, matcher

    def accepts(letter: str) -> "Callable[[str], bool]":
        value = given.get(letter, "ALL")
        if not is_pattern(value) and "_" not in value:
            return lambda name: name == value
        return matcher(value)

    job, machine, follows = accepts("J"), accepts("M"), "l" in given
    has_machine = "M" in given
    return lambda run: (
        job(run.job)
        and (not has_machine or (run.machine != "" and machine(run.machine)))
        and (follows or run.origin >= midnight)
    )


def _rows(
    instance: Instance, since: int, until: int, now: int, wanted: "Callable[[PlannedRun], bool]"
) -> "list[ForecastRow]":
    """Plays the copy."""
    from autosys_py.cli.averages import average_of
    from autosys_py.cli.nodes import local_nodes
    from autosys_py.cli.simulate import copy_of
    from autosys_py.cli.timetables import timetable_of
    from autosys_py.cli.zone import scheduler_zone
    from autosys_py.report.forecast import ForecastRow
    from autosys_py.sim.forecast import planned_runs, usual_success
    from autosys_py.sim.script import Script
    from autosys_py.sim.simulation import Settings, Simulation

    zone = scheduler_zone(instance.store)
    usual = usual_success(lambda name: average_of(instance.store, name))
    settings = Settings(now, zone, timetable_of, instance.configuration, False, local_nodes(), usual)
    simulation = Simulation(copy_of(instance, settings).store, settings, Script(), lambda line, moment: None)
    return [
        ForecastRow(run.box, run.job, run.machine, run.start, run.end)
        for run in planned_runs(simulation, since, until, wanted)
    ]


def _print(rows: "list[ForecastRow]", given: Given, instance: Instance, zone: "ZoneInfo", now: int) -> None:
    from autosys_py.cli.output import write_lines
    from autosys_py.core.times import TimeFormat
    from autosys_py.report.forecast import KEYS, Forecast

    report = Forecast(
        TimeFormat(zone, instance.configuration.DateFormat), narrow="n" in given, headings="h" not in given
    )
    days = {day: number for number, day in enumerate(dict.fromkeys(report.day(row.start) for row in rows))}
    if "s" in given:
        rows = sorted(rows, key=lambda row: (days[report.day(row.start)], row.job, row.start))
    if "--format" in given:
        write_data(given["--format"], KEYS, map(report.data, rows))
    elif rows:
        write_lines(report.lines(rows, now))


COMMAND = Command(
    name="forecast",
    title="Forecast",
    synopsis="-F from [-T to] [-J job_name] [-M machine]\n[-h] [-l] [-n] [-s] [--format json | csv]",
    options=(
        Option("F", "from", 'date and time of the first start, or a range "from-to"'),
        Option("T", "to", "of the last start; without it 23:59 of the day of -F"),
        Option("J", "job_name", "only these jobs; wildcards % * _ ?"),
        Option("M", "machine", "only starts on these machines; wildcards"),
        Option("h", text="without headings"),
        Option("l", text="also what follows from jobs and boxes that start before the day of -F"),
        Option("n", text="narrow: names cut to 28 characters"),
        Option("s", text="sorted by job and start"),
        FORMAT,
    ),
    act=forecast,
    notes=(
        "A copy of the event store is played from now on; jobs take as long as their successful runs on average.",
        "Only what is still to come is shown: a range in the past is empty.",
    ),
)
