"""`autosys audit` and `autosys audit verify`: what people did, out of the past, which nobody can change unseen."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli import clock
from autosys_py.cli.backup import run_folders
from autosys_py.cli.changes import Pairs, change_of
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import Refused, message, misuse
from autosys_py.cli.names import matcher
from autosys_py.cli.output import write_lines
from autosys_py.cli.past import position_at
from autosys_py.cli.secrets import shown_attributes, shown_event
from autosys_py.cli.zone import local_zone
from autosys_py.core.codes import Alarm, EventCode
from autosys_py.core.model import Event, Fact
from autosys_py.core.overrides import CHANGED, JOB_VER, RETIMED
from autosys_py.core.times import TimeFormat
from autosys_py.event_server.chain import altered_definition, first_broken
from autosys_py.jil.subcommands import SUBCOMMANDS
from autosys_py.report.audit import KEYS, Bypassed, Change, Entry, lines, row
from autosys_py.report.data import FORMATS
from autosys_py.report.tracking import hidden, masked

if TYPE_CHECKING:
    from autosys_py.core.model import Definition
    from autosys_py.event_server.protocol import EventServer

PAGE = 1000
MANY = 1_000_000

OTHERS = ("calendar", "extended_calendar", "cycle", "timezone")
"""What JIL has no word for."""


class Wanted(NamedTuple):
    """What is asked for; None and False = everything."""

    event: str | None
    job: str | None
    begin: int | None
    end: int | None
    bypassed: bool


def audit(
    event: str | None, job: str | None, begin: str | None, end: str | None, bypassed: bool, format_: str | None
) -> int:
    """Prints the entries asked for, oldest first. Raises Refused for a word or time that means nothing."""
    with open_instance() as instance:
        order = instance.configuration.DateFormat
        times = TimeFormat(local_zone(), order)
        first = _moment("-F", begin, order, end_of_day=False)
        wanted = Wanted(_event(event), job, first, _moment("-T", end, order, end_of_day=True), bypassed)
        found = entries(instance.store, wanted)
        if format_ is None:
            write_lines(lines(found, times))
        else:
            rows = (row(each, times, nested=format_ == "json") for each in found)
            write_lines(FORMATS[format_](KEYS, rows))
    return 0


def _event(word: str | None) -> str | None:
    if word is None:
        return None
    verb, _, kind = word.lower().partition("_")
    is_other = kind in OTHERS and verb in ("insert", "update", "delete")
    if word.upper() not in EventCode.__members__ and word.lower() not in SUBCOMMANDS and not is_other:
        raise misuse(60035, word)
    return word.upper()


def _moment(option: str, text: str | None, order: str, *, end_of_day: bool) -> int | None:
    if text is None:
        return None
    from autosys_py.cli.dates import read_moment

    moment = read_moment(text, order, local_zone(), end_of_day=end_of_day)
    if moment is None:
        raise misuse(99001, f"{option} {text}", f"not a time like {order} HH:MM[:SS]")
    return moment if not end_of_day or re.search(r":\d+:", text) else moment + 59


def entries(store: "EventServer", wanted: Wanted) -> Iterator[Entry]:
    """What was done, in the order it was processed, then what waits to be. Streams."""
    matches = matcher(wanted.job) if wanted.job is not None else None
    clerk = _Clerk(store)
    for fact, alarm in _with_alarms(_facts(store, wanted)):
        entry = clerk.entry(fact, alarm)
        if _is_wanted(entry, fact.code, wanted) and (matches is None or matches(entry.job)):
            yield entry
    for event in _waiting(store) if not wanted.bypassed else ():
        entry = clerk.waiting(event)
        if _is_wanted(entry, event.code, wanted) and (matches is None or matches(entry.job)):
            yield entry


def _facts(store: "EventServer", wanted: Wanted) -> Iterator[Fact]:
    """A fact is processed when it happens or later, so nothing asked for stands before the first position."""
    first = 1 if wanted.begin is None else position_at(store, wanted.begin - 1) + 1
    while facts := store.facts_by_people(first, PAGE):
        yield from facts
        first = facts[-1].seq + 1


def _with_alarms(facts: Iterable[Fact]) -> Iterator[tuple[Fact, Fact | None]]:
    """Each thing done, with the alarm that tells what it went past: that is the next one of its step."""
    before: Fact | None = None
    for fact in facts:
        is_alarm = fact.alarm is Alarm.FORCED_PAST_CONDITION and not fact.sent_by
        if before is not None:
            yield before, fact if is_alarm and fact.cause == before.seq else None
        before = None if is_alarm else fact
    if before is not None:
        yield before, None


def _waiting(store: "EventServer") -> list[Event]:
    """Sent and due, but no scheduler has come to it yet."""
    return sorted((each for each in store.due_events(clock.now(), MANY) if each.sent_by), key=lambda each: each.eoid)


def _is_wanted(entry: Entry, code: EventCode, wanted: Wanted) -> bool:
    return (
        (wanted.event is None or wanted.event in (entry.event.upper(), code.name))
        and (wanted.begin is None or entry.time >= wanted.begin)
        and (wanted.end is None or entry.time <= wanted.end)
        and (not wanted.bypassed or bool(entry.bypassed))
    )


class _Clerk:
    """Writes entries; remembers the versions of definitions that it has seen."""

    def __init__(self, store: "EventServer") -> None:
        self._store = store
        self._versions: dict[int, list[Definition]] = {}
        self._overrides: dict[int, set[int]] = {}
        self._told: dict[int, set[int]] = {}
        """Versions that an entry has told of, by joid."""

    def entry(self, fact: Fact, alarm: Fact | None) -> Entry:
        notes = tuple(fact.notes)
        if fact.code is EventCode.DEFINITION_CHANGED:
            return self._definition(fact, self._version_of(fact))._replace(notes=notes)
        if fact.code is EventCode.OBJECT_CHANGED:
            return _object_changed(fact)
        bypassed = tuple(atoms_of(alarm.text)) if alarm is not None else ()
        job, reason = self._name(fact.joid), masked(fact.reason)
        return Entry(
            fact.seq, fact.time, fact.sent_by, fact.code.name, job, _detail(fact), reason, bypassed, (), notes
        )  # fmt: skip

    def waiting(self, event: Event) -> Entry:
        fact = Fact(0, event.code, event.due, 0, joid=event.joid, status=event.status, name=event.name)
        fact.value, fact.sent_by, fact.reason = event.value, event.sent_by, event.reason
        if event.code is not EventCode.DEFINITION_CHANGED:
            return self.entry(fact, None)
        version = next((each for each in self._all(event.joid) if each.job.job_ver == event.job_ver), None)
        return self._definition(fact, version if version is None or version.time == event.due else None)

    def _definition(self, fact: Fact, version: "Definition | None") -> Entry:
        """What `jil` did to a job; a change without a version is a delete."""

        def told(word: str, name: str, changes: Iterable[Change] = (), *, is_new: bool = False) -> Entry:
            changed = tuple(changes)
            return Entry(fact.seq, fact.time, fact.sent_by, word, name, "", fact.reason, (), changed, is_new=is_new)

        if version is None:
            word = "override_job" if fact.value in (CHANGED, RETIMED) else "delete_job"
            return told(word, self._name(fact.joid))
        self._told.setdefault(fact.joid, set()).add(version.job.job_ver)
        before = self._before(version)
        name = version.job.name
        if fact.value in (CHANGED, RETIMED):
            return told("override_job", name, differences(before, version))
        if before is None:
            return told("insert_job", name, differences(None, version), is_new=True)
        word = "update_job" if before.job.name == name else "rename_job"
        return told(word, name, differences(before, version))

    def _version_of(self, fact: Fact) -> "Definition | None":
        """The first of that second that has not been told of: an override's is no version of its own order."""
        told, laid = self._told.get(fact.joid, set()), self._laid(fact.joid)
        is_override = fact.value in (CHANGED, RETIMED)
        for each in self._all(fact.joid):
            if each.time == fact.time and each.job.job_ver not in told and (each.job.job_ver in laid) == is_override:
                return each
        return None

    def _before(self, version: "Definition") -> "Definition | None":
        laid = self._laid(version.job.joid)
        earlier = [each for each in self._all(version.job.joid) if each.job.job_ver < version.job.job_ver]
        return next((each for each in reversed(earlier) if each.job.job_ver not in laid), None)

    def _laid(self, joid: int) -> set[int]:
        """Versions with an override laid over the definition: those that an override names, and where it was deleted
        since, those of a second in which nothing but an override changed."""
        versions = self._all(joid)
        if len(versions) < 2:
            return set()
        if joid not in self._overrides:
            names = dict.fromkeys(each.job.name for each in versions)
            named = (each for name in names for each in self._store.objects("override", name))
            changed = [each for each in self._store.facts(joid, 1) if each.code is EventCode.DEFINITION_CHANGED]
            own = {each.time for each in changed if each.value not in (CHANGED, RETIMED)}
            laid = {each.time for each in changed if each.value in (CHANGED, RETIMED)} - own
            self._overrides[joid] = {int(each.value(JOB_VER) or 0) for each in named}
            self._overrides[joid] |= {each.job.job_ver for each in versions if each.time in laid}
        return self._overrides[joid]

    def _all(self, joid: int) -> "list[Definition]":
        if joid not in self._versions:
            found: list[Definition] = []
            while (version := self._store.definition(joid, len(found) + 1)) is not None:
                found.append(version)
            self._versions[joid] = found
        return self._versions[joid]

    def _name(self, joid: int) -> str:
        """The last that it was called."""
        if not joid:
            return ""
        versions = self._all(joid)
        return versions[-1].job.name if versions else f"#{joid}"


