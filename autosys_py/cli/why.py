"""`autosys why JOB [--at TIME]`: why a job does not start, or did not then (extensions.md §5, docs/why.md).

The engine's own functions answer (`core.explain`) on a world of the job and its surroundings; the past says who set
what they find. Words and layout are `report.why`'s.
"""

import os
import shlex
from typing import TYPE_CHECKING

from autosys_py.cli import clock
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import Refused, message, misuse
from autosys_py.cli.near import near_job
from autosys_py.cli.origins import Origins
from autosys_py.cli.output import write_lines
from autosys_py.cli.past import Past
from autosys_py.cli.secrets import shown_value
from autosys_py.cli.surroundings import Present, world_around
from autosys_py.cli.unfinished import unfinished
from autosys_py.cli.zone import local_zone
from autosys_py.core import explain
from autosys_py.core.codes import FAILED, EventCode, Status
from autosys_py.core.condition import Kind
from autosys_py.core.draft import Draft
from autosys_py.core.kills import waiting_for
from autosys_py.core.lines import priority_of
from autosys_py.core.model import CountKey, Job
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat
from autosys_py.core.world import RUNNABLE_TYPES
from autosys_py.report.why import (
    Behind,
    Explanation,
    Origin,
    Queued,
    Unfinished,
    Unreached,
    document,
    full_status,
    lines,
)

if TYPE_CHECKING:
    from autosys_py.core.explain import Gate, Truth
    from autosys_py.event_server.protocol import JobHead

ASKED = 30
"""Dependents of a job that are looked at: so many answers cost less than somebody waits for."""


def why(name: str, at: str | None, format_: str | None) -> int:
    """Prints the explanation. Raises Refused for a job that there is not, or was not then."""
    with open_instance() as instance:
        times = TimeFormat(local_zone(), instance.configuration.DateFormat)
        moment = _moment(at, instance)
        head = _job_named(instance, name)
        said = explanation(instance, head.joid, moment)
        if said is None:
            raise Refused(f"{message(50004, name)}: it was not defined at {times(moment)}.")
        write_lines(document(said, times) if format_ == "json" else lines(said, times))
    return 0


def _moment(text: str | None, instance: Instance) -> int | None:
    if text is None:
        return None
    from autosys_py.cli.dates import read_moment

    order = instance.configuration.DateFormat
    moment = read_moment(text, order, local_zone())
    if moment is None:
        raise misuse(99000, f"--at {visible(text)} is not a time like {order} HH:MM[:SS].")
    if moment > clock.now():
        raise misuse(99000, f"--at {visible(text)} is in the future; see autosys simulate and forecast.")
    return moment


def _job_named(instance: Instance, name: str) -> "JobHead":
    head = instance.store.head(name)
    if head is None:
        near = near_job(instance.store, name)
        guess = f" Did you mean {visible(near)}?" if near else ""
        raise Refused(f"{message(50004, name)}.{guess}" if guess else message(50004, name))
    return head


def explanation(instance: Instance, joid: int, moment: int | None, *, now: int | None = None) -> Explanation | None:
    """What is to be said about a job now, or at a moment of the past; None if it was not there. `now` is the clock of
    a simulation."""
    past = None if moment is None else Past(instance.store, joid, moment)
    source = past or Present(instance.store)
    now = moment if moment is not None else clock.now() if now is None else now
    state = source.state(joid) if past is None else None
    asked = ASKED if state is not None and state.status in FAILED else 0
    world = world_around(instance, joid, source, dependents=asked)
    if joid not in world.jobs:
        return None
    return _Explainer(instance, source, past, Draft(world, now)).explain(joid, is_box=False)


