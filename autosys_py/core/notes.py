"""What the scheduler's log says when it refuses, ignores or only tells (cli.md §2.3, semantics.md §3.1).

Lines with a code have the product's text and stand in the catalogue; the others are our own and have none.
"""

from autosys_py.core.messages import message


def not_met() -> str:
    return message(40162, severity="I")


def outside_window(name: str) -> str:
    return message(10178, name)


def already_started(name: str) -> str:
    return message(60001, name, severity="I")


def connected_to_kill(machine: str, name: str, joid: int, run_num: int, ntry: int) -> str:
    return message(10082, machine, f"KILLJOB {name}", f"{joid}.{run_num}.{ntry}", severity="I")


def nothing_to_kill(name: str, event: str = "KILLJOB") -> str:
    return message(40173, name, "RUNNING", event, "job")


def not_in_mode(name: str, mode: str) -> str:
    return message(40045, name, mode, mode)


def box_in_mode(name: str) -> str:
    return message(40041, "ON_NOEXEC", name, "ON_NOEXEC")


def live_descendants(name: str) -> str:
    return message(40051, name, "ON_NOEXEC")


def iced_status(status: str) -> str:
    return message(40127, status)


def iced_inactive() -> str:
    return message(70296)


def noexec_status(status: str) -> str:
    return message(40125, status)


def missed_window() -> str:
    return "Not run today - Missed the Run Window"


def excluded(calendar: str) -> str:
    return f"Not run today - Excluded by calendar {calendar}"


def calendar_ran_out(calendar: str, name: str) -> list[str]:
    return [message(10119, calendar, severity="W"), message(10120, name, severity="W")]


def ignored(event: str, name: str, status: str) -> str:
    return f"{event} ignored: job <{name}> is {status}."


def unknown_job(event: str, joid: int) -> str:
    return f"{event} ignored: job {joid} is no longer defined."


def stale_report(name: str, run: str, exit_code: int | None) -> str:
    end = f" ended with exit code {exit_code}" if exit_code is not None else ": its agent reported"
    return f"Run {run} of <{name}>{end}; recorded, the status set meanwhile stays."


def wrong_type(event: str, job_type: str) -> str:
    return f"{event} ignored: jobs of type {job_type} do not support it."


def bad_signals(event: str, signals: str) -> str:
    return f"{event} ignored: <{signals}> is no list of signal numbers like 15,9."


NAMED = 10
"""Jobs that a line names; of more it gives the number."""


def waiting_for_killed(name: str, waiting: list[str]) -> list[str]:
    more = f" and {len(waiting) - NAMED} more" if len(waiting) > NAMED else ""
    return [
        f"<{name}> was killed. Waiting for it now: {', '.join(waiting[:NAMED])}{more}.",
        f"Two ways on: sendevent -E RESTART -J {name} runs it again, "
        f"sendevent -E CHANGE_STATUS -s SUCCESS -J {name} goes on without it.",
    ]


def no_signals() -> str:
    return message(10346, "Command")


def bad_priority() -> str:
    return message(10342)


def bad_alarm(alarm: str) -> str:
    return message(60037, alarm)


def bad_status(status: str) -> str:
    return message(60041, status)


def no_status() -> str:
    return message(60038, "STATUS")


def no_machine() -> str:
    return message(60029)


def unknown_machine(name: str) -> str:
    return message(10343, name)


def virtual_machine(name: str) -> str:
    return message(10460, name)


def delete_refused(name: str) -> str:
    return f"DELETEJOB refused: <{name}> or a job inside it is still running. Kill it first."


def restart_refused(name: str, status: str) -> str:
    return f"RESTART refused: <{name}> is {status}; only FAILURE and TERMINATED can be restarted."


def offline(machine: str) -> str:
    return message(10199, machine)


def usages(name: str) -> str:
    return message(10208, name, severity="I")


def usage(machine: str, method: str, value: float) -> str:
    shown = "unlimited" if value == float("inf") else f"{value:g}"
    return message(10556, machine, method, shown, severity="I")


def selected(machine: str, name: str) -> str:
    return message(10209, machine, name, severity="I")


def behind_others(name: str, what: str) -> str:
    return f"<{name}> waits: a job of higher priority waits for <{what}>."


def no_units(name: str, units: int, machine: str) -> str:
    return f"<{name}> waits: <{machine}> has no {units} load units free."


def no_resource(name: str) -> str:
    return f"Resource <{name}> is not defined there."


def not_measured(name: str, operator: str, value: str) -> str:
    return f"Resource <{name}> is not {operator or 'EQ'} {value or '?'}, or its agent does not know."


def short_of(name: str, wanted: int, there: int) -> str:
    return f"Resource <{name}> is short: {wanted} wanted, {there} available."


def nothing_held(name: str) -> str:
    return f"RELEASE_RESOURCE ignored: <{name}> holds no units."


def pending_replaced() -> str:
    return "Machine offline, GlobalPendMachStatus"


def missed_tick(name: str) -> str:
    return f"Start time of <{name}> passed while its box was not running."


def remark(name: str, text: str) -> str:
    return f"<{name}> {text}"


def chased_too_late(name: str, status: str) -> str:
    return f"CHASE of <{name}> ignored: it is {status}, and not the run that was looked for."


def chased_too_early(name: str) -> str:
    return f"CHASE of <{name}> sets no status: its run is still in the agent's hands."


def clock_set(by: int) -> str:
    return f"The clock was set {abs(by)} seconds {'forward' if by > 0 else 'back'}."


def has_been(name: str) -> str:
    return f"{name} has had this start before the clock was set back."


def restart_due(seconds: int, ntry: int) -> str:
    return f"Restarting in {seconds} seconds after try {ntry}."


def will_restart(result: str, seconds: int) -> str:
    return f"{result}. Restarting as a new run in {seconds} seconds."


def asks(result: str) -> str:
    return f"{result}. Waiting for REPLY_RESPONSE: RESTART, ERROR or COMPLETED."


def answered(word: str) -> str:
    return f"Answered {word}"


def answered_earlier(name: str, run_num: int, word: str) -> str:
    return f"Run {run_num} of <{name}> was answered {word}; the status is that of its newest run."


def bad_reply(word: str) -> str:
    return message(99050, word)


def restarts_used_up() -> str:
    return "max_starts is used up."


def withdrawn(name: str) -> str:
    return f"Future starts of <{name}> are withdrawn until it is restarted or redefined."


def tick_kept(name: str) -> str:
    return f"Start time of <{name}> is kept until the answer is dealt with."


def no_such_alarm(number: str) -> str:
    return message(99030, number)


def not_told(seq: str, job: str, reason: str) -> str:
    return f"Notification {seq} of <{job}> could not be sent: {reason}. Trying again."


def never_told(seq: str, job: str, reason: str) -> str:
    return f"Notification {seq} of <{job}> was given up: {reason}."


def nobody_to_tell(seq: str, job: str, reason: str) -> str:
    return f"Notification {seq} of <{job}>: {reason}."


def deadlocked() -> str:
    return "No member is running and none can start any more."


def held_by_key() -> str:
    return "GlobalAutoHold: put on hold instead of started."


def overridden(name: str) -> str:
    return f"<{name}> runs with its override."
