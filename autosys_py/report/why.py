"""`autosys why` in words: the cause in the first line, the gates, the condition as a tree, what to type next."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autosys_py.core.codes import FAILED, LIVE, Status
from autosys_py.core.condition import Kind
from autosys_py.core.explain import CONDITION, DATE, EXCLUDE, WINDOW, Branch, Gate, Truth
from autosys_py.core.model import JobState
from autosys_py.core.text import pad, visible, width
from autosys_py.core.times import TimeFormat
from autosys_py.report.data import json_text

SHOWN = 3
"""Atoms, and jobs of a queue, that the first line names."""
DEEPEST = 20
"""Levels of a condition that are still indented."""


class Origin(NamedTuple):
    """What set a status, a global or a machine."""

    event: str = ""
    by: str = ""
    """`user@host`; empty = the scheduler."""
    reason: str = ""
    time: int | None = None


class Behind(NamedTuple):
    """What stands behind an atom."""

    status: str
    """A status, a global's value in quotes, or `undefined`."""
    since: int | None
    origin: Origin
    near: str = ""
    """A job of almost this name, where there is none of it."""
    is_defined: bool = True


class Unreached(NamedTuple):
    """A machine of the job that takes none."""

    name: str
    reason: str
    origin: Origin
    remedy: str


class Unfinished(NamedTuple):
    """A member that keeps its running box from its end."""

    name: str
    status: str


class Queued(NamedTuple):
    """Who stands before the job."""

    name: str
    priority: int
    since: int


@dataclass
class Explanation:
    """Everything that is said about one job at one moment."""

    job: str
    moment: int
    state: JobState
    job_type: str = "CMD"
    is_past: bool = False
    origin: Origin = field(default_factory=Origin)
    gates: list[Gate] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    behind: dict[str, Behind] = field(default_factory=dict)
    """By the atom's text."""
    condition: str = ""
    """As typed."""
    unreached: list[Unreached] = field(default_factory=list)
    ahead: list[Queued] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    """Who has what the job waits for."""
    unfinished: list[Unfinished] = field(default_factory=list)
    """Direct members of a running box that are not done."""
    dependents: list[str] = field(default_factory=list)
    """Jobs that this one keeps from starting: it ended and has not succeeded."""
    next_try: int | None = None
    box: "Explanation | None" = None
    """The outermost box that does not run, where one around the job does not."""
    near_box: str = ""
    """A box that runs, of almost the same name as the job's."""
    scheduler: str = ""
    """What is wrong with it; empty = one is at work, or nobody asks."""

    @property
    def shut(self) -> list[Gate]:
        return [gate for gate in self.gates if not gate.is_open]

    @property
    def is_free(self) -> bool:
        """Would the scheduler start it if it looked?"""
        return not self.shut

    @property
    def status(self) -> str:
        return full_status(self.state)


def full_status(state: JobState) -> str:
    return f"{state.status.name}/ON_NOEXEC" if state.noexec else state.status.name


# The first line


def cause(said: Explanation, times: TimeFormat) -> str:
    """Why the job does not start, or that it does, in one sentence or two."""
    name, state = visible(said.job), state_words(said, times)
    status = said.state.status
    if status is Status.WAIT_REPLY:
        return _asking(said, times)
    if status in LIVE:
        run = f"run {said.state.run_num}/{said.state.ntry}"
        return f"{name} is {state}, {run}: {_under_way(said)}."
    if status in _UNTIL:
        return f"{name} is {state}: it does not start before {_UNTIL[status]}."
    if status is Status.RESTART:
        when = f" at {times(said.next_try)}" if said.next_try is not None else ""
        what = "restart" if said.state.is_restart_due else "next try"
        return f"{name} waits for its {what}{when}: it is {state}."
    shut = _first(said)
    if shut is None:
        return f"{name} is {state}. {_free(said, times)}" if status in FAILED else _free(said, times)
    others = [gate.name for gate in said.shut if gate.name != shut.name]
    also = f" Also shut: {visible(', '.join(others))}." if others else ""
    return f"{_shut(said, shut, times)}{also}"


