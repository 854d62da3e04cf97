"""A stanza applied to the event store: what `jil` does between reading a stanza and printing its messages.

Checks come first and only read; what they let pass is then written as a whole, inside a transaction of its own, so a
stanza that fails leaves nothing. Whoever applies many stanzas opens a transaction around them and prints an answer
only after that one has ended: only then is it durable.

With every definition go its next tick, a timer bound to the new version (that of the version before no longer fits
and is ignored), and one event that makes the scheduler read the job again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from autosys_py.cli.changes import tell_of_change
from autosys_py.cli.known import StoreKnown
from autosys_py.cli.rename import check_rename, renamed_definitions, renamed_overrides
from autosys_py.cli.secrets import secrets
from autosys_py.cli.timetables import timetable_of
from autosys_py.core.codes import LIVE, TERMINAL, EventCode, Status
from autosys_py.core.messages import CATALOGUE, message
from autosys_py.core.model import RENAMED, Definition, Event, Job, JobState, NamedObject
from autosys_py.core.overrides import CHANGED, JOB_VER, RETIMED, pending, retimes
from autosys_py.core.permissions import Right
from autosys_py.core.secrets import MASK
from autosys_py.core.text import visible
from autosys_py.event_server.chain import seal_of
from autosys_py.event_server.errors import AlreadyExists
from autosys_py.jil.checks import already_exists, check_job
from autosys_py.jil.diagnostic import Diagnostic
from autosys_py.jil.domains import machine_names
from autosys_py.jil.known import Settings
from autosys_py.jil.machines import CheckedMachine, check_delete, check_machine, split_members
from autosys_py.jil.objects import CheckedObject, check_object
from autosys_py.jil.overrides import check_override, laid_again
from autosys_py.jil.reading import Reading, read
from autosys_py.jil.scanner import Stanza
from autosys_py.jil.subcommands import SUBCOMMANDS, Subcommand

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from autosys_py.cli.permit import Permit
    from autosys_py.core.model import Machine
    from autosys_py.event_server.protocol import EventServer, JobHead

NO_PERMISSION = 10230
NOUNS = {
    "job_type": "job type",
    "xinst": "external instance",
    "monbro": "monitor/browser",
    "connectionprofile": "connection profile",
}


@dataclass(slots=True)
class Answer:
    """What a stanza came to."""

    opening: str = ""
    """The line that says what is being done; empty if the stanza is none."""
    faults: list[Diagnostic] = field(default_factory=list)
    closing: str = ""
    """A further error line before the last one."""
    accepted: bool = True
    scheduled: tuple[str, int] | None = None
    """A job and its next start."""
    entered: tuple[str, str] | None = None
    """A job and the running box it was put into."""
    defined: Job | None = None
    """The job that was inserted or updated."""
    inserted: bool = False
    undefined: list[str] = field(default_factory=list)
    """Jobs in its conditions that were not there, where that is asked for at once."""


class Definer:
    """Applies stanzas to a store, one after the other."""

    def __init__(
        self,
        store: "EventServer",
        zone: "ZoneInfo",
        user_host: str,
        undefined_machine: str = "offline",
        autoserv: str = "ACE",
        permit: "Permit | None" = None,
    ) -> None:
        """`permit` is what the caller may do; None = everything."""
        self._permit = permit
        self.store = store
        self.zone = zone
        """The scheduler's."""
        self._timetable = timetable_of(store, zone)
        self.settings = Settings(user_host, undefined_machine, autoserv=autoserv)
        self.known = StoreKnown(store, autoserv)
        self._running: dict[int, bool] = {}
        self._states: dict[int, JobState] = {}
        self._events: list[Event] = []

    def forget(self) -> None:
        """To be called when the outer transaction is over."""
        self._states, self._events = {}, []
        self.known.forget()
        self._running.clear()

    def flush(self) -> None:
        """Writes what a row of inserts has put by; to be called before the outer transaction ends.

        First states and events of many jobs cost little more than those of one, and nothing in between asks for them.
        """
        if self._states:
            self.store.put_first_states(self._states)
        if self._events:
            self.store.add_events(self._events)
        self._states, self._events = {}, []

    def apply(self, stanza: Stanza, now: int) -> Answer:
        """Checks and writes one stanza inside the caller's transaction; `now` in UTC seconds.

        Raises the errors of `event_server.errors`, in which case nothing of the stanza is there.
        """
        if not stanza.subcommand:
            return Answer(faults=stanza.faults, accepted=False)
        if stanza.subcommand != "insert_job":
            self.flush()
        answer = Answer(_opening(stanza))
        if self.settings.now != now:
            self.settings = self.settings._replace(now=now)
        _DEFINE[SUBCOMMANDS[stanza.subcommand]](self, stanza, answer, now)
        answer.accepted = not any(fault.is_error for fault in answer.faults)
        return answer

    # Jobs

    def _define_job(self, stanza: Stanza, answer: Answer, now: int) -> None:
        before = None
        updates = stanza.subcommand == "update_job"
        if updates:
            known = self.known.job(stanza.name)
            before = self.store.definition(known.joid) if known is not None else None
        if before is not None and self._is_forbidden(stanza, answer, before):
            return
        checked = check_job(stanza, before, self.known, self.settings)
        answer.faults = checked.faults
        if checked.definition is None or self._is_forbidden_to_put(stanza, answer, checked.definition, before):
            return
        if not self._keep_secrets(stanza, answer, checked.definition, before):
            return
        job = checked.definition.job
        if before is not None:
            answer.faults = answer.faults + self._conflicts(stanza, job, before.job)
            if any(fault.is_error for fault in answer.faults):
                return
        checked.definition.time = now
        try:
            job = self._write(checked.definition, checked.seed, answer, now)
        except AlreadyExists:
            answer.faults = [*answer.faults, already_exists(stanza)]
            return
        if checked.blob is not None:
            self.store.put_object(checked.blob)
            self.known.forget_objects()
        answer.defined = job
        answer.inserted = not updates
        moved = before is None or before.job.box_joid != job.box_joid
        if moved and job.box_joid and self._is_running(job.box_joid):
            answer.entered = (job.name, checked.definition.value("box_name"))

    def _rename_job(self, stanza: Stanza, answer: Answer, now: int) -> None:
        head = self.store.head(stanza.name)
        reading, name = check_rename(stanza, head is not None, self.known)
        answer.faults = reading.faults
        if head is None or reading.is_refused or self._is_forbidden(stanza, answer, self.store.definition(head.joid)):
            return
        row = self.store.status(head.joid)
        if row is not None and row.state.status is Status.STARTING:
            reading.refuse(19001, f"Job {reading.name} cannot be updated while it is STARTING.")
            return
        with self.store.transaction():
            for definition in renamed_definitions(self.store, head, name):
                definition.sent_by, definition.time = self.settings.owner, now
                own = definition.job.joid == head.joid
                job = self._write(definition, None, None, now, "" if own else RENAMED)
                if own:
                    answer.defined = job
            for kind in ("blob", "override"):
                for thing in self.store.objects(kind, head.name):
                    self.store.delete_object(kind, thing.name, thing.part)
                    self.store.put_object(replace(thing, name=name))
            changed = list(renamed_overrides(self.store, head.name, name))
            for override in changed:
                self.store.put_object(override)
            self.known.forget()
            for of_job in dict.fromkeys([name, *(override.name for override in changed)]):
                self._lay_again(of_job, now)
        self.known.forget()

    def _override_job(self, stanza: Stanza, answer: Answer, now: int) -> None:
        known = self.known.job(stanza.name)
        before = self.store.definition(known.joid) if known is not None else None
        if self._is_forbidden(stanza, answer, before):
            return
        checked = check_override(stanza, before, self.known, self.settings)
        answer.faults = checked.faults
        if before is None or any(fault.is_error for fault in checked.faults):
            return
        joid, old, new = before.job.joid, checked.deleted, checked.made
        if new is not None and checked.definition is not None:
            if not self._keep_secrets(stanza, answer, checked.definition, before):
                return
            new = replace(new, attributes=secrets().kept(new.attributes, before.attributes)[0])
        with self.store.transaction():
            if old is not None:
                self.store.delete_object("override", old.name, old.part)
            if new is not None and checked.definition is not None:
                due = self._lay(new, checked.definition, now)
                answer.scheduled = (before.job.name, due) if due is not None else None
            retimed = any(each is not None and retimes(each) for each in (old, new))
            if retimed and (new is None or not retimes(new)):
                self._tick(before.job, before.job.job_ver, now)
            self._notify(joid, before.job.job_ver, now, RETIMED if retimed else CHANGED)
        self.known.forget_objects()

    def _lay(self, override: NamedObject, laid: Definition, now: int) -> int | None:
        """Stores the version that the override makes of the job, and its next tick; returns when that is due."""
        laid.time = now
        version = self.store.put_version(laid)
        kept = tuple(pair for pair in override.attributes if pair[0] != JOB_VER)
        self.store.put_object(replace(override, attributes=(*kept, (JOB_VER, str(version)))))
        return self._tick(laid.job, version, now) if retimes(override) else None

    def _lay_again(self, name: str, now: int, due: int | None = None, answer: Answer | None = None) -> int | None:
        """After a new version of the job: its pending override goes over that one, or away if it no longer fits.

        `due` is the next start of the new version; returns the one that holds.
        """
        override = pending(self.store.objects("override", name))
        head = self.store.head(name) if override is not None else None
        definition = self.store.definition(head.joid) if head is not None else None
        if override is None or definition is None:
            return due
        laid = laid_again(override, definition, self.known, self.settings)
        if laid is not None:
            again = self._lay(override, laid, now)
            self._notify(definition.job.joid, definition.job.job_ver, now, CHANGED)
            return again if retimes(override) else due
        self.store.delete_object("override", name, override.part)
        if answer is not None:
            text = f"the override of {visible(name)} does not fit this definition and is deleted"
            answer.faults = [*answer.faults, Diagnostic(0, text, is_error=False)]
        return due

    def _conflicts(self, stanza: Stanza, job: Job, before: Job) -> list[Diagnostic]:
        """V31: what the job's own state forbids."""
        row = self.store.status(before.joid)
        reading = Reading(stanza, visible(job.name))
        if row is not None and row.state.status is Status.STARTING:
            reading.refuse(19001, f"Job {reading.name} cannot be updated while it is STARTING.")
        if row is not None and row.state.holds:
            reading.refuse(10885, f"Job {reading.name} cannot be updated while consuming resources.")
        if row is not None and row.state.status is Status.ON_ICE and job.box_joid not in (0, before.box_joid):
            box = self.store.status(job.box_joid)
            if box is not None and box.state.noexec:
                text = f"You cannot move job {reading.name} into box {visible(box.head.name)}"
                reading.refuse(19100, f"{text}: the job is ON_ICE, the box ON_NOEXEC.")
        return reading.faults

    def save_again(self, definition: Definition, now: int) -> None:
        """A new version of a job that is there, without checks: its definition was accepted before."""
        self._write(definition, None, None, now)

    def _write(
        self, definition: Definition, seed: Status | None, answer: Answer | None, now: int, change: str = ""
    ) -> Job:
        """The definition, its first state if it is new, its next tick, and the scheduler's notice of the `change`.

        Without a savepoint: the only refusal, AlreadyExists, comes before anything is written.
        """
        job = self.store.put_definition(definition)
        due = self._timetable.next_start(job, now)
        if not definition.job.joid:
            self._states[job.joid] = _first_state(seed, due, now)
        if due is not None:
            self._events.append(Event(EventCode.STARTJOB, due, joid=job.joid, job_ver=job.job_ver, sent=now))
        self._notify(job.joid, job.job_ver, now, change, seal=seal_of(definition, job.job_ver))
        self.known.put_job(job)
        if definition.job.joid:
            due = self._lay_again(job.name, now, due, answer)
        if answer is not None and due is not None:
            answer.scheduled = (job.name, due)
        return job

    def _tick(self, job: Job, job_ver: int, now: int) -> int | None:
        due = self._timetable.next_start(job, now)
        if due is not None:
            self._events.append(Event(EventCode.STARTJOB, due, joid=job.joid, job_ver=job_ver, sent=now))
        return due

    def _notify(self, joid: int, job_ver: int, now: int, value: str = "", seal: str = "") -> None:
        notice = Event(EventCode.DEFINITION_CHANGED, now, priority=0, joid=joid, job_ver=job_ver, value=value, sent=now)
        notice.sent_by, notice.name = self.settings.owner, seal
        self._events.append(notice)

    def _is_running(self, box_joid: int) -> bool:
        if box_joid not in self._running:
            row = self.store.status(box_joid)
            self._running[box_joid] = row is not None and row.state.status is Status.RUNNING
        return self._running[box_joid]

    def _keep_secrets(self, stanza: Stanza, answer: Answer, definition: Definition, before: Definition | None) -> bool:
        """What `autorep -q` masked keeps its value; False if there is none to keep."""
        old = before.attributes if before is not None else ()
        definition.attributes, lost = secrets().kept(definition.attributes, old)
        if lost:
            reading = Reading(stanza, visible(stanza.name))
            what = f"envvars: {MASK} stands for the value that {lost[0]} has, and it has none; give one"
            reading.refuse(10281, f"ERROR for Job: {visible(stanza.name)} < {what} >")
            answer.faults = answer.faults + reading.faults
        return not lost

    # Permission

    def _is_forbidden(self, stanza: Stanza, answer: Answer, *definitions: Definition | None) -> bool:
        """V40: refuses the stanza if the caller must not edit one of the jobs."""
        if self._permit is None:
            return False
        for definition in definitions:
            if definition is not None and not self._permit.allows(Right.EDIT, definition):
                self._forbid(stanza, answer, definition.job.name, Right.EDIT.value)
        return any(fault.code == NO_PERMISSION for fault in answer.faults)

    def _is_forbidden_to_put(
        self, stanza: Stanza, answer: Answer, definition: Definition, before: Definition | None
    ) -> bool:
        """The same for a job that comes into another box, which will end as its members do, or to another owner."""
        if self._permit is None:
            return False
        box, owner = definition.job.box_joid, definition.value("owner")
        if before is not None and before.value("owner") == owner:
            owner = ""
        if owner and not self._permit.may_give_to(owner):
            self._forbid(stanza, answer, stanza.name, "EDIT superuser")
        moves = box and (before is None or before.job.box_joid != box)
        return self._is_forbidden(stanza, answer, self.store.definition(box) if moves else None)

    def _forbid(self, stanza: Stanza, answer: Answer, name: str, right: str) -> None:
        assert self._permit is not None
        reading = Reading(stanza, visible(name))
        reading.refuse(NO_PERMISSION, CATALOGUE[NO_PERMISSION].format(self._permit.caller, right, visible(name)))
        answer.faults = answer.faults + reading.faults

    # Deleting

    def _delete_job(self, stanza: Stanza, answer: Answer, now: int) -> None:
        head = self._head_to_delete(stanza, answer)
        if head is None or self._is_forbidden_to_delete(stanza, answer, [head]):
            return
        with self.store.transaction():
            for member in self.store.members(head.joid):
                definition = self.store.definition(member.joid)
                if definition is not None:
                    self._write(_stand_alone(definition, self.settings.owner, now), None, None, now)
            self._remove(head, now)
        self.known.forget()

    def _delete_box(self, stanza: Stanza, answer: Answer, now: int) -> None:
        head = self._head_to_delete(stanza, answer)
        if head is None:
            return
        reading = Reading(stanza, visible(head.name))
        if head.job_type != "BOX":
            reading.refuse(10281, f"ERROR for Job: {reading.name} < it is no box >")
        inside = self._everything_in(head)
        if self._is_forbidden_to_delete(stanza, answer, [head, *inside]):
            return
        for member in inside:
            if self._is_live(member):
                reading.refuse(10281, f"ERROR for Job: {visible(member.name)} < job is running >")
        answer.faults = answer.faults + reading.faults
        if reading.is_refused:
            answer.closing = message(50201)
            return
        with self.store.transaction():
            for member in reversed(inside):
                self._remove(member, now)
            self._remove(head, now)
        self.known.forget()

    def _is_forbidden_to_delete(self, stanza: Stanza, answer: Answer, heads: "list[JobHead]") -> bool:
        if self._permit is None or self._permit.is_superuser(Right.EDIT):
            return False
        forbidden = self._is_forbidden(stanza, answer, *(self.store.definition(head.joid) for head in heads))
        answer.closing = message(50201) if forbidden else ""
        return forbidden

    def _head_to_delete(self, stanza: Stanza, answer: Answer) -> "JobHead | None":
        reading = read(stanza, "job" if stanza.subcommand == "delete_job" else "box", updates=False)
        head = self.store.head(stanza.name)
        if head is None:
            text = f"*** CANNOT DELETE Job: {reading.name}, because it DOES NOT EXISTS ***"
            reading.refuse(18948, text, choices=self.known.names_near(stanza.name), typed=stanza.name)
        elif self._is_live(head):
            reading.refuse(10281, f"ERROR for Job: {reading.name} < job is running >")
        answer.faults = reading.faults
        if reading.is_refused:
            answer.closing = message(50201)
            return None
        return head

    def _is_live(self, head: "JobHead") -> bool:
        row = self.store.status(head.joid)
        return row is not None and row.state.status in LIVE

    def _everything_in(self, box: "JobHead") -> "list[JobHead]":
        """Members at every depth, each box before its own."""
        found: list[JobHead] = []
        waiting = [box]
        while waiting:
            members = self.store.members(waiting.pop().joid)
            if any(member.joid == box.joid for member in members):
                raise ValueError(f"box {box.joid} is inside itself")
            found += members
            waiting += [member for member in members if member.job_type == "BOX"]
        return found

    def _remove(self, head: "JobHead", now: int) -> None:
        self.store.delete_definition(head.joid)
        self._notify(head.joid, head.job_ver, now)

    # Everything else

    def _define_object(self, stanza: Stanza, answer: Answer, now: int) -> None:
        checked = check_object(stanza, self.known, self.settings)
        head = self.store.head(stanza.name) if stanza.subcommand.endswith("_blob") else None
        if head is not None and self._is_forbidden(stanza, answer, self.store.definition(head.joid)):
            return
        self._store(checked, answer)

    def _store(self, checked: CheckedObject, answer: Answer) -> None:
        answer.faults = checked.faults
        if any(fault.is_error for fault in checked.faults):
            return
        with self.store.transaction():
            for thing in checked.deleted:
                self._tell_of(thing, None)
                self.store.delete_object(thing.kind, thing.name, thing.part)
            for thing in checked.stored:
                self._tell_of(thing, thing)
                self.store.put_object(thing)
            for thing in (*checked.deleted, *checked.stored):
                if thing.kind == "resource":
                    self._notify_resource(thing, checked.amount)
        self.known.forget_objects()

    def _tell_of(self, thing: NamedObject, after: NamedObject | None) -> None:
        before = self.store.object(thing.kind, thing.name, thing.part)
        old, new = (None if each is None else each.attributes for each in (before, after))
        tell_of_change(
            self.store, thing.kind, thing.name, thing.part, old, new, self.settings.owner, self.settings.now
        )  # fmt: skip

    def _notify_resource(self, thing: NamedObject, amount: str) -> None:
        """The value is the resource's machine, a blank, the amount as typed (see `core.resources.resource_changed`)."""
        now = self.settings.now
        notice = Event(EventCode.RESOURCE_CHANGED, now, priority=0, name=thing.name, value=f"{thing.part} {amount}")
        notice.sent = now
        self.store.add_event(notice)

    # Machines

    def _define_machine(self, stanza: Stanza, answer: Answer, now: int) -> None:
        if stanza.subcommand == "delete_machine":
            checked = self._checked_delete(stanza)
        else:
            checked = check_machine(stanza, self.known)
        answer.faults = checked.faults
        if any(fault.is_error for fault in checked.faults):
            answer.closing = message(50228 if stanza.subcommand == "delete_machine" else 50233, stanza.name)
            return
        with self.store.transaction():
            for machine in (*checked.changed, *([checked.machine] if checked.machine is not None else [])):
                self._notify_machine(machine.name, machine, now)
                self.store.put_machine(machine)
            if checked.machine is None:
                self._notify_machine(stanza.name, None, now)
                self.store.delete_machine(stanza.name)
        self.known.forget()

    def _checked_delete(self, stanza: Stanza) -> CheckedMachine:
        name = stanza.name
        virtual = [
            machine
            for machine in self.store.machines()
            if machine.is_virtual and any(member == name for member, _ in split_members(machine.attributes)[1])
        ]
        has_jobs = any(name in machine_names(each.job.machine) for each in self.store.definitions())
        has_resources = any(each.part == name for each in self.store.objects("resource"))
        return check_delete(stanza, self.known, virtual, has_jobs, has_resources)

    def _notify_machine(self, name: str, after: "Machine | None", now: int) -> None:
        before = self.store.machine(name)
        old, new = (None if each is None else each.attributes for each in (before, after))
        tell_of_change(self.store, "machine", name, "", old, new, self.settings.owner, now)
        self.store.add_event(Event(EventCode.MACHINE_CHANGED, now, priority=0, name=name, sent=now))


