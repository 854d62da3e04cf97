"""job_depends: what jobs wait for, who waits for them, what starts by date (cli.md §6, docs/job_depends.md)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import Refused, message, misuse
from autosys_py.cli.options import Command, Given, Option, is_number, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from autosys_py.cli.selection import Selection
    from autosys_py.cli.start_report import Range
    from autosys_py.core.times import TimeFormat
    from autosys_py.report.dependencies import TreeRow

MODES = "cdrt"
LAST = 253339228800
"""The beginning of 9998: schedules look a few days and two years further, and a calendar ends with 9999."""


def main() -> NoReturn:
    leave(run(COMMAND))


def depends(given: Given) -> int:
    """One report. Exit code 0; everything else is raised."""
    _check(given)
    with open_instance() as instance:
        mode = next(letter for letter in MODES if letter in given)
        {"c": _conditions, "d": _tree, "r": _resources, "t": _starts}[mode](instance, given)
    return 0


def _check(given: Given) -> None:
    """Exactly one mode, and jobs. Raises Refused."""
    modes = sum(letter in given for letter in MODES)
    if modes == 0:
        kinds = (
            "c Current Condition Status",
            "d Dependencies Only (from Job Definition)",
            "t Time Dependencies (Forecasts)",
        )
        code, _, _ = message(50074).partition(" ")
        raise Refused(message(50074), *(f"{code}\t{kind}" for kind in kinds), "", exit_code=2)
    if modes > 1:
        raise misuse(40017, *(f"-{letter}" for letter in MODES))
    if not given.any("JBI"):
        raise misuse(50073)
    if "J" in given and given.any("BI"):
        raise wrong_usage()
    if "t" in given and "F" not in given:
        raise misuse(50075)
    check_format(given)


def _conditions(instance: Instance, given: Given) -> None:
    from autosys_py.cli.condition_report import condition_rows
    from autosys_py.report import dependencies

    rows = condition_rows(instance.store, given, clock.now())
    if "--format" in given:
        write_data(given["--format"], dependencies.CONDITION_KEYS, map(dependencies.condition_data, rows))
    else:
        write_lines(dependencies.condition_lines(rows, wide="w" in given))


def _resources(instance: Instance, given: Given) -> None:
    from itertools import chain

    from autosys_py.cli.condition_report import chosen
    from autosys_py.cli.demand_report import demand_rows
    from autosys_py.report.dependencies import DemandRow, demand_lines, no_demand_lines

    jobs = demand_rows(instance.store, given)
    if "--format" in given:
        write_data(given["--format"], DemandRow._fields, chain.from_iterable(jobs))
        return
    first = next(jobs, None)
    if first is not None:
        write_lines(demand_lines(chain([first], jobs), wide="w" in given))
    elif any(chosen(instance.store, given)):
        asked = given.get("J") or given.get("B") or given.get("I", "")
        write_lines(no_demand_lines(message(10490, asked, severity="I")))


def _tree(instance: Instance, given: Given) -> None:
    from autosys_py.cli.start_report import condition_tree
    from autosys_py.report.dependencies import CONDITION_TREE_KEYS

    _write_tree(given, condition_tree(instance.store, _selection(instance, given)), CONDITION_TREE_KEYS, None)


def _starts(instance: Instance, given: Given) -> None:
    from autosys_py.cli.start_report import start_tree
    from autosys_py.cli.timetables import timetable_of
    from autosys_py.cli.zone import local_zone, scheduler_zone
    from autosys_py.core.times import TimeFormat
    from autosys_py.report.dependencies import START_TREE_KEYS

    zone, date_format = local_zone(), instance.configuration.DateFormat
    asked = _range(given, date_format, zone)
    selection = _selection(instance, given)
    timetable = timetable_of(instance.store, scheduler_zone(instance.store))
    rows = start_tree(instance.store, selection, timetable, asked)
    _write_tree(given, rows, START_TREE_KEYS, TimeFormat(zone, date_format))


def _write_tree(given: Given, rows: "Iterable[TreeRow]", keys: tuple[str, ...], times: "TimeFormat | None") -> None:
    """`times` None = the column is that of -d."""
    from autosys_py.report import dependencies

    if "--format" in given:
        write_data(given["--format"], keys, dependencies.tree_data(rows, times))
    else:
        write_lines(dependencies.tree_lines(rows, times, wide="w" in given))


def _selection(instance: Instance, given: Given) -> "Selection":
    from autosys_py.cli.selection import select_grouped, select_jobs

    levels = given.get("L")
    depth = int(levels) if levels else None
    if "J" in given:
        return select_jobs(instance.store, given["J"], depth, missing=50081)
    return select_grouped(instance.store, given.get("B"), given.get("I"), depth)


def _range(given: Given, date_format: str, zone: "ZoneInfo") -> "Range":
    """First and last moment. Raises Refused for what is no date, and for an end before the beginning."""
    from datetime import datetime

    from autosys_py.cli.start_report import Range

    since = _moment(given["F"], "FROM", date_format, zone)
    if "T" in given:
        until = _moment(given["T"], "TO", date_format, zone)
    else:
        day = datetime.fromtimestamp(since, zone)
        until = int(day.replace(hour=23, minute=59, second=0, fold=0).timestamp())
    if until < since:
        raise misuse(50080)
    last = until if until % 60 else until + 59  # 23:59 means the whole of that minute
    return Range(since, last, every="e" in given, by_start="s" in given)


def _moment(text: str, name: str, date_format: str, zone: "ZoneInfo") -> int:
    from autosys_py.cli.dates import read_moment

    moment = read_moment(text, date_format, zone, end_of_day=name == "TO")
    if moment is None or not 0 <= moment <= LAST:
        raise misuse(50078, name, date_format)
    return moment


COMMAND = Command(
    name="job_depends",
    title="Job Depends",
    synopsis=(
        "-c | -d | -r -J job_name [-L levels] [-w]\n"
        '-t -J job_name -F "from" [-T "to"] [-e] [-s] [-L levels] [-w]\n'
        "[-B group_name] [-I application_name] in place of -J\n"
        "[--format json | csv]"
    ),
    options=(
        Option("c", text="current conditions: status, truth of each atom, dependents"),
        Option("d", text="dependencies: starting conditions by definition, members below their box"),
        Option("r", text="resources that the job asks for, and whether they are free"),
        Option("t", text="what starts by date from -F to -T, boxes with their contents"),
        Option("J", "job_name", "jobs; ALL, wildcards % * _ ?"),
        Option("B", "group_name", 'jobs of a group; ALL, wildcards, "" for none'),
        Option("I", "application_name", 'jobs of an application; ALL, wildcards, "" for none'),
        Option("L", "levels", "with -d and -t: levels of boxes, 0 = the box alone", accepts=is_number),
        Option("F", "from", "with -t: date and time of the first start"),
        Option("T", "to", "with -t: of the last start; without it 23:59 of the day of -F"),
        Option("e", text="with -t: every start, not the first of each job alone"),
        Option("s", text="with -t: by next start"),
        Option("w", text="wide: the first column 33 wider"),
        FORMAT,
    ),
    notes=("A pattern that matches nothing prints nothing; a name that does not exist is an error.",),
    act=depends,
    error_gap=True,
)
