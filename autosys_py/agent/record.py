"""What is known of a run, read from the lines of its record. Pure.

    started KEY BOOT TIME PID      by the runner: the point of no return
    killed 15,9                    by the agent, before the first signal of a kill
    spared                         by the agent: nothing was left to signal, the kill did not happen
    silent TIME                    by the agent: it was told that no heartbeat came after TIME
    Killed                         by the runner's shell, only if a signal ended the job
    exit 137 KEY                   by the runner, last

A line counts once it ends with a newline, and a start or an exit only if it names the run: what a power loss leaves
in a file that was not written out may be zeros, or the record of another run. `$?` is 137 both for `exit 137` and for
death by signal 9; the shell's own line between tells them apart (dash and bash write one). They write none for SIGINT
and SIGPIPE: then 130 and 141 mean the signal only if a kill had sent it.
"""

import re
from dataclasses import dataclass

_SIGNAL_BASE = 128
_UNNAMED = re.compile("exit [0-9]{1,3}")
_NUMBER, _CODE, _SIGNALS = re.compile("[0-9]{1,12}"), re.compile("[0-9]{1,3}"), re.compile("[0-9]{1,3}(,[0-9]{1,3})*")


@dataclass(slots=True)
class Record:
    """The lines, judged."""

    started: bool = False
    """The command was run, or was about to be."""
    boot: str = ""
    """Boot id of the machine at the start."""
    start: int = 0
    """UTC seconds; 0 = unknown."""
    pid: int = 0
    """The runner's. Means something only while the record is locked."""
    ended: bool = False
    exit_code: int | None = None
    """The exit code, or minus the number of the signal; None while not ended."""
    killed: bool = False
    """A kill of ours was under way when it ended, or still is."""
    signals: tuple[int, ...] = ()
    """The signals of that kill."""
    silence: int = 0
    """The last heartbeat before a silence that was told of, UTC seconds; 0 = none was."""
    message: str = ""
    """What the runner's shell had to say."""


def parse_record(text: str, run: str, boot: str = "") -> Record:
    """What these lines say of the run of that name. Anything at all in them counts as started: never twice
    (rule M-06).

    `boot` is the machine's present one if nothing writes to the record any more. A runner of an older version, which
    an upgrade may have left running, did not name its run at the end; in a record of this boot no power loss can have
    put anything else there.
    """
    record, lines = Record(started=bool(text)), text.split("\n")[:-1]
    if boot and text.startswith(f"started {run} {boot} "):
        lines = [f"{line} {run}" if _UNNAMED.fullmatch(line) else line for line in lines]
    for line in lines:
        match line.split():
            case ["started", key, boot, start, pid] if (
                key == run and _NUMBER.fullmatch(start) and _NUMBER.fullmatch(pid)
            ):
                record.boot, record.start, record.pid = boot, int(start), int(pid)
            case ["killed", signals] if not record.ended and _SIGNALS.fullmatch(signals):
                record.killed, record.signals = True, tuple(int(number) for number in signals.split(","))
            case ["spared"]:
                record.killed, record.signals = False, ()
            case ["silent", beat] if _NUMBER.fullmatch(beat):
                record.silence = int(beat)
            case ["exit", code, key] if key == run and _CODE.fullmatch(code):
                record.ended, record.exit_code = True, int(code)
            case _ if "warning:" not in line:  # bash warns of a locale it does not have
                record.message = line
    if record.exit_code is not None and record.exit_code > _SIGNAL_BASE:
        signal = record.exit_code - _SIGNAL_BASE
        if record.message or signal in record.signals:
            record.exit_code = -signal
    return record
