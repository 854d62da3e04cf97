"""Kills: the order that goes to the agent. What becomes of the job is decided by the report (rules R-01, T-04).

What follows a kill is said when it is done: who waits for the job now, and the two ways on.
"""

from collections.abc import Iterable, Iterator

from autosys_py.core import notes
from autosys_py.core.codes import LIVE, TERMINAL, Status
from autosys_py.core.condition import Kind
from autosys_py.core.draft import Draft
from autosys_py.core.model import EffectKind, Fact

HELPED_BY_SUCCESS = frozenset({Kind.SUCCESS, Kind.DONE, Kind.EXITCODE})


def are_signals(text: str) -> bool:
    """Is it a comma list of signal numbers, as an agent can send them?"""
    return all(each.isascii() and each.isdigit() and len(each) <= 2 and 0 < int(each) <= 64 for each in text.split(","))


def kill_process(draft: Draft, joid: int, signals: str = "") -> bool:
    """Orders the job's process tree killed; False if it has no process (set RUNNING by hand)."""
    if not draft.has_open_run(joid):
        return False
    fact = draft.outcome.facts[-1]
    state = draft.change(fact, joid, killed=True)
    fact.notes.append(notes.connected_to_kill(state.machine, draft.job(joid).name, joid, state.run_num, state.ntry))
    draft.order(EffectKind.KILL, joid, signals or draft.world.configuration.KillSignals)
    return True


def say_who_waits(draft: Draft, joid: int, fact: Fact) -> None:
    """`fact` says that the job was killed, or what came in place of that: then nobody needs to do anything."""
    if fact.status is not Status.TERMINATED:
        return
    name = draft.job(joid).name
    waiting = [draft.job(each).name for each in waiting_for(draft, name, draft.world.dependents.get(name, ()))]
    if waiting:
        fact.notes += notes.waiting_for_killed(name, waiting)


def waiting_for(draft: Draft, name: str, dependents: Iterable[int]) -> Iterator[int]:
    """Those among the dependents of a job that it keeps from starting: their condition is false, and so is an atom on
    it that its success could make true. Not what runs, nor members of a box that does not run or in which they have
    run."""
    for joid in dependents:
        job, status = draft.job(joid), draft.state(joid).status
        box = draft.box_state(job)
        may_start = status not in LIVE and (box is None or (box.status is Status.RUNNING and status not in TERMINAL))
        if job.name == name or job.condition is None or not may_start:
            continue
        asker = draft.state(joid)
        on_it = (
            holds
            for atom, holds in job.condition.truths(draft, asker, draft.now)
            if atom.name == name and atom.kind in HELPED_BY_SUCCESS and not atom.instance
        )
        if not all(on_it) and not job.condition.holds(draft, asker, draft.now):
            yield joid