def differences(before: "Definition | None", after: "Definition") -> Iterator[Change]:
    """Attribute by attribute, in the order of the later version; one that stands more than once is one text."""
    old, new = ([] if each is None else [("name", each.job.name), *each.attributes] for each in (before, after))
    yield from _between(old, new)


def _between(before: Pairs, after: Pairs) -> Iterator[Change]:
    old, new = _texts(before), _texts(after)
    for name in dict.fromkeys([*new, *old]):
        if old.get(name) != new.get(name):
            yield Change(name, _shown(name, old.get(name)), _shown(name, new.get(name)))


def _shown(name: str, value: str | None) -> str | None:
    """A value with its secrets masked; that it changed is told all the same."""
    return value if value is None else hidden(name, shown_attributes([(name, value)])[0][1])


def _texts(pairs: Pairs) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _object_changed(fact: Fact) -> Entry:
    """A machine, calendar, resource … ; of what collects values only those that came or went are told."""
    change = change_of(fact)
    changes = tuple(_between(change.before, change.after))
    name = f"{fact.name} on {change.part}" if change.part else fact.name
    word, is_new = f"{change.verb}_{change.kind}", change.verb == "insert"
    return Entry(fact.seq, fact.time, fact.sent_by, word, "", name, fact.reason, (), changes, is_new=is_new)


