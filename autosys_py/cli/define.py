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

from autosys_py.core.codes import LIVE, TERMINAL, EventCode, Status
from autosys_py.core.condition import Condition, Kind
from autosys_py.core.model import Definition, Event, Job, JobState, Machine
from autosys_py.core.schedule import next_start
from autosys_py.core.text import visible
from autosys_py.event_server.errors import AlreadyExists
from autosys_py.jil.checks import already_exists, check_job
from autosys_py.jil.diagnostic import Diagnostic
from autosys_py.jil.domains import machine_names
from autosys_py.jil.known import KnownJob, Settings
from autosys_py.jil.machines import VIRTUAL, CheckedMachine, check_delete, check_machine, split_members
from autosys_py.jil.reading import Reading, read
from autosys_py.jil.scanner import Stanza
from autosys_py.jil.subcommands import SUBCOMMANDS

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from autosys_py.event_server.protocol import EventServer, JobHead

NOUNS = {
    "job_type": "job type",
    "xinst": "external instance",
    "monbro": "monitor/browser",
    "connectionprofile": "connection profile",
}
SUPPORTED = frozenset(
    "insert_job update_job delete_job delete_box insert_machine update_machine delete_machine".split()
)
FEW = 500
"""Names among which a mistyped one is still looked for."""


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


class StoreKnown:
    """Answers what the checks ask. Remembers heads for as long as nobody else can write: one outer transaction."""

    def __init__(self, store: "EventServer", autoserv: str) -> None:
        self._store = store
        self._autoserv = autoserv
        self.forget()

    def forget(self) -> None:
        """The transaction is over: others may have written."""
        self._jobs: dict[str, KnownJob | None] = {}
        self._machines: dict[str, Machine | None] = {}
        self._boxes_of: dict[int, int] | None = None
        self._names: tuple[str, ...] | None = None

    def job(self, name: str) -> KnownJob | None:
        if name not in self._jobs:
            head = self._store.head(name)
            self._jobs[name] = KnownJob(head.joid, head.job_type, head.box_joid) if head is not None else None
        return self._jobs[name]

    def has_job(self, name: str) -> bool:
        return self.job(name) is not None

    def put_job(self, job: Job) -> None:
        self._jobs[job.name] = KnownJob(job.joid, job.job_type, job.box_joid)
        self._boxes_of = None

    def machine(self, name: str) -> Machine | None:
        if name not in self._machines:
            self._machines[name] = self._store.machine(name)
        return self._machines[name]

    def is_inside(self, joid: int, box_joid: int) -> bool:
        if self._boxes_of is None:
            self._boxes_of = {head.joid: head.box_joid for head in self._store.heads()}
        while joid and joid != box_joid:
            joid = self._boxes_of.get(joid, 0)
        return joid != 0

    def names_near(self, name: str) -> tuple[str, ...]:
        if self._names is None:
            heads = self._store.heads()
            self._names = tuple(head.name for head in heads) if len(heads) <= FEW else ()
        return self._names

    def has_calendar(self, name: str) -> bool:
        return False

    def has_resource(self, name: str) -> bool:
        return False

    def has_template(self, name: str) -> bool:
        return False

    def has_instance(self, name: str) -> bool:
        return name == self._autoserv


