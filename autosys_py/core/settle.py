"""Consequences: the loop that runs until nothing changes any more (semantics.md §8.4, §5.2).

Each status change is taken once, in the order it happened: first the jobs whose condition names the job, then the
boxes around it. Both may change further statuses, which join the end of the queue. The loop ends, because a job
begins at most once in a step. Queues are served when all consequences are drawn.
"""

from autosys_py.core.boxes import vote
from autosys_py.core.codes import TERMINAL, Status
from autosys_py.core.condition import Kind, atom_holds
from autosys_py.core.deadlines import watch_next
from autosys_py.core.draft import Draft
from autosys_py.core.model import Job
from autosys_py.core.queues import release
from autosys_py.core.starts import consider

NOTHING_TURNS_TRUE = frozenset({Status.STARTING, Status.RUNNING})
"""Every atom on a job in these statuses is false (rule C-14), so no gate opens by entering them."""


def settle(draft: Draft) -> None:
    """Draws all consequences of what the step has done so far."""
    for name in list(draft.outcome.globals):
        for joid in list(draft.world.global_dependents.get(name, {})):
            consider_dependent(draft, joid, name, is_global=True)
    while draft.changed or draft.opened:
        if not draft.changed:
            release(draft)
            continue
        changed = draft.changed.popleft()
        job = draft.world.jobs.get(changed.joid)
        if job is None:
            continue
        draft.cause = changed.seq
        status = draft.state(changed.joid).status
        if status in TERMINAL:
            watch_next(draft, job)  # D-13
        if status not in NOTHING_TURNS_TRUE and job.name in draft.world.dependents:
            release_dependents(draft, job, with_siblings=not changed.by_box)
        vote(draft, changed.joid, votes_idle=changed.votes_idle)


def release_dependents(draft: Draft, job: Job, *, with_siblings: bool = True) -> None:
    """Starts what waited for this job. Members of its own box were looked at by a start of the box (rule C-33)."""
    for joid in list(draft.world.dependents.get(job.name, {})):
        if joid != job.joid and (with_siblings or draft.job(joid).box_joid != job.box_joid):  # C-05
            consider_dependent(draft, joid, job.name)


def consider_dependent(draft: Draft, joid: int, name: str, *, instance: str = "", is_global: bool = False) -> None:
    """Starts it if its gates are open and the cause can have opened them."""
    if may_be_released(draft, joid, name, instance=instance, is_global=is_global):
        consider(draft, joid)


def may_be_released(draft: Draft, joid: int, name: str, *, instance: str = "", is_global: bool = False) -> bool:
    """Outside a box only an atom on the cause that is true now can start a job (rule C-36)."""
    dependent = draft.job(joid)
    return bool(dependent.box_joid) or _has_true_atom(draft, dependent, name, instance, is_global)


def _has_true_atom(draft: Draft, dependent: Job, name: str, instance: str, is_global: bool) -> bool:
    if dependent.condition is None:
        return False  # the override that named it was used in this step
    asker = draft.state(dependent.joid)
    return any(
        atom.name == name
        and atom.instance == instance
        and (atom.kind is Kind.VALUE) == is_global
        and atom_holds(atom, draft, asker, draft.now)
        for atom in dependent.condition.atoms
    )
