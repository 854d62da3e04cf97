"""The catalogue: every coded line a command may print, and how it is printed (cli.md §1.3, §1.4, §1.7).

A message is `CAUAJM_<severity>_<code> <text>`; `{n}` in a text takes the n-th argument, made visible first, so
nothing a user typed reaches a terminal raw. Codes below 99000 are the product's; what it has no text for is ours
and stands at 99000 and above. A text that ends in a line end is followed by an empty line.
"""

import sys
from contextlib import suppress
from typing import Final

from autosys_py.core.text import visible

CATALOGUE: Final[dict[int, str]] = {
    # Any command
    10051: "The environmental variable {0} is not set.",
    10230: "User:{0} does not have {1} permission on job:{2}",
    10527: "Timed out waiting for response from the {0} Application Server.",
    10920: "User authentication for <{0}> failed. Command aborted.",
    40003: "The specified parameters are not valid.",
    40018: "An invalid date/time has been specified: {0}",
    40022: "Ensure the date format is specified as: {0} {1}",
    50032: "Environment/Configuration setup failed!",
    50033: "Error initializing tx subsystem: {0}",
    50130: "Argument missing for option -{0}",
    50141: "Instance {0} is not present on this system\n",
    # sendevent
    10336: "There are No EVENTS to Un-Send.",
    10337: "Could not mark event <{0}> as unsent.",
    10341: "Unable to get job/box/application/group name.",
    10342: "Invalid job queue priority specified.",
    10343: "Real machine <{0}> does not exist.",
    10346: "Signals can only be sent to {0} jobs.",
    10347: "Subroutine {0}() failed, event not sent!",
    10372: "This job's type does not support the {0} operation. Event not sent for job <{1}>.",
    10383: "This job's type does not support the {0} operation. Event not sent for job <{1}>.",
    10460: "The MACH_OFFLINE and MACH_ONLINE events cannot be used against VIRTUAL machine <{0}>.",
    10693: "This job's type does not support the {0} operation. Event not sent for job <{1}>.",
    18961: "Error for Job: {0} < {1} exceeds {2} bytes.>",
    40006: "Job Name required for REPLY_RESPONSE.",
    40007: "Application and Group are invalid arguments for REPLY_RESPONSE.",
    40009: "The {0} syntax is:",
    40011: "The {0} step name argument is only valid when using the {1} event.",
    40012: "REPLY_RESPONSE requires a non-blank response.",
    40019: "Application(-I) and Group(-B) are invalid arguments for {0}.",
    40020: "Job Name(-J) required for {0}.",
    40033: "Step name required for {0}.",
    40059: "Invalid maximum retry attempts specified.",
    50004: "Invalid job/box name: {0}",
    60001: "Job ({0}) has already started. FORCE_STARTJOB has no effect.",
    60003: "Invalid Date/Time: {0}",
    60004: "Date must be specified as: {0} {1}",
    60005: "or date is invalid on this Operating System",
    60012: "Keyword {0} can not be a Global Name.",
    60024: "Job Name must not be set for {0}.",
    60025: "Global Name Missing.",
    60026: "Global Name can only be {0} characters.",
    60027: "Value can only be {0} characters.",
    60028: "Global Name contains one or more invalid characters.",
    60029: "You must specify a node for this event.",
    60030: "The [-K Signals(s)] Option is required for SEND_SIGNAL.",
    60035: "INVALID Event: {0}",
    60036: "The Value of the ALARM is missing.",
    60037: "INVALID Alarm: {0}",
    60038: "The Value of the {0} is missing.",
    60039: "The -v option is not valid for the {0} event.",
    60040: "INVALID Status: {0}",
    60041: "You cannot manually change the status to {0}.",
    60046: "Invalid value for the -v option: {0}",
    60053: "Invalid role in the -v option: {0}",
    60054: "Role specified more than once in the -v option: {0}",
    60055: "The -l and -d options are not valid for the {0} event.",
    60057: "Invalid argument for the -l option: {0}",
    60071: "Job name, application, or group name required.",
    60149: "The AGGREGATE event requires the -l or the -d option.",
    60388: "One or more sendevent commands have Invalid parameters specified.",
    # autorep
    10323: "Failed to retrieve details for job <{0}>. The run number specified is invalid.",
    10569: "Global Blob: {0} does not exist",
    19055: "Invalid connection profile name: {0} Query not performed.",
    10398: "*** Cannot Insert/Update/Query/Delete Job Type: {0}, because it DOES NOT EXIST ***",
    40010: "Invalid override # specified.",
    50027: "Invalid Job Name: {0}\n",
    50103: "Machine name specification cannot be masked.\n",
    50104: "Bad report mode detected.\n",
    50105: "Job name specification cannot be masked.\n",
    50111: "Invalid Machine Name: {0}\n",
    50113: "Invalid Resource Name: {0}\n",
    50114: "This option is applicable only for real machines.",
    50182: "Invalid Global Variable Name: {0}\n",
    50278: "Invalid blob type: {0}",
    50411: "Invalid External Instance Name: {0}\n",
    # autostatus
    50001: "Error in command line for autostatus.",
    50002: "Cannot specify both {0} and {1} options.",
    50005: "Invalid Global Variable Name: {0}\n",
    # autocal_asc
    10601: "Cannot insert calendar {0}, calendar name already exists.",
    10622: "Cannot Insert Cycle {0}, cycle name already exists",
    50308: "Standard calendar {0} does not exist.",
    50309: "Extended calendar {0} does not exist.",
    50310: "Cycle {0} does not exist.",
    50405: "Delete failed.  The following dates are invalid:",
    50305: "Invalid date {0} entered.",
    50413: "*** WARNING - The Holiday calendar: {0} does not exist.",
    50415: "The Holiday calendar: {0} is already defined as Extended Calendar.",
    50416: "The Extended Calendar: {0} is already defined as a Holiday Calendar of {1}.",
    50417: "The Holiday calendar name should be different from {0}.",
    50423: "Insert Successful for {0}: {1}",
    50424: "Insert Failed for {0}: {1}",
    60043: "Invalid parameters specified.",
    99040: "Expected A or D on the line after the name, not '{0}'.",
    # autotimezone
    50089: "Timezones:",
    50101: "Wrong argument for an alias: {0}",
    50106: "Wrong argument for a city: {0}",
    50109: "Wrong argument to delete: {0}",
    50120: "Wrong argument for a time zone: {0}",
    50147: "Please specify one of the follow options: -a, -c, -d, -l, -q, or -t",
    99041: "{0} is a zone of the system, which is found first; this entry will not be used.",
    # eventor
    165: "The {0} primary scheduler is already running on machine: {1}. Startup aborted.",
    # Ours
    99000: "{0}",
    99001: "{0}: {1}",
    99002: "AUTOSERV must be three upper-case letters or digits, not '{0}'.",
    99003: "Cannot create the instance folder {0}: {1}",
    99004: "Cannot write standard output: {0}",
    99005: "Cannot read {0}: {1}",
    99006: "{0} is not available in this version.",
    99007: "Invalid event priority: {0}",
    99008: "Invalid list of signals: {0}",
    99009: "Job ({0}) is {1}. RESTART is only for jobs in FAILURE, TERMINATED or RESTART.",
    99011: "Invalid time zone: {0}",
    99020: "Another scheduler has taken over instance {0}; this one has stopped. Running jobs go on.",
    99021: "Invalid number of seconds: {0}",
    99012: "Invalid format: {0}. Use json or csv.",
}


