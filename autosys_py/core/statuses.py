"""CHANGE_STATUS: an operator writes a status; no agent is asked (semantics.md §3.2, rules T-06, B-16 to B-18)."""

from typing import Any

from autosys_py.core import notes
from autosys_py.core.aftermath import dismiss_question
from autosys_py.core.boxes import reset_contents, reset_members
from autosys_py.core.codes import CHANGEABLE, TERMINAL, ExitCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Fact, RunKey
from autosys_py.core.resources import end_run
from autosys_py.core.starts import start_box


def change_status(draft: Draft, event: Event, fact: Fact) -> None:
    """Any status but those with a rule of their own below."""
    target = event.status
    if target is None:
        fact.notes.append(notes.no_status())
        return
    if target not in CHANGEABLE:
        _refuse(event, fact, notes.bad_status(target.name))
        return
    job = draft.job(event.joid)
    if draft.state(event.joid).status is Status.WAIT_REPLY:
        dismiss_question(draft, event.joid, event.code, fact)
    if job.is_box and target is Status.RUNNING:
        fact.status, fact.value = None, target.name
        start_box(draft, event.joid)
        return
    _write(draft, event, fact, target)
    if job.is_box and target is Status.INACTIVE:
        reset_contents(draft, event.joid)
    elif job.is_box and target in TERMINAL:
        reset_members(draft, event.joid)


def change_running_box(draft: Draft, event: Event, fact: Fact) -> None:
    """A box that runs is over by hand, or already is what it should become."""
    if event.status is Status.RUNNING:
        _refuse(event, fact, notes.ignored(event.code.name, draft.job(event.joid).name, "RUNNING"))
        return
    state = draft.state(event.joid)
    change_status(draft, event, fact)
    if event.status in TERMINAL or event.status is Status.INACTIVE:
        _close_box_run(draft, event, state.run_num, state.ntry)


def change_iced(draft: Draft, event: Event, fact: Fact) -> None:
    """Refused: JOB_OFF_ICE is the way out."""
    if event.status is None:
        fact.notes.append(notes.no_status())
    elif event.status is Status.INACTIVE:
        _refuse(event, fact, notes.iced_inactive())
    else:
        _refuse(event, fact, notes.iced_status(event.status.name))


def change_noexec(draft: Draft, event: Event, fact: Fact) -> None:
    """In the mode only INACTIVE and SUCCESS, and RUNNING on a box (rule H-11)."""
    job = draft.job(event.joid)
    allowed = {Status.INACTIVE, Status.SUCCESS} | ({Status.RUNNING} if job.is_box else set())
    if event.status is not None and event.status not in allowed:
        _refuse(event, fact, notes.noexec_status(event.status.name))
    elif job.is_box and draft.state(event.joid).status is Status.RUNNING:
        change_running_box(draft, event, fact)
    else:
        change_status(draft, event, fact)


def ignore(draft: Draft, event: Event, fact: Fact) -> None:
    """Nothing happens, and the log says so."""
    state = draft.state(event.joid)
    shown = f"{state.status.name}/ON_NOEXEC" if state.noexec else state.status.name
    fact.notes.append(notes.ignored(event.code.name, draft.job(event.joid).name, shown))


def _refuse(event: Event, fact: Fact, note: str) -> None:
    """The fact keeps the word that was asked for and shows no status, because none was entered."""
    fact.status = None
    fact.value = event.status.name if event.status is not None else ""
    fact.notes.append(note)


def _write(draft: Draft, event: Event, fact: Fact, target: Status) -> None:
    changes: dict[str, Any] = {"before_hold": None}
    if target in TERMINAL or target is Status.INACTIVE:
        changes["exit_code"] = exit_code_by_hand(target)
    draft.set_status(
        event.joid,
        target,
        fact=fact,
        time=draft.now,
        votes_idle=True,
        silent=draft.world.configuration.EvaluateOnChangeStatus == "0",
        **changes,
    )
    if target in TERMINAL:
        end_run(draft, event.joid, target)  # unless its process goes on
    fact.exit_code = None  # the log shows none for a change by hand (cli.md §9)


def exit_code_by_hand(target: Status) -> int | None:
    """What a job shows that ended without having run (semantics.md §3.2); None unless the status is terminal."""
    if target not in TERMINAL:
        return None
    return int(ExitCode.SUCCESS if target is Status.SUCCESS else ExitCode.BY_HAND)


def _close_box_run(draft: Draft, event: Event, run_num: int, ntry: int) -> None:
    assert event.status is not None
    draft.close_run(RunKey(event.joid, run_num, ntry), event.status, draft.now, None)
    end_run(draft, event.joid, event.status)
