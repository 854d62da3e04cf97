"""What the scheduler's log says when it refuses, ignores or only tells (cli.md §2.3, semantics.md §3.1).

Lines with a `CAUAJM_` code have the product's text; the others are our own and have none.
"""


def not_met() -> str:
    return "CAUAJM_I_40162 This job's starting conditions have not been met - cannot be started."


def outside_window(name: str) -> str:
    return f"CAUAJM_E_10178 Start time is outside run window for job: {name}"


def already_started(name: str) -> str:
    return f"CAUAJM_I_60001 Job ({name}) has already started. FORCE_STARTJOB has no effect."


def nothing_to_kill(name: str, event: str = "KILLJOB") -> str:
    return f"CAUAJM_E_40173 Job <{name}> not RUNNING when {event} event occurred. No job process to be killed."


def not_in_mode(name: str, mode: str) -> str:
    return f"CAUAJM_E_40045 Cannot take job <{name}> off {mode} because it is not {mode}."


def box_in_mode(name: str) -> str:
    return f"CAUAJM_E_40041 This job's box is in the ON_NOEXEC state. Job <{name}> cannot be taken off ON_NOEXEC."


def live_descendants(name: str) -> str:
    return f"CAUAJM_E_40051 Cannot put box job <{name}> in ON_NOEXEC status. Active job descendants found."


def iced_status(status: str) -> str:
    return (
        f"CAUAJM_E_40127 You cannot change the status to {status} when job is in the ON_ICE status. "
        "Send JOB_OFF_ICE first."
    )


def iced_inactive() -> str:
    return "CAUAJM_E_70296 You cannot change the status to INACTIVE when job is in the ON_ICE status."


def noexec_status(status: str) -> str:
    return (
        f"CAUAJM_E_40125 You cannot change the status to {status} when job is in the ON_NOEXEC status. "
        "Send JOB_OFF_NOEXEC first."
    )


def missed_window() -> str:
    return "Not run today - Missed the Run Window"


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


def no_signals() -> str:
    return "CAUAJM_E_10346 Signals can only be sent to Command jobs."


def bad_priority() -> str:
    return "CAUAJM_E_10342 Invalid job queue priority specified."


def bad_alarm(alarm: str) -> str:
    return f"CAUAJM_E_60037 INVALID Alarm: {alarm}"


def bad_status(status: str) -> str:
    return f"CAUAJM_E_60041 You cannot manually change the status to {status}."


def no_status() -> str:
    return "CAUAJM_E_60038 The Value of the STATUS is missing."


def no_machine() -> str:
    return "CAUAJM_E_60029 You must specify a node for this event."


def unknown_machine(name: str) -> str:
    return f"CAUAJM_E_10343 Real machine <{name}> does not exist."


def virtual_machine(name: str) -> str:
    return f"CAUAJM_E_10460 The MACH_OFFLINE and MACH_ONLINE events cannot be used against VIRTUAL machine <{name}>."


def delete_refused(name: str) -> str:
    return f"DELETEJOB refused: <{name}> or a job inside it is still running. Kill it first."


def restart_refused(name: str, status: str) -> str:
    return f"RESTART refused: <{name}> is {status}; only FAILURE and TERMINATED can be restarted."


def offline(machine: str) -> str:
    return f"CAUAJM_E_10199 Machine <{machine}> is unavailable because it is not online."


def missed_tick(name: str) -> str:
    return f"Start time of <{name}> passed while its box was not running."


def restart_due(seconds: int, ntry: int) -> str:
    return f"Restarting in {seconds} seconds after try {ntry}."