class Definer:
    """Applies stanzas to a store, one after the other."""

    def __init__(
        self,
        store: "EventServer",
        zone: "ZoneInfo",
        user_host: str,
        undefined_machine: str = "offline",
        autoserv: str = "ACE",
    ) -> None:
        self.store = store
        self.zone = zone
        """The scheduler's."""
        self.settings = Settings(user_host, undefined_machine)
        self.known = StoreKnown(store, autoserv)
        self._running: dict[int, bool] = {}

    def forget(self) -> None:
        """To be called when the outer transaction is over."""
        self.known.forget()
        self._running.clear()

    def apply(self, stanza: Stanza, now: int) -> Answer:
        """Checks and writes one stanza inside the caller's transaction; `now` in UTC seconds.

        Raises the errors of `event_server.errors`, in which case nothing of the stanza is there.
        """
        if not stanza.subcommand:
            return Answer(faults=stanza.faults, accepted=False)
        answer = Answer(_opening(stanza))
        if stanza.subcommand not in SUPPORTED:
            answer.faults = [*stanza.faults, _unsupported(stanza)]
        elif stanza.subcommand in ("insert_job", "update_job"):
            self._define_job(stanza, answer, now)
        elif stanza.subcommand == "delete_job":
            self._delete_job(stanza, answer, now)
        elif stanza.subcommand == "delete_box":
            self._delete_box(stanza, answer, now)
        else:
            self._define_machine(stanza, answer, now)
        answer.accepted = not any(fault.is_error for fault in answer.faults)
        return answer

    # Jobs

    def _define_job(self, stanza: Stanza, answer: Answer, now: int) -> None:
        before = None
        updates = stanza.subcommand == "update_job"
        if updates:
            known = self.known.job(stanza.name)
            before = self.store.definition(known.joid) if known is not None else None
        checked = check_job(stanza, before, self.known, self.settings)
        answer.faults = checked.faults
        if checked.definition is None:
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
        answer.defined = job
        answer.inserted = not updates
        moved = before is None or before.job.box_joid != job.box_joid
        if moved and job.box_joid and self._is_running(job.box_joid):
            answer.entered = (job.name, checked.definition.value("box_name"))

    def _conflicts(self, stanza: Stanza, job: Job, before: Job) -> list[Diagnostic]:
        """V31: what the job's own state forbids."""
        row = self.store.status(before.joid)
        reading = Reading(stanza, visible(job.name))
        if row is not None and row.state.status is Status.STARTING:
            reading.refuse(19001, f"Job {reading.name} cannot be updated while it is STARTING.")
        if row is not None and row.state.status is Status.ON_ICE and job.box_joid not in (0, before.box_joid):
            box = self.store.status(job.box_joid)
            if box is not None and box.state.noexec:
                text = f"You cannot move job {reading.name} into box {visible(box.head.name)}"
                reading.refuse(19100, f"{text}: the job is ON_ICE, the box ON_NOEXEC.")
        return reading.faults

    def _write(self, definition: Definition, seed: Status | None, answer: Answer | None, now: int) -> Job:
        """The definition, its first state if it is new, its next tick, and the scheduler's notice."""
        with self.store.transaction():
            job = self.store.put_definition(definition)
            due = next_start(job.schedule, now, self.zone) if job.schedule is not None else None
            if not definition.job.joid:
                self.store.put_first_state(job.joid, _first_state(seed, due, now))
            if due is not None:
                tick = Event(EventCode.STARTJOB, due, joid=job.joid, job_ver=job.job_ver, sent=now)
                self.store.add_event(tick)
            self._notify(job.joid, job.job_ver, now)
        self.known.put_job(job)
        if answer is not None and due is not None:
            answer.scheduled = (job.name, due)
        return job

    def _notify(self, joid: int, job_ver: int, now: int) -> None:
        notice = Event(EventCode.DEFINITION_CHANGED, now, priority=0, joid=joid, job_ver=job_ver, sent=now)
        notice.sent_by = self.settings.owner
        self.store.add_event(notice)

    def _is_running(self, box_joid: int) -> bool:
        if box_joid not in self._running:
            row = self.store.status(box_joid)
            self._running[box_joid] = row is not None and row.state.status is Status.RUNNING
        return self._running[box_joid]

    # Deleting

    def _delete_job(self, stanza: Stanza, answer: Answer, now: int) -> None:
        head = self._head_to_delete(stanza, answer)
        if head is None:
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
        for member in inside:
            if self._is_live(member):
                reading.refuse(10281, f"ERROR for Job: {visible(member.name)} < job is running >")
        answer.faults = answer.faults + reading.faults
        if reading.is_refused:
            answer.closing = "CAUAJM_E_50201 Delete was not performed!"
            return
        with self.store.transaction():
            for member in reversed(inside):
                self._remove(member, now)
            self._remove(head, now)
        self.known.forget()

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
            answer.closing = "CAUAJM_E_50201 Delete was not performed!"
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
            found += members
            waiting += [member for member in members if member.job_type == "BOX"]
        return found

    def _remove(self, head: "JobHead", now: int) -> None:
        self.store.delete_definition(head.joid)
        self._notify(head.joid, head.job_ver, now)

    # Machines

    def _define_machine(self, stanza: Stanza, answer: Answer, now: int) -> None:
        if stanza.subcommand == "delete_machine":
            checked = self._checked_delete(stanza)
        else:
            checked = check_machine(stanza, self.known)
        answer.faults = checked.faults
        if any(fault.is_error for fault in checked.faults):
            name = visible(stanza.name)
            answer.closing = (
                f"CAUAJM_E_50228 Deletion of machine: {name} was NOT successful!"
                if stanza.subcommand == "delete_machine"
                else f"CAUAJM_E_50233 Database change for machine: {name} WAS NOT successful."
            )
            return
        with self.store.transaction():
            for machine in (*checked.changed, *([checked.machine] if checked.machine is not None else [])):
                self.store.put_machine(machine)
                self._notify_machine(machine.name, now)
            if checked.machine is None:
                self.store.delete_machine(stanza.name)
                self._notify_machine(stanza.name, now)
        self.known.forget()

    def _checked_delete(self, stanza: Stanza) -> CheckedMachine:
        name = stanza.name
        virtual = [
            machine
            for machine in self.store.machines()
            if machine.type in VIRTUAL and any(member == name for member, _ in split_members(machine.attributes)[1])
        ]
        has_jobs = any(name in machine_names(each.job.machine) for each in self.store.definitions())
        return check_delete(stanza, self.known, virtual, has_jobs)

    def _notify_machine(self, name: str, now: int) -> None:
        notice = Event(EventCode.MACHINE_CHANGED, now, priority=0, name=name, sent_by=self.settings.owner, sent=now)
        self.store.add_event(notice)


