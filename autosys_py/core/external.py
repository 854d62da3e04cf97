"""What another instance tells of its jobs, and what follows here (rules C-06, C-19, C-30; semantics.md §6).

A fact EXTERNAL_DEPENDENCY holds all that is known of `job^INS` from then on: its status, its exit code, since when,
and in `value` the time of its last end; no status means that there is no such job. So folding the past of external
jobs is taking the last fact and counting ends in our own order (`fold`).

What is only a report and no change, the first one of a job above all, starts nobody who was not waiting for it: by
rule C-35 a new condition that is true already starts nothing. It is given to members of a running box and to jobs
whose time has come, which found the condition false because nobody had told of the job yet.
"""

from autosys_py.core.codes import TERMINAL, Alarm, EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Fact, JobState
from autosys_py.core.settle import NOTHING_TURNS_TRUE, consider_dependent

REPORT_ONLY = "report"
"""Value of an EXTERNAL_DEPENDENCY event that tells where a job stands without a change of its status."""

ENDS = frozenset({*TERMINAL, Status.ON_ICE})
"""Statuses that other instances see as the end of a run."""


def status_told(draft: Draft, event: Event) -> None:
    """EXTERNAL_DEPENDENCY: `name` is `job^INS`, `state` where the job stands there, None if there is none."""
    fact = _record(draft, event)
    draft.cause = fact.seq
    state = fold(draft.world.externals.get(event.name), fact)
    draft.outcome.externals[event.name] = state
    if state is None:
        job, _, instance = event.name.rpartition("^")
        _alarm(draft, Alarm.EXTERN_DEPS_ERROR, f"{event.name}: instance {instance} has no job {job}")
    elif state.status not in NOTHING_TURNS_TRUE:
        _release_dependents(draft, event.name, is_change=event.value != REPORT_ONLY)


def instance_told(draft: Draft, event: Event) -> None:
    """REFRESH_EXTINST: the store of instance `name` can be read again, or cannot, for the reason in `value`."""
    if event.value:
        _alarm(draft, Alarm.INSTANCE_UNAVAILABLE, f"{event.name}: {event.value}")
    else:
        draft.record_event(event)


def fold(before: JobState | None, fact: Fact) -> JobState | None:
    """Where an external job stands after an EXTERNAL_DEPENDENCY fact; None = its instance has no such job. Its last end
    takes its place in our own past with the fact that told of it (rule C-21)."""
    if fact.status is None:
        return None
    state = JobState(fact.status, exit_code=fact.exit_code, since=fact.time)
    state.last_end = int(fact.value) if fact.value else None
    if before is not None:
        state.end_seq = before.end_seq
    is_known = before is not None and (before.status, _end(before)) == (state.status, _end(state))
    if state.status in ENDS and not is_known:
        state.end_seq = fact.seq
    return state


def _end(state: JobState) -> int | None:
    return state.since if state.status is Status.ON_ICE else state.last_end


def _record(draft: Draft, event: Event) -> Fact:
    state = event.state
    if state is None:
        return draft.record(EventCode.EXTERNAL_DEPENDENCY, time=event.due, name=event.name)
    return draft.record(
        EventCode.EXTERNAL_DEPENDENCY,
        time=state.since,
        name=event.name,
        status=state.status,
        exit_code=state.exit_code,
        value="" if state.last_end is None else str(state.last_end),
    )


def _alarm(draft: Draft, alarm: Alarm, text: str) -> None:
    """An alarm that belongs to no job of ours."""
    draft.record(EventCode.ALARM, alarm=alarm, name=alarm.name, text=text)


def _release_dependents(draft: Draft, key: str, *, is_change: bool) -> None:
    name, _, instance = key.rpartition("^")
    for joid in list(draft.world.external_dependents.get(key, {})):
        job = draft.job(joid)
        if is_change or job.box_joid or job.schedule is not None:
            consider_dependent(draft, joid, name, instance=instance)
