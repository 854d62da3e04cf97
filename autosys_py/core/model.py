"""The nouns of the machine, shared by every package: jobs, states, events, facts, effects.

Times are UTC seconds since 1970 as integers, everywhere. Minutes and seconds of a definition keep
the unit of their JIL attribute and say so. Nothing here does anything; `world`, `draft` and `step` do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import IntEnum
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from autosys_py.core.codes import LIVE, Alarm, AlarmState, EventCode, Status
from autosys_py.core.demands import NO_DEMANDS, Demands
from autosys_py.core.exit_codes import DEFAULT_RULE, ExitRule

if TYPE_CHECKING:  # every command knows jobs, few of them what stands in their definitions
    from autosys_py.core.condition import Condition
    from autosys_py.core.must_times import MustTimes
    from autosys_py.core.restart import Behaviour, Chain
    from autosys_py.core.schedule import RunWindow, Schedule
    from autosys_py.core.timetable import Timetable


class RunKey(NamedTuple):
    """What a start is known by, for ever: it never repeats (rule M-06)."""

    joid: int
    run_num: int
    ntry: int

    @property
    def name(self) -> str:
        """`joid.run_num.ntry`, as the agent's records have it."""
        return f"{self.joid}.{self.run_num}.{self.ntry}"


@dataclass(frozen=True, slots=True)
class Job:
    """A definition as the machine sees it: only what decides. The command and its files stay in the store.

    `compiled()` and `from_compiled()` are the stored form; the keys are the field names, defaults left out.
    """

    joid: int
    job_ver: int
    name: str
    job_type: str
    box_joid: int = 0
    """The direct box; 0 = none."""
    machine: str = ""
    condition: Condition | None = None
    box_success: Condition | None = None
    box_failure: Condition | None = None
    schedule: Schedule | None = None
    """The date part (semantics.md §7); None without one or with `date_conditions: 0`."""
    run_window: RunWindow | None = None
    """None without one or with `date_conditions: 0`; so are the calendar, the must times and the zone."""
    exclude_calendar: str = ""
    must_start: MustTimes | None = None
    must_complete: MustTimes | None = None
    timezone: str = ""
    """Of all its times; empty = the scheduler's zone."""
    exit_rule: ExitRule = DEFAULT_RULE
    n_retrys: int = 0
    term_run_time: int = 0
    """Minutes; 0 = no limit."""
    max_run_alarm: int = 0
    """Minutes; 0 = none."""
    min_run_alarm: int = 0
    """Minutes; 0 = none."""
    box_terminator: bool = False
    job_terminator: bool = False
    auto_hold: bool = False
    alarm_if_fail: bool = True
    alarm_if_terminated: bool = True
    priority: int = 0
    job_load: int = 0
    avg_runtime: int = 0
    """Minutes, seeds the average; 0 = unknown."""
    send_notification: str = ""
    """Of which ends people are told: `1` = of all, `F` = of FAILURE, empty = of none and of no alarm either."""
    notification_alarm_types: str = ""
    """Alarms of which people are told, a comma list, or ALL."""
    auto_delete: int = -1
    """Hours after the end; 0 = at once after SUCCESS, else 7 days; -1 = never (rule R-13)."""
    override_ver: int = 0
    """The version that has an override laid over the definition, where this is one; 0 = none. Timers are bound to
    `job_ver`, which is the definition's own unless the override changes start times."""
    resources: Demands = NO_DEMANDS
    behaviour: Behaviour | None = None
    """What follows the end of a run (extensions.md §4); None without any such attribute."""
    presubmit_count: int = 1
    """How many future starts are stored."""

    @property
    def is_box(self) -> bool:
        return self.job_type == "BOX"

    @property
    def run_ver(self) -> int:
        """The version that runs and orders name."""
        return self.override_ver or self.job_ver

    def compiled(self) -> dict[str, Any]:
        """What differs from the defaults, as JSON values; identity (the first five fields) left out."""
        stored: dict[str, Any] = {}
        for each in _COMPILED_FIELDS:
            value = getattr(self, each.name)
            if value != each.default:
                stored[each.name] = value.to_json() if hasattr(value, "to_json") else value
        return stored

    @classmethod
    def from_compiled(
        cls, joid: int, job_ver: int, name: str, job_type: str, box_joid: int, stored: Mapping[str, Any]
    ) -> Self:
        """The inverse of `compiled`."""
        values = dict(stored)
        for key, kind in _compiled_classes().items():
            if key in values:
                values[key] = kind.from_json(values[key])
        return cls(joid, job_ver, name, job_type, box_joid, **values)