def _opening(stanza: Stanza) -> str:
    subcommand = SUBCOMMANDS[stanza.subcommand]
    name = visible(stanza.name)
    if stanza.subcommand in ("insert_job", "update_job", "override_job"):
        return f"CAUAJM_I_50323 Inserting/Updating job: {name}"
    if subcommand.verb == "rename":
        return f"Renaming job: {name}"
    verb = "Deleting" if subcommand.verb == "delete" else "Inserting/Updating"
    return f"{verb} {NOUNS.get(subcommand.kind, subcommand.kind)}: {name}"


def _unsupported(stanza: Stanza) -> Diagnostic:
    head = stanza.head
    text = f"{stanza.subcommand} is not supported by this version."
    return Diagnostic(0, text, head.line, head.column, head.source)


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
    conditions = (job.condition, job.box_success, job.box_failure)
    names = dict.fromkeys(name for condition in conditions for name in named_jobs(condition))
    return [name for name in names if not is_defined(name)]


def named_jobs(condition: Condition | None) -> list[str]:
    """The jobs of this instance that a condition names."""
    if condition is None:
        return []
    return [atom.name for atom in condition.atoms if atom.kind is not Kind.VALUE and not atom.instance]


def load(definer: Definer, text: str, now: int) -> list[Answer]:
    """Applies JIL text as one transaction: for tests and the simulator, which have no command around them."""
    from autosys_py.jil.scanner import scan

    with definer.store.transaction():
        answers = [definer.apply(stanza, now) for stanza in scan(text.split("\n"))]
    definer.forget()
    return answers
