"""autotrack: who did what (cli.md §7.6, docs/autotrack.md)."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import Refused, message
from autosys_py.cli.names import matcher
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event

if TYPE_CHECKING:
    from autosys_py.cli.trail import Tracked

LEVEL = "autotrack_level"
"""The setting that holds how much is shown."""
DEFAULT = "2"
TYPES = frozenset("ABCJMNOST")


def main() -> NoReturn:
    leave(run(COMMAND))


def autotrack(given: Given) -> int:
    """Shows or sets the level, or shows the trail as far as the level allows."""
    kinds = frozenset(given.get("t", "").upper())
    if "t" in given and not (kinds and kinds <= TYPES):
        raise wrong_usage()
    if "u" in given and given["u"] not in ("0", "1", "2"):
        raise wrong_usage()
    if given.any("ul") and given.any(("v", "F", "T", "U", "m", "J", "B", "I", "R", "t")):
        raise wrong_usage()
    if "--format" in given and "u" in given:
        raise wrong_usage()
    check_format(given)
    with open_instance() as instance:
        if "u" in given:
            _set(instance, given["u"])
        level = instance.store.setting(LEVEL) or DEFAULT
        if "l" in given:
            _write_level(given, level)
        elif "u" not in given and (level != "0" or "--format" in given):
            _write(instance, given, kinds, level)
    return 0


def _write_level(given: Given, level: str) -> None:
    if "--format" in given:
        write_data(given["--format"], ("level",), [(int(level),)])
    else:
        write_lines([message(99062, level, severity="I")])


def _set(instance: Instance, level: str) -> None:
    """The level, and the event that says who set it."""
    now = clock.now()
    event = Event(EventCode.TRACK_LEVEL, now, value=level, sent_by=instance.user_host, sent=now)
    with instance.store.transaction():
        instance.store.put_setting(LEVEL, level)
        instance.store.add_event(event)


def _write(instance: Instance, given: Given, kinds: frozenset[str], level: str) -> None:
    from autosys_py.cli.trail import Trail
    from autosys_py.report import tracking

    since, until = _range(given, instance)
    trail = Trail(instance, in_full="v" in given and level == "2")
    wanted = [_by_who(given), *([_by_kind(kinds)] if kinds else []), *_by_object(given, instance)]
    found = [
        each
        for each in (trail.entries() if level != "0" else ())
        if since <= each.entry.time <= until and all(is_wanted(each) for is_wanted in wanted)
    ]
    found.sort(key=lambda each: each.entry.time)
    entries = (each.entry for each in found)
    if "--format" in given:
        rows = (tracking.data(each.entry, each.letter, trail.times, in_full=level == "2") for each in found)
        write_data(given["--format"], tracking.KEYS, rows)
    elif level == "1":
        write_lines(tracking.short(entry, trail.times) for entry in entries)
    else:
        write_lines(tracking.records(entries, trail.times))


def _by_who(given: Given) -> "Callable[[Tracked], bool]":
    user, host = matcher(given.get("U", "ALL")), matcher(given.get("m", "ALL"))

    def is_wanted(each: "Tracked") -> bool:
        name, _, machine = each.entry.who.partition("@")
        return user(name) and host(machine)

    return is_wanted


def _by_kind(kinds: frozenset[str]) -> "Callable[[Tracked], bool]":
    return lambda each: each.letter in kinds


def _by_object(given: Given, instance: Instance) -> "Iterator[Callable[[Tracked], bool]]":
    """What was acted on: a job by name, group or application, or a resource."""
    if "J" in given:
        named = matcher(given["J"])
        yield lambda each: bool(each.joid) and (named(each.entry.subject.rpartition(" ")[2]) or each.joid in joids)
        joids = {head.joid for head in instance.store.heads() if named(head.name)}
    for letter, field in (("B", "group"), ("I", "application")):
        if letter in given:
            matches = matcher(given[letter])
            of_it = {head.joid for head in instance.store.heads() if matches(getattr(head, field))}
            yield _among(of_it)
    if "R" in given:
        resource = matcher(given["R"])
        yield lambda each: each.letter == "R" and resource(each.entry.subject)


def _among(joids: set[int]) -> "Callable[[Tracked], bool]":
    return lambda each: each.joid in joids


def _range(given: Given, instance: Instance) -> tuple[int, int]:
    """First and last moment. Raises Refused for what is no date."""
    from autosys_py.cli.dates import read_moment
    from autosys_py.cli.zone import local_zone

    date_format, zone = instance.configuration.DateFormat, local_zone()
    moments = {"F": 0, "T": 2**62}
    for letter in moments:
        if letter in given:
            moment = read_moment(given[letter], date_format, zone, end_of_day=letter == "T")
            if moment is None:
                raise Refused(message(40018, given[letter]), message(40022, date_format, "HH:MM"), exit_code=2)
            moments[letter] = moment + 59 if letter == "T" and not moment % 60 else moment
    return moments["F"], moments["T"]


COMMAND = Command(
    name="autotrack",
    title="Tracking",
    synopsis=(
        "[-v] [-F from] [-T to] [-U user] [-m machine] [-t types]\n"
        "[-J job_name] [-B group_name] [-I application_name] [-R resource] [--format json | csv]\n"
        "-u 0 | 1 | 2\n-l"
    ),
    options=(
        Option("u", "level", "sets what is shown: 0 nothing, 1 a line each, 2 records"),
        Option("l", text="shows the level"),
        Option("v", text="with definitions, * before what changed; needs level 2"),
        Option("F", "from", "date and time of the first entry"),
        Option("T", "to", "of the last entry"),
        Option("U", "user", "what this user did; wildcards % * _ ?"),
        Option("m", "machine", "what was done on this machine; wildcards"),
        Option("J", "job_name", "what was done to these jobs; wildcards"),
        Option("B", "group_name", "to the jobs of a group; wildcards"),
        Option("I", "application_name", "to the jobs of an application; wildcards"),
        Option("R", "resource", "to these resources; wildcards"),
        Option("t", "types", "letters of note 1, one or more"),
        FORMAT,
    ),
    notes=(
        "Types: B monitor, C calendar, J job, M machine, N connection profile, O override, S sendevent, T autotrack",
        "Everything is always audited; the level only says what is shown.",
    ),
    act=autotrack,
    usage_gap=False,
)