def _asking(said: Explanation, times: TimeFormat) -> str:
    state = said.state
    ended = state.chain.result if state.chain is not None else None
    code = f", exit code {state.exit_code}" if state.exit_code is not None else ""
    how = f" ended {ended.name}{code}" if ended is not None else " ended"
    run = f"{state.run_num}/{state.ntry}"
    return f"{visible(said.job)} waits for an operator's answer since {times(state.since)}: its run {run}{how}."


def _under_way(said: Explanation) -> str:
    if said.job_type != "BOX" or said.is_past:
        return "it does not wait for anything"
    if not said.unfinished:
        return "all its members are done, and its box_success and box_failure are not true"
    first = ", ".join(f"{visible(each.name)} ({each.status})" for each in said.unfinished[:SHOWN])
    more = f" and {len(said.unfinished) - SHOWN} more" if len(said.unfinished) > SHOWN else ""
    return f"it waits for its members {first}{more}"


_UNTIL = {Status.ON_HOLD: "JOB_OFF_HOLD", Status.ON_ICE: "JOB_OFF_ICE"}
_ORDER = (EXCLUDE, DATE, CONDITION, WINDOW, "GlobalAutoHold", "machine", "load", "resources")


def _first(said: Explanation) -> Gate | None:
    """The gate that is told first: what will not mend by itself, then what is furthest from the job."""
    shut = {gate.name: gate for gate in said.shut}
    if CONDITION in shut and any(_misspelt(said, each) for each in blocking(said)):
        return shut[CONDITION]
    boxes = (gate for gate in said.shut if gate.name.startswith("box "))
    in_order = (shut[name] for name in _ORDER if name in shut)
    return next(boxes, None) or shut.get("status") or next(in_order, None)


def state_words(said: Explanation, times: TimeFormat) -> str:
    return f"{said.status} since {times(said.state.since or None)}{origin_words(said.origin)}"


def origin_words(origin: Origin) -> str:
    """` (JOB_ON_HOLD by op@host: "month end")`, empty if nothing is known."""
    if not origin.event:
        return ""
    by = f" by {origin.by}" if origin.by else ""
    reason = f': "{origin.reason}"' if origin.reason else ""
    return visible(f" ({origin.event}{by}{reason})")


def _shut(said: Explanation, gate: Gate, times: TimeFormat) -> str:
    name = visible(said.job)
    if gate.name.startswith("box "):
        return _shut_box(said, gate, times)
    match gate.name:
        case "status":
            return f"{name} takes no part in this run of its box: it is {state_words(said, times)}, not ACTIVATED."
        case "date and time" if said.state.chain is not None and said.state.chain.is_stopped:
            return f"{name} has no start time to come: they are withdrawn until it is restarted or redefined."
        case "date and time" if gate.moment is None:
            return f"{name} has no start time to come: its dates give none."
        case "date and time":
            return f"{name} waits for its start time, {times(gate.moment)}."
        case "condition":
            return _shut_condition(said, times)
        case "exclude_calendar":
            return f"{name} does not run today: its exclude_calendar {visible(gate.reason)}."
        case "run_window":
            return f"{name} waits for its run window, which opens at {times(gate.moment)}."
        case "GlobalAutoHold":
            return f"{name} would be put on hold instead of started: the key GlobalAutoHold is 1."
        case "machine" if said.unreached:
            each = said.unreached[0]
            return f"{name} waits for its machine {visible(each.name)}, which {each.reason}{origin_words(each.origin)}."
    waits = {"load": "load units", "resources": "resources"}.get(gate.name, gate.name)
    reason = visible(gate.reason) + (f" {times(gate.moment)}" if gate.moment is not None else "")
    return f"{name} waits for {waits}: {reason}{_line(said)}"


def _line(said: Explanation) -> str:
    if said.ahead:
        first = ", ".join(visible(each.name) for each in said.ahead[:SHOWN])
        return f" Ahead of it: {len(said.ahead)}, first {first}."
    if said.users:
        first = ", ".join(visible(each) for each in said.users[:SHOWN])
        return f" In use by {first}" + (f" and {len(said.users) - SHOWN} more." if len(said.users) > SHOWN else ".")
    return ""