class Attributed:
    """What was written in JIL: attributes in order, a name that collects values more than once."""

    __slots__ = ()
    attributes: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """All values of a repeatable attribute, in order."""
        return [value for key, value in self.attributes if key == name]

    def value(self, name: str, default: str = "") -> str:
        """The value of an attribute, `default` if it was not given."""
        for key, value in self.attributes:
            if key == name:
                return value
        return default


@dataclass(slots=True)
class Definition(Attributed):
    """A version of a job as its author wrote it: what `autorep -q` prints and the agent runs."""

    job: Job
    """What the scheduler reads of it; carries joid (0 = new), version and box."""
    attributes: tuple[tuple[str, str], ...]
    """As stored by the rules of jil.md §1.3, in the order given; a name that collects values repeats.
    Neither job_type nor insert-only attributes. Bytes that are not UTF-8 are surrogate-escaped."""
    sent_by: str = ""
    """`user@host` of who wrote this version."""
    time: int = 0


_COMPILED_FIELDS = fields(Job)[5:]


@cache
def _compiled_classes() -> dict[str, Any]:
    from autosys_py.core.condition import Condition
    from autosys_py.core.must_times import MustTimes
    from autosys_py.core.restart import Behaviour
    from autosys_py.core.schedule import RunWindow, Schedule

    return {
        "condition": Condition,
        "box_success": Condition,
        "box_failure": Condition,
        "schedule": Schedule,
        "run_window": RunWindow,
        "must_start": MustTimes,
        "must_complete": MustTimes,
        "exit_rule": ExitRule,
        "resources": Demands,
        "behaviour": Behaviour,
    }


class Holding(NamedTuple):
    """Units of a resource that a job holds, or consumed in its present run."""

    name: str
    machine: str
    """The resource's machine; empty = global."""
    units: int
    free: str
    """`Y`, `A` or `N` of a renewable resource (rule L-07); `D` = depletable, never given back."""


@dataclass(slots=True)
class JobState:
    """Where a job stands: its row of `job_status`. Written by the scheduler alone."""

    status: Status = Status.INACTIVE
    noexec: bool = False
    """The ON_NOEXEC mode beside the status (rule S-02)."""
    run_num: int = 0
    ntry: int = 0
    last_start: int | None = None
    last_end: int | None = None
    end_seq: int = 0
    """`seq` of the fact that ended it last; orders ends within a second (rule C-21)."""
    exit_code: int | None = None
    machine: str = ""
    """Where the current or last run was started."""
    since: int = 0
    """When the status was entered."""
    latched: bool = False
    """A processed tick waits for the other gates (rule D-10)."""
    next_start: int | None = None
    """Due time of the stored next tick (rule D-04)."""
    box_run: int = 0
    """`run_num` of the direct box at this job's last start (rule B-03) …"""
    box_ntry: int = 0
    """… and its `ntry`, 0 = started while the box was idle; together they say whether the job already started in
    this box run."""
    forced: bool = False
    """The current run was force started."""
    killed: bool = False
    """A kill of the current run was ordered: it ends TERMINATED (rule R-01)."""
    retries: int = 0
    """Tries of `n_retrys` used in this run (rule R-06)."""
    system_restarts: int = 0
    """Starts that could make no process, in this run (rule R-05)."""
    before_hold: Status | None = None
    """The status that JOB_ON_HOLD replaced (rule H-03)."""
    queue_priority: int | None = None
    """CHANGE_PRIORITY of the present wait; None = the definition's."""
    must_slot: int | None = None
    """The scheduled start whose must times are watched (rule D-13); None = nothing is."""
    holds: tuple[Holding, ...] = ()
    """Units of resources: of the present run, or kept from the last one (rule L-07)."""
    chain: Chain | None = None
    """Where it stands in a chain of restarts; None = in none."""
    later_starts: tuple[int, ...] = ()
    """Due times of the stored ticks behind `next_start` (presubmit_count)."""
    run_date: str = ""
    """Business date `YYYYMMDD` of the current or last run, or of the one that is queued (extensions.md §3); empty =
    none."""

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_between_tries(self) -> bool:
        """Is the next start a further try of the present run, if the scheduler makes it?"""
        if self.status is Status.RESTART:
            return not self.is_restart_due
        return bool(self.retries or self.system_restarts)

    @property
    def ignores_day(self) -> bool:
        """Is the next start of a queued job a retry or a restart, which no calendar and no window stops? (rule D-15)"""
        return bool(self.retries) or self.is_restart_due

    @property
    def is_restart_due(self) -> bool:
        """Is the next start a restart, that is a new run in place of the present one? (extensions.md §4)"""
        return self.chain is not None and self.chain.is_due

    @property
    def was_idle_run(self) -> bool:
        """Did the current or last run begin outside a running box? Its end may change an idle one (rule B-15)."""
        return self.box_ntry == 0

    def told(self) -> dict[str, Any]:
        """The status and what else differs from a new job's, as a fact keeps it."""
        new = JobState()
        names = (each.name for each in fields(JobState))
        changed = {name: value for name in names if (value := getattr(self, name)) != getattr(new, name)}
        return {"status": self.status, **changed}

    def copy(self) -> JobState:
        """A copy to write on; explicit because it is made for every job that a step touches."""
        return JobState(*_state_values(self))


