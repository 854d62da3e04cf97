"""Deadlocked boxes: nothing in the box moves any more, and nothing in it can (rule B-31, key BoxDeadlock).

Members that can still start are a least fixed point: one can if its condition may yet come true by what is outside
the box, by globals, and by members that can still start. A box is deadlocked when that set is empty, and a least fixed
point is empty exactly if its first round adds nothing; so one round is enough, ended by the first member that can.

A sub-box is a member like any other: what it contains can start if it can, which in the first round it cannot. The
tally of the box keeps all this out of the way while any member is unfinished and not ACTIVATED, and the search begins
where it ended the last time, so that thousands of hopeless members are not asked at each end of the others.
"""

from bisect import bisect_left
from itertools import chain, islice

from autosys_py.core.codes import LIVE, Status
from autosys_py.core.condition import AND, Atom, Condition, Kind, atom_holds
from autosys_py.core.draft import Draft
from autosys_py.core.world import WAITING


def is_deadlocked(draft: Draft, box: int) -> bool:
    """Can none of the waiting members of a running box start any more? False where none waits, or others go on."""
    tally = draft.tally(box)
    if not tally.activated or tally.unfinished != tally.activated:
        return False
    members = draft.members(box)
    first = bisect_left(members, draft.world.hopes.get(box, 0))
    for joid in chain(islice(members, first, None), islice(members, first)):
        if draft.state(joid).status is Status.ACTIVATED and _may_start(draft, joid, box):
            draft.world.hopes[box] = joid
            return False
    return True


def _may_start(draft: Draft, joid: int, box: int) -> bool:
    """Is a start time to come, or can the condition come true?"""
    job, state = draft.job(joid), draft.state(joid)
    if job.schedule is not None and not state.latched:
        return state.next_start is not None
    return job.condition is None or _may_hold(draft, job.condition, joid, box)


def _may_hold(draft: Draft, condition: Condition, joid: int, box: int) -> bool:
    """The condition with every atom true that is not about a job inside the box which stays as it is."""
    stack: list[bool] = []
    for code in condition.program:
        if code >= 0:
            stack.append(_may_be_true(draft, condition.atoms[code], joid, box))
        else:
            right = stack.pop()
            stack[-1] = (stack[-1] and right) if code == AND else (stack[-1] or right)
    return stack[0]


def _may_be_true(draft: Draft, atom: Atom, joid: int, box: int) -> bool:
    named = None if atom.kind is Kind.VALUE or atom.instance else draft.world.names.get(atom.name)
    if named is None or named in draft.outcome.deleted or box not in draft.boxes_around(draft.job(named)):
        return True  # a global, another instance, an outside job or one that is still to be defined
    status = draft.state(named).status
    if status in LIVE or status in WAITING:
        return True  # deep inside, in a sub-box that is over and did not stop it
    return atom_holds(atom, draft, draft.state(joid), draft.now)
