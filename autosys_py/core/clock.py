"""The scheduler's clock was set: by an operator, by a time server, after a bad battery (semantics.md §7.2).

What waits for so many seconds (the checks of a run, the wait before a restart or before a letter is sent again) goes on
waiting for the rest; the shell moves the timers along (`scheduler/steps.py`). A run's record says by the new clock when
the run began, so its length stays true. What waits for a time of day obeys the new clock:

* set forward, everything between is overdue and comes once, as after a downtime (D-30);
* set back, starts that were passed over while the clock was ahead are to come after all, so the next one is computed
  anew; one that has been is remembered (`World.fired`) and is nothing when its time comes again.
"""

from autosys_py.core import notes
from autosys_py.core.boxes import judge_around
from autosys_py.core.deadlines import watch_next
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Fact
from autosys_py.core.reschedule import set_next_start
from autosys_py.core.windows import watch_window


def clock_set(draft: Draft, event: Event) -> None:
    """The clock went `event.value` seconds forward, or back."""
    by, fact = int(event.value), draft.record_event(event)
    fact.notes.append(notes.clock_set(by))
    for key in list(draft.world.runs):
        draft.move_run(key, by)
    for seq, order in draft.world.notifications.items():
        draft.outcome.notifications[seq] = order._replace(since=order.since + by, due=order.due + by)
    if draft.world.pending_from > draft.now - by:
        draft.outcome.pending_from = draft.world.pending_from + by
    if by < 0:
        for joid, starts in (event.fired or {}).items():
            draft.world.fired.setdefault(joid, set()).update(starts)
        came_up = draft.world.came_up
        draft.world.came_up = None if came_up is None else min(came_up, draft.now)
        for joid in list(draft.world.jobs):
            _look_at_times(draft, joid, fact)


def _look_at_times(draft: Draft, joid: int, fact: Fact) -> None:
    job, state = draft.job(joid), draft.state(joid)
    if state.next_start is not None:
        due = draft.world.timetable.next_start(job, draft.now)
        if due is not None and due < state.next_start:
            set_next_start(draft, job, fact, draft.now)
            watch_next(draft, job, fact)
            judge_around(draft, job)
    if job.run_window is not None and draft.state(joid).latched:
        watch_window(draft, joid)