_state_values = attrgetter(*(each.name for each in fields(JobState)))


VIRTUAL_TYPES = ("v", "p")
"""Types of machines that are lists of real ones (jil.md §7)."""


@dataclass(slots=True)
class Machine:
    """A machine as `insert_machine` defined it. `localhost` is always defined (extensions.md §2)."""

    name: str
    type: str = "a"
    node_name: str = ""
    max_load: int | None = None
    factor: float = 1.0
    opsys: str = ""
    offline: bool = False
    """MACH_OFFLINE was sent and no MACH_ONLINE since (rule L-14)."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Everything as typed, in order, for `autorep -M -q`."""

    @property
    def is_virtual(self) -> bool:
        return self.type in VIRTUAL_TYPES


class Mark(NamedTuple):
    """How far the past of another instance was read (rule C-06)."""

    seq: int = -1
    """The last fact that was read; 0 = there was none yet, -1 = nobody has read."""
    digest: str = ""
    """Its hash: another one at this `seq` is another past."""
    fault: str = ""
    """Why the other store cannot be read now; empty = it can."""


class Member(NamedTuple):
    """A real machine in a virtual one."""

    name: str
    max_load: int | None
    """Units that may run there by way of the virtual machine; None = what the machine itself allows."""
    factor: float | None
    """None = the machine's own."""


def members_of(machine: Machine) -> list[Member]:
    """The members of a virtual machine in listed order; the load behind a `machine` line is that member's."""
    members: list[Member] = []
    for name, value in machine.attributes if machine.is_virtual else ():
        if name == "machine":
            members.append(Member(value, None, None))
        elif members and name == "max_load":
            members[-1] = members[-1]._replace(max_load=int(value) if value else None)
        elif members and name == "factor":
            members[-1] = members[-1]._replace(factor=float(value) if value else None)
    return members


class ResourceKey(NamedTuple):
    """What a resource is known by: its name may exist once on each machine and once globally."""

    name: str
    machine: str = ""
    """Empty = global."""


class Resource(NamedTuple):
    """A virtual resource as `insert_resource` defined it (rule L-06)."""

    key: ResourceKey
    type: str
    """`R` renewable, `D` depletable, `T` threshold."""
    amount: int = 0


def resource_of(thing: NamedObject) -> Resource:
    """The stored object as the scheduler reads it."""
    return Resource(ResourceKey(thing.name, thing.part), thing.value("res_type"), int(thing.value("amount", "0")))


class Readings(NamedTuple):
    """What an agent measures of its host (rules L-08, L-10); None = it does not know."""

    os_type: str | None = None
    """AIX, HPUX, LINUX, SOLARIS, WINDOWS …"""
    os_version: str | None = None
    cpu_count: int | None = None
    physical_memory: int | None = None
    """Megabytes."""
    memory_in_use: int | None = None
    """Percent."""
    free_cpu: int | None = None
    """Percent."""


class CountKey(NamedTuple):
    """What one of the scheduler's own counts is of."""

    kind: str
    """`consumed`: units of a depletable resource; `turn`: whose turn it is in a list of machines (rule L-10);
    `missing`: 1 = the agent does not answer, 2 = it refuses (rule L-12)."""
    name: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class NamedObject(Attributed):
    """What JIL defines beside jobs and machines: a calendar, a resource, a blob and their like."""

    kind: str
    """`calendar`, `extended_calendar`, `cycle`, `resource`, `xinst`, `job_type`, `blob`, `glob`, `monbro`,
    `connectionprofile`, `override`."""
    name: str
    part: str = ""
    """What else its key has: the machine of a resource, the number of a blob or an override."""
    attributes: tuple[tuple[str, str], ...] = ()
    """As stored by the rules of jil.md §1.3, in order; a name that collects values repeats."""
    sent_by: str = ""
    time: int = 0


