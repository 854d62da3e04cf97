"""monbro: runs monitors and browsers that `jil` defined (cli.md §7.6, jil.md §3.5, docs/monbro.md).

A browser prints what the past holds and ends; a monitor prints what happens from now on until it is interrupted. Both
as lines of the scheduler's log.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import Refused, message, misuse, refusal
from autosys_py.cli.names import is_everything
from autosys_py.cli.options import Command, Given, Option, is_number, usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.core.model import Fact, NamedObject

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer

SECONDS = 10
"""Between two looks of a monitor."""
PAGE = 1000
BROWSERS = ("b", "browser")


def main() -> NoReturn:
    leave(run(COMMAND))


def monbro(given: Given) -> int:
    """Prints definitions or events. Exit code 0; a monitor ends by an interrupt."""
    if "N" not in given:
        text = usage(COMMAND).removesuffix("\n")
        end = (COMMAND.usage_end, "Name [-N] is required.")
        raise Refused(message(COMMAND.usage_error), text, *end, exit_code=2)
    seconds = given.get("P", str(SECONDS))
    if not is_number(seconds) or not int(seconds):
        raise misuse(99021, seconds)
    check_format(given)
    with open_instance() as instance:
        chosen = _chosen(instance, given["N"])
        if "q" in given:
            _write_definitions(given, chosen)
            return 0
        if "--format" in given:
            _write_events(instance, given["--format"], chosen)
            return 0
        _run(instance, chosen, lambda: time.sleep(int(seconds)))
    return 0


def _chosen(instance: Instance, name: str) -> list[NamedObject]:
    if is_everything(name):
        return instance.store.objects("monbro")
    thing = instance.store.object("monbro", name)
    if thing is None:
        raise refusal(99071, name)
    return [thing]


def _write_definitions(given: Given, things: list[NamedObject]) -> None:
    if "--format" not in given:
        write_lines(_definitions(things))
        return
    from autosys_py.cli.definition_data import KEYS, definition_rows
    from autosys_py.jil.object_renderer import render_object

    source = (line for thing in things for line in render_object(thing))
    write_data(given["--format"], KEYS, definition_rows(source))


def _write_events(instance: Instance, format_: str, things: list[NamedObject]) -> None:
    """What browsers find. Raises Refused (99143) for a monitor."""
    from autosys_py.cli.secrets import shown_event
    from autosys_py.cli.trail import Trail
    from autosys_py.report.detail import KEYS, Times, fact_row

    monitor = next((thing.name for thing in things if thing.value("mode").lower() not in BROWSERS), None)
    if monitor is not None:
        raise misuse(99143, monitor)
    trail = Trail(instance)
    times = Times(trail.times, trail.times)
    facts = _seen(_past(instance.store, 1, instance.store.last_seq()), _filters(instance, things))
    shown = map(shown_event, facts)
    write_data(format_, KEYS, (fact_row(trail.name(fact.joid) or None, fact, times) for fact in shown))


def _definitions(things: Iterable[NamedObject]) -> Iterator[str]:
    """Parted by an empty line; without the head that `autorep -q` puts above definitions."""
    from autosys_py.core.text import visible
    from autosys_py.jil.object_renderer import render_object

    for number, thing in enumerate(things):
        if number:
            yield ""
        lines = render_object(thing)
        begin = next(place for place, line in enumerate(lines) if line.startswith("insert_monbro:"))
        yield from map(visible, lines[begin:])


def _run(instance: Instance, things: list[NamedObject], pause: Callable[[], object]) -> None:
    """Browsers first: they end."""
    import sys

    store = instance.store
    seq = store.last_seq()
    browsers = [thing for thing in things if thing.value("mode").lower() in BROWSERS]
    monitors = [thing for thing in things if thing not in browsers]
    lines_of = _writer(instance)
    if browsers:
        write_lines(lines_of(_seen(_past(store, 1, seq), _filters(instance, browsers))))
    while monitors:
        sys.stdout.flush()
        pause()
        last = store.last_seq()
        if last > seq:
            write_lines(lines_of(_seen(_past(store, seq + 1, last), _filters(instance, monitors))))
            seq = last


def _past(store: "EventServer", first: int, last: int) -> Iterator[Fact]:
    while first <= last and (facts := store.all_facts(first, PAGE)):
        yield from (fact for fact in facts if fact.seq <= last)
        first = facts[-1].seq + 1


def _seen(facts: Iterable[Fact], filters: "list[Callable[[Fact], bool]]") -> Iterator[Fact]:
    return (fact for fact in facts if any(wants(fact) for wants in filters))


def _writer(instance: Instance) -> Callable[[Iterable[Fact]], Iterator[str]]:
    """Facts as lines of the scheduler's log, in the zone of who looks."""
    from autosys_py.cli.secrets import secrets
    from autosys_py.cli.trail import Trail
    from autosys_py.cli.zone import local_zone
    from autosys_py.core.times import TimeFormat
    from autosys_py.scheduler.journal import lines

    times = TimeFormat(local_zone(), instance.configuration.DateFormat)
    names = Trail(instance)

    def lines_of(facts: Iterable[Fact]) -> Iterator[str]:
        for fact in facts:
            for line in lines(fact, names.name, secrets=secrets()):
                yield f"[{times(fact.processed)}]      {line}"

    return lines_of


