"""cron2jil: a crontab as JIL and calendars (cli.md §7.6, docs/cron2jil.md).

For each line of the crontab a file of JIL, and a calendar of one year where its days are more than days of the week.
Every value is read back with the scanner of `jil` before it is written: what JIL cannot hold is said and left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.crontab import DAYS, EVERY_DAY, Entry, Unsaid, Variable, entry_words, read
from autosys_py.cli.messages import complain, message, refusal
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.run import leave, run
from autosys_py.core.text import visible
from autosys_py.core.timezones import TimeZones, is_name

LONGEST_NAME = 64
LONGEST_TIMES = 255
"""Characters of start_times (jil.md §3.1)."""
YEAR = 366
MAILED = ("MAILTO", "MAILFROM")
UNUSED = frozenset({*MAILED, "CONTENT_TYPE", "CONTENT_TRANSFER_ENCODING", "RANDOM_DELAY", "SHELL", "CRON_TZ"})
"""Variables that mean something to cron itself."""
SHELLS = ("", "/bin/sh", "sh")


class Settings(NamedTuple):
    """What the command line says about every job."""

    folder: Path
    machine: str
    prefix: str
    include: tuple[str, ...]
    date_format: str
    today: date


class Note(NamedTuple):
    """Something worth a line."""

    line: int
    text: str
    is_error: bool = False


class Written(NamedTuple):
    """Files by name, and what is to be said."""

    files: dict[str, str]
    notes: list[Note]


def main() -> NoReturn:
    leave(run(COMMAND))


def cron2jil(given: Given) -> int:
    """Writes the files. Exit code 1 if a line was not understood; the others are done."""
    if "f" not in given:
        raise wrong_usage()
    crontab = Path(given["f"])
    lines = _lines(crontab)
    include = tuple(_lines(Path(given["i"]))) if "i" in given else ()
    folder = Path(given.get("d", "."))
    if not folder.is_dir():
        raise refusal(99082, folder, "no such directory")
    from autosys_py.cli.zone import local_zone

    today = datetime.fromtimestamp(clock.now(), local_zone()).date()
    machine, prefix = given.get("m", "localhost"), given.get("p", "")
    settings = Settings(folder, machine, prefix, include, _date_format(), today)
    written = convert(lines, settings, user_of(crontab), has_user=has_user_column(crontab, lines))
    for name, text in written.files.items():
        (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    for note in written.notes:
        complain(message(99070, crontab, note.line, note.text, severity="E" if note.is_error else "W"))
    return int(any(note.is_error for note in written.notes))


def _date_format() -> str:
    """That of the instance, where there is one: its `autocal_asc` reads the calendars. None is made for it."""
    import os

    from autosys_py.core.configuration import ConfigurationError, parse

    folder = os.environ.get("AUTOUSER", "")
    try:
        text = (Path(folder) / f"config.{os.environ.get('AUTOSERV') or 'ACE'}").read_text("utf-8", "surrogateescape")
        return parse(text, lambda warning: None).DateFormat
    except (OSError, ConfigurationError):
        return "MM/DD/YYYY"


def _lines(path: Path) -> list[str]:
    return [line.rstrip("\r") for line in path.read_bytes().decode("utf-8", "surrogateescape").split("\n")]


def has_user_column(path: Path, lines: Sequence[str]) -> bool:
    """Does a user stand before each command? So it is in /etc/crontab and /etc/cron.d, and in a file whose heading says
    so, or in which every command begins with the name of a user of this host and goes on behind it."""
    place = str(path.absolute())
    if place == "/etc/crontab" or place.startswith("/etc/cron.d/"):
        return True
    if any(re.match(r"#.*\b(dow|day of week|week)\b.*\buser(-?name)?\b", line, re.IGNORECASE) for line in lines):
        return True
    commands = [words for line in lines if (words := entry_words(line))]
    return bool(commands) and all(len(words) > 1 and _is_user(words[0]) for words in commands)


def _is_user(name: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(name)
    except (KeyError, ValueError):
        return False
    return True


def user_of(path: Path) -> str:
    """Whose crontab it is, if it lies where cron keeps them by the names of their users."""
    folder = path.absolute().parent
    return path.name if str(folder).startswith("/var/spool/cron") else ""


def convert(lines: Iterable[str], settings: Settings, owner: str = "", *, has_user: bool = False) -> Written:
    """The files for a crontab. Pure but for the settings' date of today."""
    files: dict[str, str] = {}
    notes: list[Note] = []
    variables: dict[str, str] = {}
    for each in read(lines, has_user=has_user):
        if isinstance(each, Unsaid):
            notes.append(Note(each.line, each.reason, each.is_error))
        elif isinstance(each, Variable):
            variables[each.name] = each.value
            notes += _about_variable(each)
        elif each.every_minute:
            notes.append(Note(each.line, "skipped: it starts every minute"))
        else:
            _Job(each, settings, variables, each.user or owner).write(files, notes)
    return Written(files, notes)