RENAMED = "rename"
"""`value` of a DEFINITION_CHANGED that only says how a job it names is called now."""


@dataclass(slots=True)
class Event:
    """A row of the event table: something that is to happen at `due`.

    A timer carries the definition version and, where it belongs to a run, the run's key; when these are
    no longer current it is ignored (rule E-01). Agents' reports are events too.
    """

    code: EventCode
    due: int
    eoid: int = 0
    """0 until the store numbers it."""
    priority: int = 10
    joid: int = 0
    job_ver: int = 0
    """0 = not bound to a definition version; STARTJOB with one is a tick."""
    run_num: int = 0
    ntry: int = 0
    status: Status | None = None
    exit_code: int | None = None
    """AGENT_ENDED: the code, or minus the signal's number."""
    name: str = ""
    """A global or a machine."""
    value: str = ""
    """The global's value, signals `15,9`, an alarm's name, a reply, a priority, a comment; on reports their text."""
    sent_by: str = ""
    """`user@host`; empty = the scheduler itself."""
    reason: str = ""
    sent: int = 0
    """When it was inserted."""
    definition: Job | None = None
    """Attached by the shell to DEFINITION_CHANGED, never stored; None there = deleted."""
    override: Job | None = None
    """Attached likewise: the definition with the override for the next run laid over it; None = no override."""
    state: JobState | None = None
    """Attached by the shell to DEFINITION_CHANGED of a new job: its first state. To EXTERNAL_DEPENDENCY: where the
    job of another instance stands there; None = there is no such job."""
    machine: Machine | None = None
    """Attached by the shell to MACHINE_CHANGED, never stored; None there = deleted."""
    timetable: Timetable | None = None
    """Attached by the shell to CALENDAR_CHANGED and TIMEZONE_CHANGED, never stored."""
    alarm: RaisedAlarm | None = None
    """Attached by the shell to CHANGE_ALARM, never stored; None there = no such alarm."""
    resource: Resource | None = None
    """Attached by the shell to RESOURCE_CHANGED, never stored; None there = deleted."""
    fired: dict[int, list[int]] | None = None
    """Attached by the shell to CLOCK_SET, never stored: start times that jobs have had and that by the new time are
    still to come."""


@dataclass(slots=True)
class Fact:
    """A row of the past (`proc_event`): an event that was processed or a change that it caused."""

    seq: int
    """Total order of the past, from 1."""
    code: EventCode
    time: int
    """When it happened."""
    processed: int
    """When the scheduler dealt with it."""
    cause: int = 0
    """`seq` of the fact that made it happen; 0 = none."""
    eoid: int = 0
    """The event's number; 0 for a derived fact."""
    joid: int = 0
    run_num: int = 0
    ntry: int = 0
    status: Status | None = None
    noexec: bool = False
    alarm: Alarm | None = None
    exit_code: int | None = None
    machine: str = ""
    name: str = ""
    value: str = ""
    text: str = ""
    """Event text, shown in `< >` by the log and `autorep -d`."""
    sent_by: str = ""
    reason: str = ""
    notes: list[str] = field(default_factory=list)
    """Log lines that say what was refused or ignored and why, with their message code if one exists."""
    changes: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    """Which state fields of which job this fact set: `(joid, {field: value})`. Folding them gives the state."""


class Use(NamedTuple):
    """A run that started with an override."""

    job: Job
    """The definition with the override laid over it."""
    run_num: int
    start: int


class EffectKind(IntEnum):
    START = 1
    KILL = 2
    SIGNAL = 3


class Effect(NamedTuple):
    """An order to an agent. The stored row is deleted in the transaction that takes in its answer."""

    kind: EffectKind
    key: RunKey
    job_ver: int
    machine: str
    value: str = ""
    """Signals in order, `15,9`, for KILL and SIGNAL; for START the run's business date or nothing."""