class Refused(Exception):
    """The command ends here. Its lines are printed to standard error as they stand."""

    def __init__(self, *lines: str, exit_code: int = 1) -> None:
        super().__init__(*lines)
        self.lines = lines
        self.exit_code = exit_code
        """1 = the store or a rule says no, 2 = the command line alone is wrong, 75 = try again."""


def message(code: int, *arguments: object, severity: str = "E") -> str:
    """The line of a code, arguments filled in; `severity` is E, W or I."""
    return f"CAUAJM_{severity}_{code:05d} {CATALOGUE[code].format(*(visible(str(each)) for each in arguments))}"


def refusal(code: int, *arguments: object, exit_code: int = 1) -> Refused:
    """What to raise for one error line."""
    return Refused(message(code, *arguments), exit_code=exit_code)


def misuse(code: int, *arguments: object) -> Refused:
    """What to raise when the command line alone is wrong: exit code 2."""
    return refusal(code, *arguments, exit_code=2)


class _Stream:
    """Where messages go: standard error unless `MessageStream=stdout` (cli.md §11)."""

    to_stdout = False


def use_message_stream(name: str) -> None:
    """Sets where `complain` writes from now on: the value of the key MessageStream."""
    _Stream.to_stdout = name == "stdout"


def complain(*lines: str) -> None:
    """Prints E, W and refusing I lines. Standard output is flushed first, so `2>&1` keeps the order."""
    if sys.stdout is not None:
        sys.stdout.flush()
    stream = sys.stdout if _Stream.to_stdout else sys.stderr
    if stream is None:
        return
    with suppress(OSError):  # nobody is left to be told
        stream.write("".join(f"{line}\n" for line in lines))
        stream.flush()
