"""The event_demon log, the file that operators read at night and scripts cut into words (cli.md §9).

    [date time]      CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: STARTING        JOB: name MACHINE: host

The message starts in column 27, the event in 49, its fields in 66, `JOB:` of statuses and alarms in 90. `lines` is
pure and serves the simulator too; `Journal` owns the file.
"""

import glob
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from autosys_py.core.codes import EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.messages import message
from autosys_py.core.model import Fact
from autosys_py.core.secrets import Secrets
from autosys_py.core.text import pad, visible
from autosys_py.core.times import TimeFormat

UNSEEN = 920
"""From this code on events are the scheduler's own business: only their notes are logged."""

NameOf = Callable[[int], str]


def lines(fact: Fact, name_of: NameOf, *, append_text: bool = False, secrets: Secrets | None = None) -> list[str]:
    """The log lines of one fact, without their times; `secrets` are not in them."""
    fact = secrets.sent(fact) if secrets is not None else fact
    name = visible(name_of(fact.joid)) if fact.joid else ""
    found = []
    if fact.machine and fact.status is Status.RUNNING and fact.code is EventCode.CHANGE_STATUS:
        run = f"{fact.joid}.{fact.run_num}.{fact.ntry}"
        found.append(message(10082, fact.machine, name, run, severity="I"))
    if fact.code < UNSEEN:
        line = f"{_EVENTS[fact.code]}{_fields(fact, name)}".rstrip()
        text = fact.text or (fact.reason and _reason(fact))
        if not text:
            found.append(line)
        elif append_text:
            found.append(f"{line} TEXT {visible(text)}")
        else:
            found += (line, f"<{visible(text)}>")
    if fact.notes:
        found += map(visible, fact.notes)
    return found


def _reason(fact: Fact) -> str:
    """Why somebody sent it; a comment says that on its own line already."""
    return "" if fact.code is EventCode.COMMENT else fact.reason


def _fields(fact: Fact, name: str) -> str:
    exit_code = f"EXITCODE:  {fact.exit_code}" if fact.exit_code is not None else ""
    match fact.code:
        case EventCode.CHANGE_STATUS:
            status = _STATUSES[fact.status] if fact.status is not None else padded(visible(fact.value), 16)
            machine = f" MACHINE: {padded(visible(fact.machine), 16)}" if fact.machine else " "
            return f"STATUS: {status}JOB: {name}{machine}{exit_code}"
        case EventCode.EXTERNAL_DEPENDENCY:
            status = fact.status.name if fact.status is not None else ""
            return f"STATUS: {padded(status, 16)}JOB: {visible(fact.name)}"
        case EventCode.REFRESH_EXTINST:
            return f"INSTANCE: {visible(fact.name)} is available again"
        case EventCode.ALARM:
            return f"ALARM: {padded(visible(fact.name), 17)}JOB: {name} {exit_code}"
        case EventCode.CHANGE_ALARM:
            of_job = f"JOB: {name}" if name else ""
            return f"NUMBER: {visible(fact.value)} STATE: {padded(visible(fact.name), 13)}{of_job}"
        case EventCode.SET_GLOBAL:
            return visible(f"GLOBAL: {fact.name} = {fact.value}")
        case EventCode.MACH_OFFLINE | EventCode.MACH_ONLINE:
            return f"MACHINE: {visible(fact.name)}"
        case EventCode.UNSEND_EVENT:
            return f"JOB: {name} {visible(fact.name)}" if name else visible(fact.name)
        case EventCode.COMMENT:
            return " ".join(part for part in (f"JOB: {name}" if name else "", visible(fact.value)) if part)
    return f"JOB: {name}" if name else ""


def padded(text: str, columns: int) -> str:
    """Visible text filled to so many columns; a longer one is followed by one blank."""
    return pad(f"{text} ", columns)


_ROLLED = re.compile(r"\.(\d{4})(\d{4})(?:\.\d+)?", re.ASCII)
"""Behind the name of the log: month and day, year, number."""
_EVENTS = {code: message(40245, padded(code.name, 17), severity="I") for code in EventCode}
_STATUSES = {status: padded(status.name, 16) for status in Status}


