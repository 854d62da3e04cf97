"""REPLY_RESPONSE: an operator says how it goes on with a run that waits for an answer (extensions.md §4).

A job in WAIT_REPLY gets the answer for its present run. With `presubmit_count` of 2 or more the job may have gone on to
its next occurrence while the message of an earlier run is open; an answer then belongs to the oldest open message and
does not touch the status, which follows the newest run.
"""

from autosys_py.core import notes
from autosys_py.core.aftermath import box_goes_on, close_message, message_of_run, take_kept_tick
from autosys_py.core.boxes import raise_end_alarms
from autosys_py.core.codes import STARTABLE, Alarm, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Fact, OperatorMessage
from autosys_py.core.starts import begin, restarted_by_hand
from autosys_py.core.statuses import ignore

RESTART = "RESTART"
RESULTS = {"ERROR": Status.FAILURE, "COMPLETED": Status.SUCCESS}
"""What the answers that end a run make of it; the third answer restarts it."""

MAY_HAVE_COMPANY = frozenset({Status.STARTING, Status.RUNNING})
"""Statuses in which a job that is no box can run once more beside itself (rule T-03)."""


def reply(draft: Draft, event: Event, fact: Fact) -> None:
    """Delivers the answer; whoever waits for none, or for another word, raises REPLY_RESPONSE_FAIL."""
    word = event.value.upper()
    waits = draft.state(event.joid).status is Status.WAIT_REPLY
    messages = draft.open_messages(event.joid)
    if not (waits or messages):
        ignore(draft, event, fact)
        draft.alarm(event.joid, Alarm.REPLY_RESPONSE_FAIL)
    elif word != RESTART and word not in RESULTS:
        fact.notes.append(notes.bad_reply(event.value))
        draft.alarm(event.joid, Alarm.REPLY_RESPONSE_FAIL)
    elif waits:
        _answer(draft, event, fact, word)
    else:
        _answer_for_earlier_run(draft, event, fact, word, messages[0])


def _answer(draft: Draft, event: Event, fact: Fact, word: str) -> None:
    joid, message = event.joid, message_of_run(draft, event.joid)
    if word == RESTART and not box_goes_on(draft, joid):
        _cannot_restart(draft, joid, fact)
        return
    if message is not None:
        close_message(draft, message, word, fact)
    if word == RESTART:
        _restart(draft, joid, fact, draft.state(joid).run_num)
        return
    result = RESULTS[word]
    ended = draft.set_status(joid, result, votes_idle=draft.state(joid).was_idle_run, text=notes.answered(word))
    raise_end_alarms(draft, joid, result, None)
    take_kept_tick(draft, joid, ended)


def _answer_for_earlier_run(draft: Draft, event: Event, fact: Fact, word: str, message: OperatorMessage) -> None:
    job, state = draft.job(event.joid), draft.state(event.joid)
    if word == RESTART:
        is_free = state.status in STARTABLE or (not job.is_box and state.status in MAY_HAVE_COMPANY)
        if not is_free or not box_goes_on(draft, event.joid):
            _cannot_restart(draft, event.joid, fact)
            return
    close_message(draft, message, word, fact)
    fact.notes.append(notes.answered_earlier(job.name, message.run_num, word))
    if word == RESTART:
        _restart(draft, event.joid, fact, message.run_num)


def _restart(draft: Draft, joid: int, fact: Fact, run_num: int) -> None:
    draft.change(fact, joid, chain=restarted_by_hand(draft.state(joid), run_num))
    begin(draft, joid)


def _cannot_restart(draft: Draft, joid: int, fact: Fact) -> None:
    """The message stays open."""
    fact.notes.append(notes.not_met())
    draft.alarm(joid, Alarm.REPLY_RESPONSE_FAIL)
