"""exclude_calendar: on a day that it lists the job does not start (rules D-08, B-26).

Looked at when a start time comes, when a box starts its members, and again at the start itself.
"""

from autosys_py.core import notes
from autosys_py.core.boxes import reset_contents
from autosys_py.core.codes import Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Job


def is_excluded(draft: Draft, job: Job) -> bool:
    """Is today, in the job's zone, a day on which it must not start?"""
    return bool(job.exclude_calendar) and draft.world.timetable.is_excluded(job, draft.now)


def exclude_today(draft: Draft, job: Job) -> None:
    """No start today: INACTIVE, even from SUCCESS, and with a box all that is in it; the date must be met again."""
    if miss_today(draft, job.joid, notes.excluded(job.exclude_calendar)) and job.is_box:
        reset_contents(draft, job.joid)


def miss_today(draft: Draft, joid: int, text: str) -> bool:
    """INACTIVE without a latch; False if it shows a run that waits for an answer, of which this occurrence is
    independent (presubmit_count)."""
    if draft.state(joid).status is Status.WAIT_REPLY:
        draft.change(draft.outcome.facts[-1], joid, latched=False)
        draft.outcome.facts[-1].notes.append(text)
        return False
    draft.set_status(joid, Status.INACTIVE, latched=False, exit_code=None, text=text)
    return True
