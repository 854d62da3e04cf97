"""The script of a simulation: what jobs do, what operators type, what breaks (extensions.md §6). Pure.

One statement a line, `#` begins a comment, words as in a shell. Times are kept as written until the simulation's
beginning and zone are known; `Script.timed` settles them.
"""

import re
import shlex
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

_DURATION = re.compile(r"(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)
_UNITS = (86400, 3600, 60, 1)
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{4}", re.ASCII)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?", re.ASCII)


FIRST_YEAR, LAST_YEAR = 1970, 9990
"""Years that can be played: seconds count from 1970, and the last years of the calendar are for looking ahead."""


class ScriptError(Exception):
    """A line that cannot be understood: `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


@dataclass(frozen=True, slots=True)
class RunLine:
    """`run JOB[#K] [RUNTIME] [exit N | signal N | lost]`"""

    line: int
    job: str
    start: int
    """The K-th start only, from 1; 0 = every start."""
    runtime: int | None
    """Seconds; None = the job's average, else a minute."""
    exit_code: int | None
    """Minus a signal's number; None = the outcome is lost."""


@dataclass(frozen=True, slots=True)
class AtLine:
    """`at WHEN COMMAND`"""

    line: int
    when: str
    words: tuple[str, ...]
    moment: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """`down FROM TO` and, with a machine, `offline MACHINE FROM TO`: from FROM up to, not including, TO."""

    line: int
    begin: str
    end: str
    machine: str = ""
    since: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class FileLine:
    """`file PATH WHEN SIZE`"""

    line: int
    path: str
    when: str
    size: int | None
    """Bytes; None = removed."""
    moment: int = 0


@dataclass(slots=True)
class Script:
    """All statements, each kind in file order."""

    runs: list[RunLine] = field(default_factory=list)
    commands: list[AtLine] = field(default_factory=list)
    downs: list[Span] = field(default_factory=list)
    offlines: list[Span] = field(default_factory=list)
    files: list[FileLine] = field(default_factory=list)

    def timed(self, begin: int, zone: ZoneInfo) -> "Script":
        """The script with its times settled. Raises ScriptError for one that is none."""

        def instant(line: int, text: str) -> int:
            try:
                return begin + duration(text[1:]) if text.startswith("+") else moment(text, zone)
            except ValueError:
                raise ScriptError(line, f"'{text}' is no time: MM/DD/YYYY HH:MM[:SS] or +OFFSET like +1h30m") from None

        def span(each: Span) -> Span:
            settled = replace(each, since=instant(each.line, each.begin), until=instant(each.line, each.end))
            if settled.until < settled.since:
                raise ScriptError(each.line, f"{each.end} is before {each.begin}")
            return settled

        return Script(
            self.runs,
            [replace(each, moment=instant(each.line, each.when)) for each in self.commands],
            [span(each) for each in self.downs],
            [span(each) for each in self.offlines],
            [replace(each, moment=instant(each.line, each.when)) for each in self.files],
        )


def read_script(text: str) -> Script:
    """The statements of a script. Raises ScriptError at the first line that is none."""
    script = Script()
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            words = shlex.split(_without_comment(line))
        except ValueError as error:
            raise ScriptError(number, f"{error}".rstrip(".").lower()) from None
        if "\0" in line:
            raise ScriptError(number, "a NUL character is part of no name and no command line")
        if words:
            _read(script, number, words[0], words[1:])
    return script


def _without_comment(line: str) -> str:
    """`#` at the beginning of a word begins a comment; in `job#2` and in quotes it is a character."""
    quote = ""
    for position, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (position == 0 or line[position - 1].isspace()):
            return line[:position]
    return line


def _read(script: Script, line: int, verb: str, words: list[str]) -> None:
    rest = list(words)
    match verb:
        case "run":
            script.runs.append(_run_line(line, rest))
        case "at":
            when = _take_time(line, rest)
            if not rest:
                raise ScriptError(line, "at WHEN COMMAND: the command is missing")
            script.commands.append(AtLine(line, when, tuple(rest)))
        case "down":
            script.downs.append(Span(line, _take_time(line, rest), _take_time(line, rest)))
            _expect_end(line, rest)
        case "offline":
            machine = _take(line, rest, "the machine")
            script.offlines.append(Span(line, _take_time(line, rest), _take_time(line, rest), machine))
            _expect_end(line, rest)
        case "file":
            path, when = _take(line, rest, "the path"), _take_time(line, rest)
            size = _take(line, rest, "the size")
            script.files.append(FileLine(line, path, when, _size(line, size)))
            _expect_end(line, rest)
        case _:
            raise ScriptError(line, f"'{verb}' is no statement: run, at, down, offline, file")


def _run_line(line: int, words: list[str]) -> RunLine:
    job, _, start = _take(line, words, "the job").partition("#")
    if start and not (_is_number(start) and int(start)):
        raise ScriptError(line, f"'#{start}' is no start: #1 is the first")
    runtime = None
    if words and words[0] not in ("exit", "signal", "lost"):
        try:
            runtime = duration(words.pop(0))
        except ValueError as error:
            raise ScriptError(line, f"{error}") from None
    exit_code: int | None = 0
    match words:
        case []:
            pass
        case ["exit", number] if _is_number(number):
            exit_code = int(number)
        case ["signal", number] if _is_number(number) and int(number) > 0:
            exit_code = -int(number)
        case ["lost"]:
            exit_code = None
        case _:
            raise ScriptError(line, f"'{' '.join(words)}' is no outcome: exit N, signal N or lost")
    return RunLine(line, job, int(start or 0), runtime, exit_code)


def _take(line: int, words: list[str], what: str) -> str:
    if not words:
        raise ScriptError(line, f"{what} is missing")
    return words.pop(0)


def _take_time(line: int, words: list[str]) -> str:
    """A TIME of one or two words, or +OFFSET."""
    first = _take(line, words, "a time")
    if words and is_time_in_two(first, words[0]):
        return f"{first} {words.pop(0)}"
    return first


def is_time_in_two(first: str, second: str) -> bool:
    """Are these the two words of one TIME, a date and a time of day?"""
    return _DATE.fullmatch(first) is not None and _CLOCK.fullmatch(second) is not None


def _expect_end(line: int, words: list[str]) -> None:
    if words:
        raise ScriptError(line, f"'{' '.join(words)}' is too much")


def _size(line: int, text: str) -> int | None:
    if text == "-":
        return None
    if not _is_number(text):
        raise ScriptError(line, f"'{text}' is no size: bytes, or - for removed")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def duration(text: str) -> int:
    """Seconds of `90s`, `12m`, `2h`, `1h30m`. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None or len(text) > 20:
        raise ValueError(f"'{text}' is no duration: like 90s, 12m, 2h or 1h30m")
    return sum(int(number) * unit for number, unit in zip(found.groups(), _UNITS, strict=True) if number)


def moment(text: str, zone: ZoneInfo) -> int:
    """The instant of `MM/DD/YYYY HH:MM[:SS]`; of two equal local times the first. Raises ValueError."""
    pattern = "%m/%d/%Y %H:%M:%S" if text.count(":") == 2 else "%m/%d/%Y %H:%M"
    local = datetime.strptime(text, pattern)
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise ValueError(f"the year is before {FIRST_YEAR} or after {LAST_YEAR}")
    return int(local.replace(tzinfo=zone, fold=0).timestamp())