class Journal:
    """The log file of one scheduler, rolled over as the key LOGROLLOVER says; also written to `echo` if given."""

    def __init__(
        self,
        path: Path,
        zone: ZoneInfo,
        configuration: Configuration,
        echo: Callable[[str], object] | None = None,
        complain: Callable[[str], object] = lambda text: None,
    ) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self._zone = zone
        self.time_of = self._time = TimeFormat(zone, configuration.DateFormat)
        self.configure(configuration)
        self._echo = echo
        self._complain = complain
        self._file = _open(path)
        self._day = self._day_of_file()
        self._minute: int | None = None
        self._failing = False

    def configure(self, configuration: Configuration) -> None:
        """Keys that may change while the scheduler runs."""
        self._append_text = configuration.AppendEventMessageText == "1"
        self._rollover = configuration.rollover
        self.secrets = Secrets(configuration.SecretNames)
        """Whose values it does not tell."""

    def write(self, now: int, messages: Iterable[str]) -> None:
        """Writes lines of one moment and flushes them."""
        self.mark(now)
        if self._rollover.megabytes:
            self._roll_over(now)
        stamp = f"[{self._time(now)}]      "
        self._put("".join(f"{stamp}{message}\n" for message in messages))

    def mark(self, now: int) -> None:
        """A line of dashes if a new minute has begun: who watches the log sees that the scheduler lives."""
        minute = now // 60
        if minute == self._minute:
            return
        begun, self._minute = self._minute, minute
        self._roll_over(now)
        if begun is not None:
            self._put(f"[{self._time(now)}]      {'-' * 40}\n")

    def _put(self, text: str) -> None:
        """A log that cannot be written stops nobody: it is said once, and again when it could be written meanwhile."""
        try:
            self._file.write(text)
            self._file.flush()
            self._failing = False
        except OSError as error:
            if not self._failing:
                self._complain(f"scheduler log {self.path}: {error.strerror}; scheduling goes on")
            self._failing = True
        if self._echo is not None and text:
            self._echo(text)

    def write_facts(self, now: int, facts: Iterable[Fact], name_of: NameOf) -> None:
        """Writes the lines of a turn."""
        append_text, secrets = self._append_text, self.secrets
        told = (lines(fact, name_of, append_text=append_text, secrets=secrets) for fact in facts)
        self.write(now, (line for each in told for line in each))

    def close(self) -> None:
        with suppress(OSError):  # what could not be written before cannot be written now
            self._file.close()

    def _day_of_file(self) -> str | None:
        """The day of the last line of a log that is already there."""
        status = self.path.stat()
        return self._day_at(int(status.st_mtime)) if status.st_size else None

    def _day_at(self, moment: int) -> str:
        return datetime.fromtimestamp(moment, self._zone).strftime("%m%d%Y")

    def _roll_over(self, now: int) -> None:
        day = self._day_at(now)
        is_next_day = self._rollover.at_midnight and self._day is not None and day != self._day
        if is_next_day or self._is_full():
            try:
                self.path.replace(self._rolled(self._day or day))
                file = _open(self.path)
            except OSError as error:  # then the old file goes on
                self._complain(f"scheduler log {self.path}: {error.strerror}; scheduling goes on")
            else:
                self.close()
                self._file = file
                self._purge(datetime.fromtimestamp(now, self._zone))
        self._day = day

    def _is_full(self) -> bool:
        limit = self._rollover.megabytes << 20
        return limit > 0 and os.fstat(self._file.fileno()).st_size >= limit

    def _rolled(self, day: str) -> Path:
        """What the present file is to be called: with its day, and a number from the second of a day on."""
        found = self.path.with_name(f"{self.path.name}.{day}")
        number = 1
        while found.exists():
            number += 1
            found = self.path.with_name(f"{self.path.name}.{day}.{number}")
        return found

    def _purge(self, today: datetime) -> None:
        """Deletes rolled files that are older than PURGE says, by the day in their names."""
        if not self._rollover.days:
            return
        oldest = (today - timedelta(days=self._rollover.days)).strftime("%Y%m%d")
        for path in self.path.parent.glob(f"{glob.escape(self.path.name)}.*"):
            day = _ROLLED.fullmatch(path.name.removeprefix(self.path.name))
            if day and f"{day[2]}{day[1]}" < oldest:
                with suppress(OSError):  # the next rollover tries again
                    path.unlink()


def _open(path: Path) -> TextIO:
    """For the owner alone: the log tells what people sent."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")
