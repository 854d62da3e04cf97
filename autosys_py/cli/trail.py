"""The audit trail of an instance: what people did, out of the past, what still waits, and the versions of definitions.

Whatever somebody sends is an event with his name, and stays so in the past. What a definition said is not in there: its
versions are, each with who wrote it when. Of what has no versions only the last writing is known.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli.changes import change_of
from autosys_py.cli.secrets import shown_attributes, shown_event
from autosys_py.cli.zone import local_zone
from autosys_py.core.codes import OPERATOR_EVENTS, EventCode
from autosys_py.core.model import Definition, Event, Fact
from autosys_py.core.overrides import CHANGED, JOB_VER, RETIMED
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat
from autosys_py.report import tracking
from autosys_py.report.tracking import Entry

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.event_server.protocol import EventServer

SENT = OPERATOR_EVENTS | {EventCode.UNSEND_EVENT}
PAGE = 1000

OF_OBJECTS = {
    EventCode.MACHINE_CHANGED: ("M", "Machine", "machine"),
    EventCode.CALENDAR_CHANGED: ("C", "Calendar", "calendar"),
    EventCode.RESOURCE_CHANGED: ("R", "Resource", "resource"),
    EventCode.TIMEZONE_CHANGED: ("Z", "Time zone", "timezone"),
}
"""Changes of what has no versions: letter of `autotrack -t` (ours beyond it), word, key."""
COMMANDS = {
    EventCode.CHASE: ("S", "Chase"),
    EventCode.CHANGE_ALARM: ("S", "Change of an alarm"),
    EventCode.ARCHIVED: ("T", "Archive"),
    EventCode.TRACK_LEVEL: ("T", "Autotrack"),
}
KINDS = {
    "machine": ("M", "Machine", "machine"),
    "calendar": ("C", "Calendar", "calendar"),
    "extended_calendar": ("C", "Calendar", "calendar"),
    "cycle": ("C", "Cycle", "cycle"),
    "resource": ("R", "Resource", "resource"),
    "timezone": ("Z", "Time zone", "timezone"),
    "monbro": ("B", "Monitor/browser", "name"),
    "connectionprofile": ("N", "Connection profile", "name"),
}
"""Of objects whose change is told with what was different before; others have the letter X, ours too."""
STORED = (("B", "monbro", "Monitor/browser"), ("N", "connectionprofile", "Connection profile"))
"""Objects that nobody is told of when they change."""


class Tracked(NamedTuple):
    """An entry and what it is looked for by."""

    letter: str
    entry: Entry
    joid: int = 0


class Trail:
    """Reads the trail of one instance."""

    def __init__(self, instance: "Instance", *, in_full: bool = True) -> None:
        """`in_full`: definitions are told whole, with what changed marked; else only by their name."""
        self._store: EventServer = instance.store
        self._in_full = in_full
        self.times = TimeFormat(local_zone(), instance.configuration.DateFormat)
        self._names: dict[int, str] = {}
        self._override_events: set[tuple[int, int]] = set()
        """Jobs and moments at which an override was written …"""
        self._definition_events: set[tuple[int, int]] = set()
        """… and a definition."""
        self._told: set[tuple[str, str]] = set()
        """Kinds and names of objects whose changes the past tells."""

    def entries(self) -> Iterator[Tracked]:
        """Everything, in no order."""
        deletions: dict[int, Event] = {}
        after = 1
        while facts := self._store.audit_facts(after, PAGE):
            for fact in facts:
                yield from self._of(fact, fact.time)
            after = facts[-1].seq + 1
        for event in self._store.waiting_orders():
            if event.code is EventCode.DEFINITION_CHANGED and self._store.definition(event.joid) is None:
                deletions[event.joid] = event
            yield from self._of(event, event.sent or event.due)
        for event in deletions.values():
            yield self._deleted(event, self.name(event.joid), event.sent or event.due)
        yield from self._definitions()
        for letter, kind, word in STORED:
            for thing in self._store.objects(kind):
                if (kind, thing.name) in self._told:
                    continue
                pairs = (("name", thing.name), *(thing.attributes if self._in_full else ()))
                details = tracking.definition(pairs, None)
                entry = Entry(thing.sent_by, thing.time, tracking.title(99060, word), thing.name, details)
                yield Tracked(letter, entry)

    def details_of(self, order: Fact | Event) -> list[str]:
        """What one entry of the past says."""
        return [line for tracked in self._of(order, 0) for line in tracked.entry.details]

    def name(self, joid: int) -> str:
        """What the job is called now, or was when it was deleted; empty for none."""
        if joid and joid not in self._names:
            definition = self._store.definition(joid)
            if definition is None:
                versions = self._store.versions((joid, 0), PAGE)
                of_job = [each for each, _ in versions if each.job.joid == joid]
                definition = of_job[-1] if of_job else None
            self._names[joid] = definition.job.name if definition is not None else f"#{joid}"
        return self._names.get(joid, "")

    def _of(self, order: Fact | Event, time: int) -> Iterator[Tracked]:
        """The entry of something that was sent; none for new versions, which tell more themselves."""
        code, order = order.code, shown_event(order)
        if code in SENT:
            job = self.name(order.joid)
            due = order.due if isinstance(order, Event) and order.due > order.sent else None
            details = tracking.sent(order, job, self.times, due)
            subject = " ".join(filter(None, (order.code.name, job or order.name)))
            yield Tracked("S", Entry(order.sent_by, time, tracking.title(50152), subject, details), order.joid)
        elif code is EventCode.DEFINITION_CHANGED:
            if order.value in (CHANGED, RETIMED):
                self._override_events.add((order.joid, time))
            elif order.value:
                yield self._deleted(order, order.value, time)
            else:
                self._definition_events.add((order.joid, time))
        elif code in OF_OBJECTS:
            letter, word, key = OF_OBJECTS[code]
            details = [f"  {key}: {visible(order.name)}"]
            if code is EventCode.RESOURCE_CHANGED:
                machine, _, amount = order.value.rpartition(" ")
                details += [f"  machine: {visible(machine)}"] if machine else []
                details += [f"  amount: {visible(amount)}"] if amount else []
            entry = Entry(order.sent_by, time, tracking.title(99060, word), order.name, details)
            yield Tracked(letter, entry)
        elif code is EventCode.OBJECT_CHANGED:
            yield self._object(order, time)
        elif code in COMMANDS:
            letter, word = COMMANDS[code]
            entry = Entry(order.sent_by, time, tracking.title(99061, word), self._subject(order), self._said(order))
            yield Tracked(letter, entry, order.joid)

    def _object(self, order: Fact | Event, time: int) -> Tracked:
        """What was different before is marked, and of a delete everything is."""
        change = change_of(order)
        self._told.add((change.kind, order.name))
        letter, word, key = KINDS.get(change.kind, ("X", change.kind.replace("_", " ").capitalize(), "name"))
        details = [f"  {key}: {visible(order.name)}", *([f"  machine: {visible(change.part)}"] if change.part else [])]
        if self._in_full and change.verb != "delete":
            before = None if change.verb == "insert" else change.before
            details += tracking.definition(change.after, before)
        elif self._in_full:
            details += tracking.definition((), change.before)
        return Tracked(letter, Entry(order.sent_by, time, tracking.title(99060, word), order.name, details))

    def _subject(self, order: Fact | Event) -> str:
        return order.value if order.code is EventCode.TRACK_LEVEL else self.name(order.joid) or order.name

    def _said(self, order: Fact | Event) -> list[str]:
        job = self.name(order.joid)
        lines = [f"  eoid: {order.eoid}", *([f"  job_name: {visible(job)}"] if job else [])]
        match order.code:
            case EventCode.ARCHIVED:
                from autosys_py.event_server.seals import read

                seal = read(order.value)
                if seal is not None:
                    before = self.times(seal.before)
                    lines += [f"  removed: {seal.removed} {visible(seal.what)}", f"  processed before: {before}"]
            case EventCode.TRACK_LEVEL:
                lines.append(f"  level: {visible(order.value)}")
            case EventCode.CHANGE_ALARM:
                lines += [f"  alarm: {visible(order.value)}", f"  state: {visible(order.name)}"]
                lines += [f"  comment: {visible(order.reason)}"] if order.reason else []
            case _:
                lines += [f"  text: {visible(order.value)}"] if order.value else []
        return lines

    def _deleted(self, order: Fact | Event, name: str, time: int) -> Tracked:
        details = [f"  delete_job: {visible(name)}"]
        return Tracked("J", Entry(order.sent_by, time, tracking.title(50191), name, details), order.joid)

    # Definitions

    def _definitions(self) -> Iterator[Tracked]:
        """A version after the other, against the one before it."""
        before: Definition | None = None
        after = (0, 0)
        while versions := self._store.versions(after, PAGE):
            for version, is_current in versions:
                job = version.job
                if before is not None and before.job.joid != job.joid:
                    before = None
                if not is_current and self._is_override(version):
                    yield self._override(version, before)
                    continue
                text = self._text(version, before)
                entry = Entry(version.sent_by, version.time, tracking.title(50191), job.name, text)
                yield Tracked("J", entry, job.joid)
                before = version
            after = (versions[-1][0].job.joid, versions[-1][0].job.job_ver)

    def _text(self, version: Definition, before: Definition | None) -> list[str]:
        job = version.job
        verb = "insert_job" if job.job_ver == 1 else "update_job"
        head = [f"  {verb}: {visible(job.name)}", f"  job_type: {visible(job.job_type)}"]
        if not self._in_full:
            return [f"  job_name: {visible(job.name)}"]
        old = shown_attributes(before.attributes) if before is not None else None
        return head + tracking.definition(shown_attributes(version.attributes), old)

    def _override(self, version: Definition, before: Definition | None) -> Tracked:
        name = version.job.name
        head = [f"  override_job: {visible(name)}"]
        attributes = shown_attributes(before.attributes) if before is not None else ()
        laid = shown_attributes(version.attributes)
        changed = tracking.definition(laid, attributes, everything=False) if self._in_full else []
        entry = Entry(version.sent_by, version.time, tracking.title(99060, "Override"), name, head + changed)
        return Tracked("O", entry, version.job.joid)

    def _is_override(self, version: Definition) -> bool:
        """An override names it, or one did that is gone: then it was written with an override and no definition."""
        job, moment = version.job, (version.job.joid, version.time)
        is_alone = moment in self._override_events and moment not in self._definition_events
        return is_alone or (job.joid, job.job_ver) in self._overrides

    @cached_property
    def _overrides(self) -> set[tuple[int, int]]:
        """Versions that an override made, as far as the overrides are still there."""
        found = set()
        for each in self._store.objects("override"):
            head = self._store.head(each.name)
            if head is not None and each.value(JOB_VER).isdigit():
                found.add((head.joid, int(each.value(JOB_VER))))
        return found
