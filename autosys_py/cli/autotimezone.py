"""autotimezone: names for time zones (cli.md §7.6, rule D-09, docs/autotimezone.md)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.changes import tell_of_change
from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import complain, message, refusal
from autosys_py.cli.names import is_pattern, select
from autosys_py.cli.options import Command, Given, Option, WrongUsage, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.cli.timetables import ZONE_ENTRY, tell_of_zones, zones_of
from autosys_py.core.model import NamedObject
from autosys_py.core.text import pad, visible
from autosys_py.core.timezones import LONGEST, folded, is_name

if TYPE_CHECKING:
    from autosys_py.cli.changes import Pairs
    from autosys_py.event_server.protocol import EventServer

KEYS = ("name", "type", "zone")
WRONG = {"a": 50101, "c": 50106, "d": 50109, "t": 50120}
"""The code of a wrong argument by option."""


def main() -> NoReturn:
    leave(run(COMMAND))


def autotimezone(given: Given) -> int:
    """Does the one thing that the line asks for."""
    modes = [letter for letter in "acdlqt" if letter in given]
    if not modes:
        raise wrong_usage(50147)
    if len(modes) > 1 or ("--format" in given and not given.any("lq")):
        raise wrong_usage()
    check_format(given)
    with open_instance() as instance:
        match modes[0]:
            case "l":
                _write(given, instance.store.objects(ZONE_ENTRY))
            case "q":
                _write(given, _query(instance, given["q"]))
            case "d":
                _delete(instance, given["d"])
            case "t":
                _add(instance, "t", given["t"], given["t"])
            case letter:
                _add(instance, letter, given[letter], given[f"{letter}2"])
    return 0


def _add(instance: Instance, letter: str, name: str, target: str) -> None:
    """An alias and a city lead to a zone; an entry of `-t` stands for itself. It takes the place of one of its name."""
    for typed in (name, target):
        if not is_name(typed):
            raise _wrong(letter, typed, exit_code=2)
    store = instance.store
    with store.transaction():
        zones = zones_of(store)
        if zones.zone(target) is None or (letter != "t" and folded(target) == folded(name)):
            raise _wrong(letter, target, exit_code=1)
        before, now = _drop(store, name), clock.now()
        attributes = (("type", {"a": "A", "c": "C", "t": "Z"}[letter]), ("zone", target))
        store.put_object(NamedObject(ZONE_ENTRY, name, "", attributes, instance.user_host, now))
        tell_of_change(store, ZONE_ENTRY, name, "", before, attributes, instance.user_host, now)
        tell_of_zones(store, "", now)
    if letter != "t" and zones.system_name(name) is not None:
        complain(message(99041, name, severity="W"))


def _delete(instance: Instance, name: str) -> None:
    with instance.store.transaction():
        before, now = _drop(instance.store, name), clock.now()
        if before is None:
            raise _wrong("d", name, exit_code=1)
        tell_of_change(instance.store, ZONE_ENTRY, name, "", before, None, instance.user_host, now)
        tell_of_zones(instance.store, "", now)


def _drop(store: "EventServer", name: str) -> "Pairs | None":
    """Deletes the entry of a name, however spelt, and returns what it said; None if there was none."""
    spelt = [entry for entry in store.objects(ZONE_ENTRY) if folded(entry.name) == folded(name)]
    for entry in spelt:
        store.delete_object(ZONE_ENTRY, entry.name)
    return spelt[-1].attributes if spelt else None


def _write(given: Given, entries: list[NamedObject]) -> None:
    if "--format" in given:
        rows = ((entry.name, entry.value("type"), entry.value("zone")) for entry in entries)
        write_data(given["--format"], KEYS, rows)
    else:
        write_lines(_table(entries))


def _query(instance: Instance, name: str) -> list[NamedObject]:
    """The entries of a name or pattern; a zone of the system counts as an entry that stands for itself."""
    entries = instance.store.objects(ZONE_ENTRY)
    found = select(folded(name) if not is_pattern(name) else name, entries, lambda entry: _key(entry, name))
    if not found and not is_pattern(name):
        system = zones_of(instance.store).system_name(name)
        if system is None:
            raise refusal(99011, name)
        return [NamedObject(ZONE_ENTRY, system, "", (("type", "Z"), ("zone", system)))]
    return found


def _key(entry: NamedObject, name: str) -> str:
    return entry.name if is_pattern(name) else folded(entry.name)


def _table(entries: Iterable[NamedObject]) -> list[str]:
    rows = [
        f"{pad(visible(entry.name), 50)} {entry.value('type'):<9}{visible(entry.value('zone'))}" for entry in entries
    ]
    if not rows:
        return []
    heading = f"{'Entry':<50}{'Type':<8}Zone"
    rule = f"{'-' * 40:<50}{'-' * 6:<8}{'-' * 17}"
    return [message(50089, severity="I"), heading, rule, *rows]


def _wrong(letter: str, typed: str, exit_code: int) -> WrongUsage:
    wrong = wrong_usage(WRONG[letter], typed)
    wrong.exit_code = exit_code
    return wrong


COMMAND = Command(
    name="autotimezone",
    title="Timezone",
    synopsis="-a alias zone | -c city zone | -t zone\n-d name\n-q name | -l [--format json | csv]",
    options=(
        Option("a", "alias", "adds an alias of a zone", second="zone"),
        Option("c", "city", "adds a city and its zone", second="zone"),
        Option("t", "zone", "adds a zone: a POSIX rule, or one of the system"),
        Option("d", "name", "deletes an entry"),
        Option("q", "name", "shows an entry, or the entries that match a pattern with % * ?"),
        Option("l", text="lists all entries"),
        FORMAT,
    ),
    act=autotimezone,
    notes=(
        f"Names have at most {LONGEST} characters; case and blanks in them are ignored.",
        "A zone is one of the system, another entry, or a POSIX rule, whose hours count west: GMT+5.",
    ),
)