def _shut_box(said: Explanation, gate: Gate, times: TimeFormat) -> str:
    name, box = visible(said.job), visible(gate.name.removeprefix("box "))
    if gate.reason.startswith("the job has started"):
        return f"{name} has already run in this run of its box {box}: it is {state_words(said, times)}."
    near = f" A box {visible(said.near_box)} does run: is box_name misspelt?" if said.near_box else ""
    because = "" if said.box is None else f" {cause(said.box, times)}"
    since = f" since {times(gate.since)}" if gate.since else ""
    return f"{name} waits for its box {box}, which is {gate.reason}{since}, not RUNNING.{near}{because}"


def _shut_condition(said: Explanation, times: TimeFormat) -> str:
    name, atoms = visible(said.job), blocking(said)
    for each in atoms:
        if _misspelt(said, each):
            there = f"its condition names {visible(each.atom.name)} in {visible(each.atom.text)}"
            near = said.behind[each.atom.text].near
            guess = f"; did you mean {visible(near)}?" if near else "."
            return f"{name} waits for a job that does not exist: {there}{guess}"
    parts = [_false(said, each, times) for each in atoms[:SHOWN]]
    more = f" and {len(atoms) - SHOWN} more" if len(atoms) > SHOWN else ""
    failed = [visible(each.atom.name) for each in atoms[:SHOWN] if _has_failed(each)]
    ways = f" Two ways on: RESTART of {failed[0]}, or CHANGE_STATUS to go on without it." if failed else ""
    return f"{name} waits for its condition: {'; '.join(parts)}{more}.{ways}"


def _has_failed(truth: Truth) -> bool:
    """The job that the atom wants to succeed has ended otherwise, and nobody but an operator will do anything."""
    return truth.atom.kind is Kind.SUCCESS and truth.state is not None and truth.state.status in FAILED


def _misspelt(said: Explanation, truth: Truth) -> bool:
    atom = truth.atom
    return atom.kind is not Kind.VALUE and not atom.instance and not said.behind[atom.text].is_defined


def _false(said: Explanation, truth: Truth, times: TimeFormat) -> str:
    behind = said.behind[truth.atom.text]
    since = f" since {times(behind.since)}" if behind.since else ""
    look = ", and its end is too long ago for the look-back" if _is_too_old(truth) else ""
    what = f"{visible(truth.atom.name)} is {visible(behind.status)}{since}{origin_words(behind.origin)}{look}"
    return f"{visible(truth.atom.text)} is false, {what}"


def _is_too_old(truth: Truth) -> bool:
    good = {Kind.SUCCESS: Status.SUCCESS, Kind.FAILURE: Status.FAILURE, Kind.TERMINATED: Status.TERMINATED}
    return (
        truth.atom.lookback is not None and truth.state is not None and truth.state.status is good.get(truth.atom.kind)
    )


def blocking(said: Explanation) -> list[Truth]:
    """The false atoms that make the whole condition false, those of jobs that do not exist first."""
    found: list[Truth] = []
    skipped: int | None = None
    for branch in said.branches:
        if skipped is not None and branch.depth > skipped:
            continue
        skipped = branch.depth if branch.holds else None
        if not branch.holds and branch.truth is not None:
            found.append(branch.truth)
    return list({each.atom.text: each for each in found}.values())


def _free(said: Explanation, times: TimeFormat) -> str:
    name = visible(said.job)
    if said.scheduler:
        return f"Nothing keeps {name} from starting, but {said.scheduler}."
    names = {gate.name for gate in said.gates}
    if any(each.startswith("box ") for each in names) or DATE in names:
        return f"Nothing keeps {name} from starting: the scheduler starts it as soon as it looks at it."
    if CONDITION in names:
        when = next(gate.since for gate in said.gates if gate.name == CONDITION)
        since = f", since {times(when)} at the latest" if when else ""
        return (
            f"Nothing keeps {name} from starting: its condition is true{since}. "
            "Outside a box it starts when an atom becomes true again."
        )
    return f"Nothing keeps {name} from starting, and nothing starts it: it has no start time, no condition and no box."


# What to type


def next_steps(said: Explanation) -> list[str]:
    """Command lines that help from here."""
    if said.is_past:
        return [f"autosys why {_word(said.job)}"]
    found = list(dict.fromkeys(_steps(said)))
    return found[:6]


def _word(name: str) -> str:
    return shlex.quote(visible(name))


def _send(event: str, job: str) -> str:
    return f"sendevent -E {event} -J {_word(job)}"


