"""The event_demon log, the file that operators read at night and scripts cut into words (cli.md §9).

    [date time]      CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: STARTING        JOB: name MACHINE: host

The message starts in column 27, the event in 49, its fields in 66, `JOB:` of statuses and alarms in 90. `lines` is
pure and serves the simulator too; `Journal` owns the file.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from autosys_py.core.codes import EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.messages import message
from autosys_py.core.model import Fact
from autosys_py.core.text import pad, visible
from autosys_py.core.times import TimeFormat

UNSEEN = 920
"""From this code on events are the scheduler's own business: only their notes are logged."""

NameOf = Callable[[int], str]


def lines(fact: Fact, name_of: NameOf, *, append_text: bool = False) -> Iterator[str]:
    """The log lines of one fact, without their times."""
    name = visible(name_of(fact.joid)) if fact.joid else ""
    if fact.code is EventCode.CHANGE_STATUS and fact.status is Status.RUNNING and fact.machine:
        yield message(10082, fact.machine, name, f"{fact.joid}.{fact.run_num}.{fact.ntry}", severity="I")
    text = fact.text or _reason(fact)
    text = visible(text) if text else ""
    if fact.code < UNSEEN:
        line = f"{_EVENTS[fact.code]}{_fields(fact, name)}".rstrip()
        yield f"{line} TEXT {text}" if text and append_text else line
        if text and not append_text:
            yield f"<{text}>"
    for note in fact.notes:
        yield visible(note)


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


_EVENTS = {code: f"CAUAJM_I_40245 EVENT: {padded(code.name, 17)}" for code in EventCode}
_STATUSES = {status: padded(status.name, 16) for status in Status}


class Journal:
    """The log file of one scheduler, rolled over at midnight of its zone; also written to `echo` if given."""

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
        self._append_text = configuration.AppendEventMessageText == "1"
        self._echo = echo
        self._complain = complain
        self._file = path.open("a", encoding="utf-8", errors="backslashreplace")
        self._day = self._day_of_file()
        self._minute: int | None = None
        self._failing = False

    def write(self, now: int, messages: Iterable[str]) -> None:
        """Writes lines of one moment and flushes them."""
        self.mark(now)
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
        self.write(now, (line for fact in facts for line in lines(fact, name_of, append_text=self._append_text)))

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
        if self._day is not None and day != self._day:
            self.close()
            self.path.replace(self.path.with_name(f"{self.path.name}.{self._day}"))
            self._file = self.path.open("a", encoding="utf-8", errors="backslashreplace")
        self._day = day
