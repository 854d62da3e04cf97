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
    text = notes.excluded(job.exclude_calendar)
    draft.set_status(job.joid, Status.INACTIVE, latched=False, exit_code=None, text=text)
    if job.is_box:
        reset_contents(draft, job.joid)