class _Explainer:
    def __init__(self, instance: Instance, source: Present, past: Past | None, draft: Draft) -> None:
        self.instance = instance
        self.store = instance.store
        self.past = past
        self.draft = draft
        self.world = draft.world
        self.origins = Origins(instance.store, None if past is None else past.seq)
        self._globals = source.globals()

    def explain(self, joid: int, *, is_box: bool) -> Explanation:
        draft, job, state = self.draft, self.draft.job(joid), self.draft.state(joid)
        said = Explanation(job.name, draft.now, state, job.job_type, is_past=self.past is not None)
        said.origin = self.origins.of_status(joid)
        said.gates = [self._dated(gate, joid) for gate in self._gates(joid)]
        said.branches = explain.tree(draft, job)
        said.behind = {each.atom.text: self._behind(each) for each in explain.truths(draft, job)}
        said.condition = self._condition(job)
        shut = {gate.name for gate in said.shut}
        if "machine" in shut:
            said.unreached = [self._unreached(name, job) for name in explain.unreached(draft, job)]
        if shut & {"load", "resources"} and self.past is None:
            said.ahead = [self._queued(each) for each in explain.ahead(draft, joid)]
            users = (self.store.status(each) for each in explain.users(draft, job))
            said.users = [row.head.name for row in users if row is not None]
        if self.past is None:
            self._say_what_is_to_come(said, joid)
        if not is_box:
            self._say_of_box(said, job)
            said.scheduler = self._scheduler()
        return said

    def _gates(self, joid: int) -> "list[Gate]":
        """Of the past the log knows no load and no units but where the job waited for them."""
        found = explain.gates(self.draft, joid)
        if self.past is None:
            return found
        state = self.draft.state(joid)
        kept = [gate for gate in found if gate.name not in ("load", "resources")]
        queue = explain.QUEUES.get(state.status)
        if queue is not None:
            kept = [gate for gate in kept if gate.name != queue]
            notes = " ".join(self.origins.notes_of_status(joid)) or "as the log says"
            kept.append(explain.Gate(queue, False, notes, since=state.since))
        return kept

    def _dated(self, gate: "Gate", joid: int) -> "Gate":
        """Since when it stands so, where the state alone does not say."""
        if gate.since is not None:
            return gate
        since = None
        if gate.name == explain.DATE:
            state = self.draft.state(joid)
            since = self.origins.latched_since(joid) if gate.is_open else state.last_start
        elif gate.name == "machine" and not gate.is_open:
            names = explain.unreached(self.draft, self.draft.job(joid))
            since = max((self.origins.of_machine(name).time or 0 for name in names), default=0) or None
        return gate._replace(since=since)

    def _condition(self, job: Job) -> str:
        definition = self.store.definition(job.joid, job.run_ver) if job.condition is not None else None
        return definition.value("condition") if definition is not None else ""

    def _behind(self, truth: "Truth") -> Behind:
        atom = truth.atom
        if atom.kind is Kind.VALUE:
            if atom.name not in self._globals:
                return Behind("undefined", None, Origin(), is_defined=False)
            value, since = self._globals[atom.name]
            return Behind(f'"{shown_value(atom.name, value)}"', since, self.origins.of_global(atom.name, since))
        if truth.state is None:
            near = "" if atom.instance else near_job(self.store, atom.name)
            return Behind("undefined", None, Origin(), near, is_defined=False)
        origin = Origin() if atom.instance else self.origins.of_status(self.world.names[atom.name])
        return Behind(full_status(truth.state), truth.state.since, origin)

    def _unreached(self, name: str, job: Job) -> Unreached:
        machine = self.world.machines.get(name)
        missing = self.world.counts.get(CountKey("missing", name))
        if job.job_type not in RUNNABLE_TYPES:
            return Unreached(name, f"runs no jobs of type {visible(job.job_type)}", Origin(), "")
        if machine is None:
            remedy = f"echo {shlex.quote(f'insert_machine: {visible(name)}  node_name: localhost')} | jil"
            return Unreached(name, "no insert_machine has defined", Origin(), remedy)
        online = f"sendevent -E MACH_ONLINE -N {shlex.quote(visible(name))}"
        if machine.offline:
            return Unreached(name, "is offline", self.origins.of_machine(name), online)
        if missing:
            return Unreached(name, "refuses jobs" if missing == 2 else "does not answer", Origin(), online)
        node = visible(machine.node_name or name)
        return Unreached(name, f"is another host ({node}) that nothing here reaches", Origin(), "")

    def _queued(self, joid: int) -> Queued:
        job, state = self.world.jobs[joid], self.world.states[joid]
        return Queued(job.name, priority_of(job, state), state.since)

    def _say_what_is_to_come(self, said: Explanation, joid: int) -> None:
        if said.state.status is Status.RESTART:
            tries = (each for each in self.store.pending_events(joid) if each.code is EventCode.CHK_N_START)
            said.next_try = next((each.due for each in tries), None)
        if said.state.status is Status.RUNNING and said.job_type == "BOX":
            said.unfinished = [Unfinished(row.head.name, row.state.status.name) for row in unfinished(self.store, joid)]
        if said.state.status in FAILED:
            asked = waiting_for(self.draft, said.job, self.world.dependents.get(said.job, ()))
            said.dependents = [self.world.jobs[each].name for each in asked]

    def _say_of_box(self, said: Explanation, job: Job) -> None:
        """The outermost box that does not run is what keeps all inside it."""
        idle = None
        for box in self.draft.boxes_around(job):
            if self.draft.state(box).status is Status.RUNNING:
                break
            idle = box
        if idle is None:
            return
        said.box = self.explain(idle, is_box=True)
        if self.past is None:
            name = self.world.jobs[job.box_joid].name
            said.near_box = near_job(self.store, name, self._is_running_box)

    def _is_running_box(self, head: "JobHead") -> bool:
        row = self.store.status(head.joid) if head.job_type == "BOX" else None
        return row is not None and row.state.status is Status.RUNNING

    def _scheduler(self) -> str:
        if self.past is not None:
            return ""
        lease = self.store.lease()
        if lease is None:
            return "no scheduler is running"
        from autosys_py.scheduler.lease import LEASE_VALID, host_of, is_dead

        holder, renewed = lease
        if is_dead(holder):
            return "the scheduler has died"
        if host_of(holder) != os.uname().nodename and clock.now() - renewed > LEASE_VALID:
            return f"the scheduler on {visible(host_of(holder))} does not answer"
        return ""