def _about_variable(variable: Variable) -> Iterator[Note]:
    if variable.name in MAILED and variable.value:
        yield Note(variable.line, f"{variable.name}: output is not mailed; it is in std_out_file and std_err_file")
    if variable.name == "RANDOM_DELAY":
        yield Note(variable.line, "RANDOM_DELAY: no start is put off at random")


class _Job:
    """One entry on its way to JIL."""

    def __init__(self, entry: Entry, settings: Settings, variables: dict[str, str], owner: str) -> None:
        self.entry = entry
        self.settings = settings
        self.variables = variables
        self.owner = owner
        self.name = job_name(settings.prefix, entry.command, entry.line)
        self.notes: list[Note] = []

    def write(self, files: dict[str, str], notes: list[Note]) -> None:
        """Adds the files of this job, and what there is to say."""
        command = command_in_jil(self._command())
        if command is None:
            notes.append(Note(self.entry.line, "skipped: JIL cannot hold its command", is_error=True))
            return
        zone = self.variables.get("CRON_TZ", "")
        if zone and not (_reads_as(zone, "timezone") and is_name(zone) and TimeZones({}).zone(zone)):
            notes.append(Note(self.entry.line, f"skipped: CRON_TZ={zone} is no time zone of this host", is_error=True))
            return
        dates = self.entry.dates(self.settings.today, YEAR) if self.entry.needs_calendar else None
        if dates == []:
            notes.append(Note(self.entry.line, "skipped: no day of the next year is meant"))
            return
        attributes = [f"command: {command}", *self._attributes(has_calendar=dates is not None)]
        stanzas = []
        parts = self._times()
        for number, times in enumerate(parts, start=1):
            name = self.name if len(parts) == 1 else _numbered(self.name, number)
            stanzas.append([f"insert_job: {name}   job_type: CMD", *attributes, times, *self.settings.include])
        if len(parts) > 1:
            self._note(f"{len(parts)} jobs: so many start times are too long for one")
        if dates is not None:
            files[f"{self.name}.cal"] = self._calendar(dates)
            self._note(f"calendar {self.name} ends on {dates[-1].isoformat()}: load a new one before")
        head = [f"# cron2jil: line {self.entry.line}: {visible(self.entry.source)}"]
        head += [f"# {visible(note.text)}" for note in self.notes]
        text = "\n\n".join("\n".join(stanza) for stanza in stanzas)
        files[f"{self.name}.jil"] = "\n".join(head) + f"\n{text}\n"
        notes += self.notes

    def _note(self, text: str) -> None:
        self.notes.append(Note(self.entry.line, text))

    def _command(self) -> str:
        """In the shell that was asked for, with what it reads before it."""
        command, given = self.entry.command, self.entry.input
        shell = self.variables.get("SHELL", "")
        if given is None and shell in SHELLS:
            return command
        command = f"{shell or '/bin/sh'} -c {_in_quotes(command)}"
        if given is None:
            return command
        return f"printf '%s\\n' {' '.join(map(_in_quotes, given))} | {command}"

    def _attributes(self, *, has_calendar: bool) -> Iterator[str]:
        yield f"machine: {self.settings.machine.replace(':', chr(92) + ':')}"
        if self.owner:
            yield f"owner: {self.owner}"
        for name, value in self.variables.items():
            if name in UNUSED:
                continue
            line = f'{name}="{value}"'
            if '"' in value or not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) or not _reads_as(line, "envvars"):
                self._note(f"variable {name}: JIL cannot hold its value")
            else:
                yield f"envvars: {line}"
        yield "date_conditions: 1"
        if has_calendar:
            yield f"run_calendar: {self.name}"
        elif self.entry.weekdays == EVERY_DAY:
            yield "days_of_week: all"
        else:
            shorts = {number: name[:2] for name, number in DAYS.items()}
            ordered = sorted(self.entry.weekdays, key=lambda day: (day - 1) % 7)
            yield f"days_of_week: {','.join(shorts[day] for day in ordered)}"
        if zone := self.variables.get("CRON_TZ", ""):
            yield f"timezone: {zone}"

    def _times(self) -> list[str]:
        """start_mins for every hour, else start_times, in as many lines as their length asks for."""
        entry = self.entry
        if len(entry.hours) == 24:
            return [f"start_mins: {','.join(f'{minute:02d}' for minute in entry.minutes)}"]
        times = [f"{hour:02d}:{minute:02d}" for hour in entry.hours for minute in entry.minutes]
        size = (LONGEST_TIMES - 1) // 6
        return [f'start_times: "{",".join(times[place : place + size])}"' for place in range(0, len(times), size)]

    def _calendar(self, dates: Sequence[date]) -> str:
        written = self.settings.date_format
        rows = [
            written.replace("MM", f"{day:%m}").replace("DD", f"{day:%d}").replace("YYYY", f"{day:%Y}") for day in dates
        ]
        return "\n".join([f"calendar: {self.name}", *rows]) + "\n"