def atoms_of(text: str) -> Iterator[Bypassed]:
    """The atoms of an alarm FORCED_PAST_CONDITION: `s(A) true; v(G) = "x" false`."""
    for atom, truth in re.findall(r"(.+?) (true|false)(?:; |$)", text, re.DOTALL):
        yield Bypassed(atom, truth == "true")


def _detail(fact: Fact) -> str:
    """What was sent with the event besides its job and its reason."""
    match fact.code:
        case EventCode.CHANGE_STATUS:
            return fact.status.name if fact.status is not None else fact.value
        case EventCode.SET_GLOBAL:
            return f"{fact.name}={hidden(fact.name, shown_event(fact).value)}"
        case EventCode.COMMENT:
            return "" if fact.value == fact.reason else fact.value
        case EventCode.CHANGE_ALARM:
            return f"{fact.value} {fact.name}"
    return " ".join(part for part in (fact.name, fact.value) if part)


# The chain


def verify() -> int:
    """Says whether the past is whole, and where it breaks: exit code 1."""
    with open_instance() as instance:
        said = verdict(instance)
    if isinstance(said, Refused):
        write_lines(said.lines)
        return said.exit_code
    write_lines([said])
    return 0


def verdict(instance: Instance) -> str | Refused:
    """A line for a past that is whole, else the lines that tell of the break."""
    store = instance.store
    last = store.last_seq()  # first: a scheduler may write on meanwhile
    broken = first_broken(store)
    if broken is not None:
        before = _last_before(store, broken)
        what = f"entry {broken} was altered" if before == broken - 1 else _missing(before + 1, broken - 1)
        return Refused(message(99034, what), message(99035, before))
    last = max(last, _last_spoken_of(store))
    newest = store.hashes(last, 1) if last else []
    if last and not newest:
        before = _last_before(store, last + 1)
        return Refused(message(99034, f"{_missing(before + 1, last)} at the end"), message(99035, before))
    altered = altered_definition(store)
    if altered is not None:
        return Refused(message(99129, altered.job.job_ver, altered.job.name), message(99035, last))
    ahead = max(run_folders(instance.run, store.setting("store_id")), default=0)
    if ahead > store.last_run_num():
        return Refused(message(99128, ahead, instance.run), message(99035, last))
    digest = newest[0][1] if newest else "-"
    return f"The past is whole: {last} entries, the last with hash {digest}."


def _last_spoken_of(store: "EventServer") -> int:
    """The newest entry that anything else in the store speaks of: whoever removes the last entries, and sets their
    count back, would have to find all of that as well."""
    found = [0, *(alarm.number for alarm in store.alarms(every=True)), *(order.seq for order in store.notifications())]
    found += [question.number for question in store.messages(every=True)]
    for each in store.statuses():
        newest = store.runs(each.head.joid, 1)
        found += [each.state.end_seq, *(run.first_seq for run in newest)]
    return max(found)


def _missing(first: int, last: int) -> str:
    return f"entries {first} to {last} are missing" if last > first else f"entry {first} is missing"


def _last_before(store: "EventServer", seq: int) -> int:
    """The number of the last entry that is there before `seq`; 0 = none is."""
    known, later = 0, seq
    while later - known > 1:
        middle = (known + later) // 2
        found = store.hashes(middle, 1)
        if found and found[0][0] < seq:
            known = found[0][0]
        else:
            later = middle
    return known