def _ways_on(job: str) -> Iterator[str]:
    """From FAILURE or TERMINATED."""
    yield _send("RESTART", job)
    yield f"{_send('CHANGE_STATUS -s SUCCESS', job)}"


def _steps(said: Explanation) -> Iterator[str]:
    job, status = said.job, said.state.status
    if said.scheduler:
        yield "eventor &"
    if status is Status.WAIT_REPLY:
        yield from (f"{_send('REPLY_RESPONSE', job)} -r {answer}" for answer in ("RESTART", "ERROR", "COMPLETED"))
        yield f"autosys messages -J {_word(job)}"
        return
    if status in LIVE:
        yield from (f"autosys why {_word(each.name)}" for each in said.unfinished[:SHOWN])
        yield f"autosys timeline {_word(job)}" if said.job_type == "BOX" else f"autorep -J {_word(job)} -d"
        return
    if status in _UNTIL:
        yield _send(_UNTIL[status], job)
        return
    if status is Status.RESTART:
        yield _send("RESTART", job)
        return
    if status in FAILED and said.job_type != "BOX":
        yield from _ways_on(job)
    for gate in said.shut:
        yield from _steps_of(said, gate)
    if status in FAILED and not said.shut:
        return
    if not said.shut or {gate.name for gate in said.shut} == {DATE}:
        yield _send("STARTJOB", job)
    else:
        yield f"{_send('FORCE_STARTJOB', job)} --preview"


def _steps_of(said: Explanation, gate: Gate) -> Iterator[str]:
    if gate.name.startswith("box ") and said.box is not None:
        if said.near_box:
            yield f"echo {shlex.quote(f'update_job: {visible(said.job)}  box_name: {visible(said.near_box)}')} | jil"
        yield f"autosys why {_word(said.box.job)}"
    if gate.name == CONDITION:
        atoms = blocking(said)
        for each in atoms:
            near = said.behind[each.atom.text].near
            if near:
                text = visible(said.condition.replace(each.atom.name, near))
                yield f"echo {shlex.quote(f'update_job: {visible(said.job)}  condition: {text}')} | jil"
        for each in atoms[:SHOWN]:
            if each.atom.kind is Kind.VALUE and each.atom.comparison != "=":
                yield f"autorep -G {_word(each.atom.name)}"
            elif each.atom.kind is Kind.VALUE:
                value = visible(f"{each.atom.name}={each.atom.operand}")
                yield f"sendevent -E SET_GLOBAL -G {shlex.quote(value)}"
            elif _has_failed(each) and not each.atom.instance:
                yield from _ways_on(each.atom.name)
            elif said.behind[each.atom.text].is_defined and not each.atom.instance:
                yield f"autosys why {_word(each.atom.name)}"
    if gate.name == "machine":
        yield from (each.remedy for each in said.unreached if each.remedy)
    if gate.name in ("load", "resources"):
        yield from (f"autosys why {_word(each.name)}" for each in said.ahead[:1])
        if said.state.status in (Status.QUE_WAIT, Status.RESWAIT):
            yield f"{_send('CHANGE_PRIORITY', said.job)} -q 1"
        yield "autorep -M ALL" if gate.name == "load" else "autorep -V ALL"


# The page


def lines(said: Explanation, times: TimeFormat) -> Iterator[str]:
    """The cause, the gates, the condition, the queue, what to type."""
    yield cause(said, times)
    yield ""
    if said.is_past:
        yield f"As it was at {times(said.moment)}:"
    longest = max(width(visible(gate.name)) for gate in said.gates)
    for gate in said.gates:
        yield _gate(said, gate, times, longest)
        if gate.name == CONDITION:
            yield from (_branch(said, branch, times) for branch in said.branches)
    yield from _machines(said, times)
    yield from _waiting(said, times)
    if said.unfinished:
        names = ", ".join(f"{visible(each.name)} ({each.status})" for each in said.unfinished[:10])
        yield f"Not done: {names}" + (f" and {len(said.unfinished) - 10} more" if len(said.unfinished) > 10 else "")
    if said.dependents:
        names = ", ".join(visible(each) for each in said.dependents[:10])
        yield f"Waiting for it: {names}" + (" and more" if len(said.dependents) > 10 else "")
    if said.scheduler:
        yield f"{said.scheduler[0].upper()}{said.scheduler[1:]}."
    steps = next_steps(said)
    if steps:
        yield ""
        yield "Type next:"
        yield from (f"  {step}" for step in steps)