class RaisedAlarm(NamedTuple):
    """A row of `alarm`: what was raised, and what operators did about it. A projection of the past."""

    number: int
    """`seq` of the fact that raised it."""
    alarm: Alarm
    time: int
    joid: int = 0
    """0 = raised without a job."""
    job_name: str = ""
    """As it was called then; the job may be gone."""
    run_num: int = 0
    ntry: int = 0
    text: str = ""
    state: AlarmState = AlarmState.OPEN
    changed_by: str = ""
    """`user@host` of who changed the state last."""
    changed: int | None = None
    """When."""
    comment: str = ""


class OperatorMessage(NamedTuple):
    """A question to operators: a run ended and waits to be told how it goes on (REPLY_RESPONSE). A projection of the
    past: open from the fact that asks to the one that answers."""

    number: int
    """`seq` of the fact that asks."""
    time: int
    joid: int
    job_name: str
    """As it was called then."""
    run_num: int
    ntry: int
    status: Status
    """What the run ended with."""
    exit_code: int | None = None
    text: str = ""
    answer: str = ""
    """RESTART, ERROR or COMPLETED, or the event that made an answer pointless; empty = open."""
    answered_by: str = ""
    """`user@host`."""
    answered: int | None = None
    """When."""
    comment: str = ""

    @property
    def key(self) -> RunKey:
        return RunKey(self.joid, self.run_num, self.ntry)


class Notification(NamedTuple):
    """An order to tell people of one fact. The stored row is deleted when it was told, or given up."""

    seq: int
    """Of the fact; no two orders tell of the same one."""
    joid: int
    job_ver: int
    """The definition version whose addresses and message count."""
    since: int
    """When it was decided."""
    due: int
    """Not to be tried before."""
    tries: int = 0
    """Tries that failed."""


@dataclass(slots=True)
class Run:
    """A row of `job_runs`: one try. `end` is None while its outcome is not known."""

    key: RunKey
    job_ver: int
    machine: str
    start: int
    end: int | None = None
    status: Status | None = None
    """The run's own true result, whatever the job's status was set to by hand."""
    exit_code: int | None = None
    forced: bool = False
    first_seq: int = 0
    """`seq` of the fact that started it."""
    job_load: int = 0
    """Units that it puts on its machine while it is open (rule L-01)."""
    virtual: str = ""
    """The virtual machine by way of which its machine was chosen; empty = by its own name."""
    run_date: str = ""
    """Business date `YYYYMMDD` (extensions.md §3); empty = none."""


@dataclass(slots=True)
class Outcome:
    """What a step decided. Applied to memory, disk and simulator alike."""

    facts: list[Fact] = field(default_factory=list)
    states: dict[int, JobState] = field(default_factory=dict)
    """Whole new rows of the jobs that were touched."""
    runs: dict[RunKey, Run] = field(default_factory=dict)
    globals: dict[str, str | None] = field(default_factory=dict)
    """None = deleted."""
    machines: dict[str, Machine | None] = field(default_factory=dict)
    """Machines whose online state changed; None = deleted."""
    externals: dict[str, JobState | None] = field(default_factory=dict)
    """By `job^INS`: what another instance told of a job; None = it has no such job."""
    instances: dict[str, Mark | None] = field(default_factory=dict)
    """How far the pasts of other instances were read; None = nothing names the instance any more."""
    counts: dict[CountKey, int] = field(default_factory=dict)
    """The scheduler's own counts that changed, as they are now."""
    pending_from: int | None = None
    """From when on the next jobs may leave PEND_MACH (GlobalPendMachInterval); None = as before."""
    events: list[Event] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    answered: list[tuple[EffectKind, RunKey]] = field(default_factory=list)
    """Orders whose answer this step took in."""
    alarms: dict[int, RaisedAlarm] = field(default_factory=dict)
    """Alarms raised or changed, by number."""
    messages: dict[int, OperatorMessage] = field(default_factory=dict)
    """Questions to operators, asked or dealt with, by number."""
    notifications: dict[int, Notification | None] = field(default_factory=dict)
    """Orders to tell people, new or put off, by `seq`; None = told or given up."""
    deleted: list[int] = field(default_factory=list)
    """Jobs whose definition goes (DELETEJOB)."""
    overrides_used: list[Use] = field(default_factory=list)
    """Overrides with which a run started; these jobs are their definitions again."""
    overridden: dict[int, Job | None] = field(default_factory=dict)
    """What the latest run of a job was decided for, where it has an override; None = it has none any more."""
    stop: bool = False
    """STOP_DEMON was processed."""
    run_num: int = 0
    """The highest run number drawn so far, 0 = none drawn in this step."""
