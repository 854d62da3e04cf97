"""chk_auto_up: is everything up? The exit code is the answer (cli.md §7.3, docs/chk_auto_up.md).

It looks and changes nothing: an event store that is not there is not made, an old one not migrated.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.data import FORMAT, NAMES, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import Refused, complain, message
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import discard_output, leave, run

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer
    from autosys_py.report.data import Row

KEYS = ("component", "place", "up", "reason")
RULE = ("_" * 78, "")
SETUP_FAILED = 99
"""Exit code of a wrong environment, wrong arguments, a wrong configuration."""
MASKS = ("1", "10", "11", "100", "101", "110", "111")
USUAL = "11"
APPLICATION_SERVER, SCHEDULER, EVENT_SERVER = 100, 10, 1
PRIMARY, SILENT = 1, 8
"""Scheduler digits: the primary is up; it does not respond. 0 = there is none."""


class Scheduler(NamedTuple):
    """What the lease says."""

    digit: int
    host: str = ""
    silence: int = 0
    """Seconds since its last renewal."""


class Finding(NamedTuple):
    place: str
    """The store's URL without its password."""
    scheduler: Scheduler
    fault: str = ""
    """Why the store cannot be used; empty = it can."""

    def digit(self, weight: int) -> int:
        """What the exit code counts of the part of this weight."""
        if weight == SCHEDULER:
            return self.scheduler.digit
        return 0 if self.fault else 1


def main() -> NoReturn:
    leave(run(COMMAND))


def check(given: Given) -> int:
    """Returns the answer; 99 where nothing could be asked. What becomes of the output does not change it."""
    mask = given.get("r", USUAL)
    if mask not in MASKS or ("Q" in given and "--format" in given):
        raise wrong_usage()
    if given.get("--format") not in (None, *NAMES):
        raise wrong_usage(99012, given["--format"])
    asked = [int(place) for place, digit in zip(("100", "10", "1"), mask.zfill(3), strict=True) if digit == "1"]
    shown = asked if "r" in given else [APPLICATION_SERVER, SCHEDULER, EVENT_SERVER]
    try:
        with open_instance() as instance:
            finding = _look(instance)
    except (Refused, OSError) as error:
        if "Q" not in given:
            complain(*(error.lines if isinstance(error, Refused) else [message(99000, error)]))
        return SETUP_FAILED
    if "--format" in given:
        _tell(lambda: write_data(given["--format"], KEYS, _rows(finding, shown)))
    elif "Q" not in given:
        _tell(lambda: _write(_lines(finding, shown)))
    return sum(weight * finding.digit(weight) for weight in asked)


def _look(instance: Instance) -> Finding:
    from autosys_py.event_server.errors import StoreError

    place = place_of(instance.url)
    try:
        store = _open(instance)
        try:
            return Finding(place, _scheduler(store))
        finally:
            store.close()
    except StoreError as error:
        return Finding(place, Scheduler(0), str(error))


def _open(instance: Instance) -> "EventServer":
    from autosys_py.event_server.open import open_present

    return open_present(instance.url)


def _scheduler(store: "EventServer") -> Scheduler:
    """A process of this host is known to be there or not; of another host only the age of its lease is known."""
    from autosys_py.scheduler.lease import LEASE_VALID, host_of, is_dead

    lease = store.lease()
    if lease is None or is_dead(lease[0]):
        return Scheduler(0)
    holder, renewed = lease
    silence = clock.now() - renewed
    return Scheduler(PRIMARY if silence <= LEASE_VALID else SILENT, host_of(holder), silence)


def place_of(url: str) -> str:
    """The store's URL without its password."""
    scheme, slashes, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    return f"{scheme}{slashes}{user.partition(':')[0]}{at}{host}{slash}{path}"


# What is said


def _tell(write: Callable[[], None]) -> None:
    """Writes. The answer matters more than who hears it."""
    try:
        write()
        sys.stdout.flush()
    except OSError as error:
        discard_output()
        if not isinstance(error, BrokenPipeError):
            complain(message(99004, error.strerror))


def _write(lines: Iterable[str]) -> None:
    """Prints lines, errors to where errors go."""
    for line in lines:
        if line.startswith("CAUAJM_E"):
            complain(line)
        else:
            write_lines([line])


def _rows(finding: Finding, shown: list[int]) -> "Iterator[Row]":
    """In the order of `KEYS`."""
    host = os.uname().nodename
    scheduler = finding.scheduler
    wrong = finding.fault or None
    if EVENT_SERVER in shown:
        yield "Event Server", finding.place, not wrong, wrong
    if APPLICATION_SERVER in shown:
        yield "Application Server", host, not wrong, wrong
    if SCHEDULER in shown:
        said = None
        if scheduler.digit != PRIMARY:
            code, arguments = (99053, (scheduler.host or host, scheduler.silence)) if scheduler.digit else (99052, ())
            said = message(code, *arguments).partition(" ")[2]
        yield "Primary Scheduler", scheduler.host or host, scheduler.digit == PRIMARY, said


def _lines(finding: Finding, shown: list[int]) -> Iterator[str]:
    host = os.uname().nodename
    if EVENT_SERVER in shown:
        yield from _event_server_lines(finding)
    if APPLICATION_SERVER in shown:
        yield from (*RULE, message(50038, "Application Server", host, severity="I"))
        yield message(50242, host) if finding.fault else message(50243, host, severity="I")
    if SCHEDULER in shown:
        yield from (*RULE, *_scheduler_lines(finding.scheduler, finding.scheduler.host or host))
    if APPLICATION_SERVER in shown or SCHEDULER in shown:
        yield from RULE


def _event_server_lines(finding: Finding) -> Iterator[str]:
    place = finding.place
    yield from (*RULE, message(50054, place, severity="I"))
    if finding.fault:
        yield from (message(50056, place, 1), message(50035, place), message(99000, finding.fault), *RULE)
    else:
        yield message(50055, place, severity="I")
        yield from (*RULE, message(50128, place, severity="I"), "", *RULE)


def _scheduler_lines(scheduler: Scheduler, host: str) -> Iterator[str]:
    yield message(50038, "Primary Scheduler", host, severity="I")
    if scheduler.digit == PRIMARY:
        yield message(50044, host, severity="I")
    elif scheduler.digit == SILENT:
        yield message(99053, host, scheduler.silence)
    else:
        yield message(99052)


COMMAND = Command(
    name="chk_auto_up",
    title="Check Status",
    synopsis="[-Q] [-r 1 | 10 | 11 | 100 | 101 | 110 | 111]\n[--format json | csv]",
    options=(
        Option("Q", text="prints nothing: the exit code alone"),
        Option("r", "mask", "what is asked for: 100 application server, 10 scheduler, 1 event server; default 11"),
        FORMAT,
    ),
    notes=(
        "Exit code: 100 application server up, 10 scheduler up, 80 scheduler not responding, 1 event server up, added.",
        "Healthy is 11, with -r 111 it is 111; 0 is nothing up, 99 a wrong environment or command line.",
    ),
    act=check,
    usage_exit=SETUP_FAILED,
)
