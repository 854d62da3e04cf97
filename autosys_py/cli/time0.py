"""time0: the internal time, seconds since 1970, and what it is outside (cli.md §7.6, docs/time0.md)."""

from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import open_instance
from autosys_py.cli.messages import Refused, message, misuse
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.cli.zone import local_zone
from autosys_py.core.condition import as_integer
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

KEYS = ("autotime", "time")
FIRST, LAST = -62135510400, 253402214400
"""A day after the beginning of the year 1 and before that of 10000: what every zone can show."""


def main() -> NoReturn:
    leave(run(COMMAND))


def convert(given: Given) -> int:
    """Prints the moment that is meant. Exit code 0; everything else is raised."""
    if "A" in given and "T" in given:
        raise wrong_usage()
    if "--format" in given and given.any("OS"):
        raise wrong_usage()
    check_format(given)
    with open_instance() as instance:
        zone, date_format = local_zone(), instance.configuration.DateFormat
    if "--format" in given:
        moment = _moment(given, zone, date_format)
        write_data(given["--format"], KEYS, [(moment, datetime.fromtimestamp(moment, zone).isoformat())])
    else:
        write_lines(_lines(given, zone, date_format))
    return 0


def _lines(given: Given, zone: "ZoneInfo", date_format: str) -> "Iterator[str]":
    moment = _moment(given, zone, date_format)
    local = datetime.fromtimestamp(moment, zone)
    if "O" in given:
        yield local.strftime(visible(given["O"]))
    elif "A" in given:
        yield message(50097, TimeFormat(zone, date_format)(moment), severity="I")
    elif "T" in given:
        yield message(50099, moment, severity="I")
    else:
        yield ""
        yield message(50096, moment, severity="I")
    if "S" in given:
        yield ""
        yield from (f"  {name} = {value}" for name, value in _parts(local))


def _moment(given: Given, zone: "ZoneInfo", date_format: str) -> int:
    """UTC seconds. Raises Refused for what is no number of seconds or no date."""
    if "A" in given:
        return _seconds(given["A"])
    if "T" in given:
        from autosys_py.cli.dates import read_moment

        found = read_moment(given["T"], date_format, zone)
        if found is None:
            lines = message(40018, given["T"]), message(40022, date_format, "HH:MM")
            raise Refused(*lines, exit_code=2)
        return found
    return clock.now()


def _seconds(text: str) -> int:
    """A number that is a moment between the years 1 and 9999 in every zone."""
    moment = as_integer(text)
    if moment is None or not FIRST <= moment <= LAST:
        raise misuse(99054, text)
    return moment


def _parts(local: datetime) -> "list[tuple[str, int]]":
    """The fields of C's `struct tm`, in its order; the year in full."""
    parts = local.timetuple()
    names = ("tm_sec", "tm_min", "tm_hour", "tm_mday", "tm_mon", "tm_year", "tm_wday", "tm_yday", "tm_isdst")
    month, weekday, day = parts.tm_mon - 1, (parts.tm_wday + 1) % 7, parts.tm_yday - 1
    values = (parts.tm_sec, parts.tm_min, parts.tm_hour, parts.tm_mday, month, parts.tm_year, weekday, day)
    return list(zip(names, (*values, parts.tm_isdst), strict=True))


COMMAND = Command(
    name="time0",
    title="Time",
    synopsis='[-A seconds | -T "date time"] [-O format] [-S] [--format json | csv]',
    options=(
        Option("A", "seconds", "an internal time, shown as date and time", numeric=True),
        Option("T", "date", "a date and time, shown as internal time"),
        Option("O", "format", "shown in this format instead, as of strftime"),
        Option("S", text="its parts as well: seconds, minutes and so on"),
        FORMAT,
    ),
    notes=("Without -A and -T it is the present moment.",),
    act=convert,
)