# What a monitor shows


def _filters(instance: Instance, things: Iterable[NamedObject]) -> "list[Callable[[Fact], bool]]":
    return [_filter(instance, thing) for thing in things]


def _filter(instance: Instance, thing: NamedObject) -> Callable[[Fact], bool]:
    """Does it show an event?"""
    from autosys_py.core.codes import EventCode, Status
    from autosys_py.report.detail import is_status
    from autosys_py.scheduler.journal import UNSEEN

    def flag(name: str) -> bool:
        return thing.value(name) == "1"

    statuses = {status for status in Status if flag("all_status") or flag(status.name.lower())}
    jobs = _jobs(instance.store, thing)
    after = _after(instance, thing)
    currun = flag("currun")
    run_nums: dict[int, int] = {}

    def wants(fact: Fact) -> bool:
        if fact.code >= UNSEEN or fact.time < after or (jobs is not None and fact.joid not in jobs):
            return False
        if currun and fact.joid:
            if fact.joid not in run_nums:
                row = instance.store.status(fact.joid)
                run_nums[fact.joid] = row.state.run_num if row is not None else -1
            if fact.run_num < run_nums[fact.joid]:
                return False
        if flag("all_events"):
            return True
        if fact.code is EventCode.ALARM:
            return flag("alarm")
        return is_status(fact) and fact.status in statuses

    return wants


def _jobs(store: "EventServer", thing: NamedObject) -> set[int] | None:
    """The jobs of `job_filter`; None = all."""
    kind = thing.value("job_filter").lower()
    head = store.head(thing.value("job_name")) if kind in ("b", "box", "j", "job") else None
    if kind not in ("b", "box", "j", "job"):
        return None
    if head is None:
        return set()
    found, waiting = {head.joid}, [head.joid] if kind in ("b", "box") else []
    while waiting:
        members = [member.joid for member in store.members(waiting.pop())]
        found.update(members)
        waiting += members
    return found


def _after(instance: Instance, thing: NamedObject) -> int:
    from autosys_py.cli.dates import read_moment
    from autosys_py.cli.zone import local_zone

    typed = thing.value("after_time")
    moment = read_moment(typed, "MM/DD/YYYY", local_zone()) if typed else None
    return moment or 0


COMMAND = Command(
    name="monbro",
    title="Monitor Browser",
    synopsis="-N name | ALL [-P seconds] [-q] [--format json | csv]",
    options=(
        Option("N", "name", "monitor or browser; ALL = every one"),
        Option("P", "seconds", "between two looks of a monitor; default 10", numeric=True),
        Option("q", text="prints the definition as JIL"),
        FORMAT,
    ),
    act=monbro,
    usage_end="Error in command line for monbro.",
)