def _handler(subcommand: Subcommand) -> Callable[[Definer, Stanza, Answer, int], None]:
    match subcommand.kind, subcommand.verb:
        case "job", "override":
            return Definer._override_job
        case "job", "delete":
            return Definer._delete_job
        case "job", _:
            return Definer._define_job
        case "box", _:
            return Definer._delete_box
        case "rename", _:
            return Definer._rename_job
        case "machine", _:
            return Definer._define_machine
        case _:
            return Definer._define_object


_DEFINE = {subcommand: _handler(subcommand) for subcommand in SUBCOMMANDS.values()}


def _opening(stanza: Stanza) -> str:
    subcommand = SUBCOMMANDS[stanza.subcommand]
    name = visible(stanza.name)
    if stanza.subcommand in ("insert_job", "update_job", "override_job"):
        return message(50323, stanza.name, severity="I")
    if subcommand.verb == "rename":
        return f"Renaming job: {name}"
    verb = "Deleting" if subcommand.verb == "delete" else "Inserting/Updating"
    return f"{verb} {NOUNS.get(subcommand.kind, subcommand.kind)}: {name}"


def _first_state(seed: Status | None, due: int | None, now: int) -> JobState:
    """Rule S-03: ON_NOEXEC is a mode, a terminal status counts as an end just now."""
    state = JobState(since=now, next_start=due)
    if seed is Status.ON_NOEXEC:
        state.noexec = True
    elif seed is not None:
        state.status = seed
        state.last_end = now if seed in TERMINAL else None
    return state


def _stand_alone(definition: Definition, sent_by: str, now: int) -> Definition:
    attributes = tuple(each for each in definition.attributes if each[0] != "box_name")
    return Definition(replace(definition.job, box_joid=0), attributes, sent_by, now)


def undefined_jobs(job: Job, is_defined: Callable[[str], bool]) -> list[str]:
    """Jobs that its conditions name and that do not exist, each once, as they come."""
    conditions = [each for each in (job.condition, job.box_success, job.box_failure) if each is not None]
    names = dict.fromkeys(name for condition in conditions for name in condition.job_names())
    return [name for name in names if not is_defined(name)]


def load(definer: Definer, text: str, now: int) -> list[Answer]:
    """Applies JIL text as one transaction: for tests and the simulator, which have no command around them."""
    from autosys_py.jil.scanner import scan

    with definer.store.transaction():
        answers = [definer.apply(stanza, now) for stanza in scan(text.split("\n"))]
        definer.flush()
    definer.forget()
    return answers