def _gate(said: Explanation, gate: Gate, times: TimeFormat, longest: int) -> str:
    reason = visible(gate.reason) + (f" {times(gate.moment)}" if gate.moment is not None else "")
    since = f"  since {times(gate.since)}" if gate.since else ""
    by = origin_words(said.origin) if gate.name == "status" else ""
    return f"{pad(visible(gate.name), longest)}  {'pass' if gate.is_open else 'FAIL'}  {reason}{since}{by}"


def _branch(said: Explanation, branch: Branch, times: TimeFormat) -> str:
    margin = "  " * (1 + min(branch.depth, DEEPEST))
    truth = "true " if branch.holds else "false"
    if branch.truth is None:
        return f"{margin}{truth}  {branch.operator}"
    behind = said.behind[branch.truth.atom.text]
    since = f" since {times(behind.since)}" if behind.since else ""
    near = f"; did you mean {visible(behind.near)}?" if behind.near else ""
    what = f"{visible(behind.status)}{since}{origin_words(behind.origin)}{near}"
    return f"{margin}{truth}  {visible(branch.truth.atom.text)}  {what}"


def _machines(said: Explanation, times: TimeFormat) -> Iterator[str]:
    for each in said.unreached:
        since = f" since {times(each.origin.time)}" if each.origin.time else ""
        yield f"  machine {visible(each.name)} {each.reason}{since}{origin_words(each.origin)}"


def _waiting(said: Explanation, times: TimeFormat) -> Iterator[str]:
    if said.ahead:
        yield f"  ahead of it: {len(said.ahead)}"
        for each in said.ahead[:10]:
            yield f"    {visible(each.name)}  priority {each.priority}  since {times(each.since)}"
    if said.users:
        names = ", ".join(visible(each) for each in said.users[:10])
        yield f"  in use by: {names}" + (f" and {len(said.users) - 10} more" if len(said.users) > 10 else "")


# As data


def document(said: Explanation, times: TimeFormat) -> Iterator[str]:
    """One JSON document."""
    yield json_text(_data(said, times), indent=2)


def _data(said: Explanation, times: TimeFormat) -> dict[str, Any]:
    return {
        "job": said.job,
        "at": times.iso(said.moment),
        "cause": cause(said, times),
        "status": said.status,
        "since": times.iso(said.state.since or None),
        "set": _origin(said.origin, times),
        "free": said.is_free,
        "gates": [
            {
                "gate": gate.name,
                "pass": gate.is_open,
                "reason": gate.reason,
                "time": times.iso(gate.moment),
                "since": times.iso(gate.since or None),
            }
            for gate in said.gates
        ],
        "condition": [_node(said, branch, times) for branch in said.branches],
        "machines": [
            {"machine": each.name, "reason": each.reason, "set": _origin(each.origin, times)} for each in said.unreached
        ],
        "ahead": [{"job": each.name, "priority": each.priority, "since": times.iso(each.since)} for each in said.ahead],
        "in_use_by": said.users,
        "dependents": said.dependents,
        "unfinished": [{"job": each.name, "status": each.status} for each in said.unfinished],
        "scheduler": said.scheduler or None,
        "near_box": said.near_box or None,
        "box": None if said.box is None else _data(said.box, times),
        "next": next_steps(said),
    }


def _node(said: Explanation, branch: Branch, times: TimeFormat) -> dict[str, Any]:
    node: dict[str, Any] = {"depth": branch.depth, "holds": branch.holds}
    if branch.truth is None:
        return node | {"operator": branch.operator}
    behind = said.behind[branch.truth.atom.text]
    return node | {
        "atom": branch.truth.atom.text,
        "status": behind.status,
        "since": times.iso(behind.since or None),
        "set": _origin(behind.origin, times),
        "near": behind.near or None,
    }


def _origin(origin: Origin, times: TimeFormat) -> dict[str, Any] | None:
    if not origin.event:
        return None
    return {
        "event": origin.event,
        "by": origin.by or None,
        "reason": origin.reason or None,
        "time": times.iso(origin.time),
    }