def job_name(prefix: str, command: str, line: int) -> str:
    """Prefix, base name of the command, `_`, number of the line; only what names of jobs and calendars may hold."""
    words = (word for word in command.split() if not re.match(r"[A-Za-z_]\w*=", word))
    base = PurePosixPath(next(words, "job").strip("\"'(){};")).name
    plain = re.sub(r"[^A-Za-z0-9._#-]+", "_", base, flags=re.ASCII) or "job"
    plain_prefix = re.sub(r"[^A-Za-z0-9._#-]+", "_", prefix, flags=re.ASCII)
    tail = f"_{line}"
    return f"{plain_prefix}{plain}"[: LONGEST_NAME - len(tail)] + tail


def _numbered(name: str, number: int) -> str:
    tail = f"_{number}"
    return name[: LONGEST_NAME - len(tail)] + tail


def _in_quotes(text: str) -> str:
    """As one word of a shell."""
    import shlex

    return shlex.quote(text)


def command_in_jil(command: str) -> str | None:
    """A value of `command` that runs what cron would run; None if there is none.

    An odd number of quotes is made even by a comment of the shell; what JIL would take for a keyword has its colon
    escaped; `/*` is kept apart from the blank before it; a command that is one string is told apart from a quoted one.
    """
    even = command if command.count('"') % 2 == 0 else f'{command} # "'
    apart = re.sub(r"(^|\s)/\*", r'\1""/*', even)
    for text in dict.fromkeys((even, apart, f"exec {even}", f"exec {apart}")):
        for typed in (text, text.replace(":", "\\:")):
            if _reads_as(typed, "command", text):
                return typed
    return None


def _reads_as(typed: str, keyword: str, command: str | None = None) -> bool:
    """Does the scanner take a line for this one value, and the agent for this command?"""
    from autosys_py.agent.command import command_text
    from autosys_py.jil.scanner import scan

    stanzas = list(scan(["insert_job: x", f"{keyword}: {typed}", "machine: y"]))
    if len(stanzas) != 1 or stanzas[0].faults:
        return False
    first, *others = stanzas[0].statements
    if first.keyword != keyword or [each.keyword for each in others] != ["machine"]:
        return False
    return first.typed == typed if command is None else command_text(first.typed) == command


COMMAND = Command(
    name="cron2jil",
    title="Cron to JIL",
    synopsis="-f crontab [-d directory] [-i include]\n[-m machine] [-p prefix]",
    options=(
        Option("f", "crontab", "file to convert"),
        Option("d", "directory", "where the files are written; default the current one"),
        Option("i", "include", "file of JIL that is put behind every job"),
        Option("m", "machine", "machine of the jobs; default localhost"),
        Option("p", "prefix", "of the names of jobs and calendars"),
    ),
    act=cron2jil,
    short_usage=("usage: cron2jil -f crontab [-d directory] [-i include]\n                [-m machine] [-p prefix]"),
)
