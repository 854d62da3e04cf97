"""What an attribute's value may be (column "value" of jil.md §3), one small checker for each kind.

A checker takes the plain value, never empty, and returns what is to be stored instead, or None to keep it as typed.
It raises `Bad` with the message of jil.md §9; `{1}` and `{2}` in its text are the attribute and the value.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from autosys_py.core.codes import Alarm

MAX_INTEGER = 2147483647


class Bad(Exception):
    """The value is refused."""

    def __init__(self, code: int, text: str, choices: tuple[str, ...] = ()) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text
        self.choices = choices


Check = Callable[[str], str | None]


class Domain(NamedTuple):
    """A kind of value."""

    name: str
    """For people: what belongs here."""
    check: Check
    continues: bool = False
    """A line that begins no statement continues such a value (jil.md §1.4): lists, expressions, free text."""


def invalid(choices: tuple[str, ...] = ()) -> Bad:
    """V15, V29: not one of the values there are."""
    return Bad(10000, "Invalid value '{2}' specified for keyword {1}.", choices)


def _anything(value: str) -> None:
    return None


TEXT = Domain("text", _anything, continues=True)
PATH = Domain("path", _anything)
WORD = Domain("word", _anything)
NAME = Domain("name", _anything)
EXPRESSION = Domain("expression", _anything, continues=True)

_BOOLEANS = dict.fromkeys(("y", "yes", "1", "true", "t"), "1") | dict.fromkeys(("n", "no", "0", "false", "f"), "0")


def _boolean(value: str) -> str:
    normal = _BOOLEANS.get(value.lower())
    if normal is None:
        raise invalid()
    return normal


BOOL = Domain("y n 1 0 yes no true false t f", _boolean)


def integer(low: int = 0, high: int = MAX_INTEGER) -> Domain:
    """A whole number between two bounds, both included."""

    def check(value: str) -> None:
        number = whole(value)
        if number is None:
            raise Bad(18937, "Invalid integer specified for JIL keyword {1}: '{2}'")
        if not low <= number <= high:
            raise Bad(19067, f"The value for JIL keyword {{1}} must be between {low} and {high}: '{{2}}'")

    return Domain(f"integer {low}..{high}", check)


INT = integer()


_AMOUNT = re.compile(r"[+-]?\d+")


def _amount(value: str) -> None:
    if _AMOUNT.fullmatch(value) is None or not value.isascii():
        raise Bad(18937, "Invalid integer specified for JIL keyword {1}: '{2}'")
    if len(value) > 18 or abs(int(value)) > MAX_INTEGER:
        raise Bad(19067, f"The value for JIL keyword {{1}} must be between 0 and {MAX_INTEGER}: '{{2}}'")


AMOUNT = Domain("integer, or +n and -n", _amount)


def whole(text: str) -> int | None:
    """The integer that ASCII text spells; more digits than any bound has count as a huge one."""
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not digits.isascii() or not digits.isdigit():
        return None
    return int(text) if len(text) <= 18 else (-(10**18) if text[0] == "-" else 10**18)


def enum(*words: str) -> Domain:
    """One of these words, in any case; stored as spelt here."""
    folded = {word.lower(): word for word in words}

    def check(value: str) -> str:
        word = folded.get(value.lower())
        if word is None:
            raise invalid(words)
        return word

    return Domain(" ".join(words), check)


def enums(*words: str) -> Domain:
    """A comma list of these words, kept as typed."""
    folded = frozenset(word.lower() for word in words)

    def check(value: str) -> None:
        for item in items(value):
            if item.lower() not in folded:
                raise invalid(words)
        refuse_duplicates(item.lower() for item in items(value))

    return Domain("list of " + " ".join(words), check, continues=True)


def items(value: str) -> list[str]:
    """The entries of a comma list, without blanks and quotes of their own."""
    return [item.strip(" \t\"'") for item in value.split(",")]


def refuse_duplicates(entries: Iterable[object]) -> None:
    """Raises V36 if two entries are equal."""
    seen = set()
    for entry in entries:
        if entry in seen:
            raise Bad(10223, "Duplicate entry in Comma list.")
        seen.add(entry)


def spellings(name: str, words: dict[str, str]) -> Domain:
    """One of the keys, in any case; stored as what it stands for."""

    def check(value: str) -> str:
        if value.lower() not in words:
            raise invalid(tuple(words))
        return words[value.lower()]

    return Domain(name, check)


SEND_NOTIFICATION = spellings("y n f, or 1 0 2", {**_BOOLEANS, "f": "F", "2": "F", "failure": "F"})
MONITOR_MODE = spellings("monitor or browser", {"m": "m", "monitor": "m", "b": "b", "browser": "b"})
JOB_FILTER = spellings("all, box or job", {"a": "a", "all": "a", "b": "b", "box": "b", "j": "j", "job": "j"})
BLOB_TYPE = enum("in", "input", "inputpayload", "out", "output")
BLOB = Domain("<auto_blobt>text</auto_blobt>", _anything)


def _permission(value: str) -> None:
    tokens = [token.lower() for token in items(value)]
    if any(token not in ("gx", "ge", "wx", "we", "mx", "me") for token in tokens):
        raise invalid()
    refuse_duplicates(tokens)


PERMISSION = Domain("list of gx ge wx we mx me", _permission, continues=True)
ALARMS = enums("ALL", *(alarm.name for alarm in Alarm))


# Names

_JOB_NAME = re.compile(r"[A-Za-z0-9._\-:#@]+")
_GROUP_NAME = re.compile(r"[A-Za-z0-9._#-]+")


def is_job_name(name: str) -> bool:
    """Are the characters those of a job, box or machine name? (jil.md §1.7)"""
    return _JOB_NAME.fullmatch(name) is not None


def _group_name(value: str) -> None:
    if _GROUP_NAME.fullmatch(value) is None:
        raise Bad(10281, "ERROR for Job: {0} < {1} '{2}' contains invalid characters >")


GROUP_NAME = Domain("letters, digits, . _ # -", _group_name)


def machine_names(value: str) -> list[str]:
    """The machines of a `machine:` value; none if it is a chooser script."""
    return [] if value[:1] == "`" else items(value)


def _machines(value: str) -> None:
    names = machine_names(value)
    if any(len(name) > 80 for name in names):
        raise Bad(18961, "Error for Job: {0} < {1} exceeds 80 bytes.>")
    if not all(map(is_job_name, names)):
        raise Bad(10281, "ERROR for Job: {0} < {1} '{2}' contains invalid characters >")
    refuse_duplicates(names)


MACHINES = Domain("machine[,machine...], or a chooser script in back-ticks", _machines, continues=True)

_ZONE = re.compile(r"[A-Za-z0-9/_\-+:, .<>]+")
_POSIX_ZONE = re.compile(r"([A-Za-z]{3,16}|<[A-Za-z0-9+-]{3,16}>)[+-]?\d{1,2}(:\d{1,2}){0,2}([A-Za-z]{3,16}.{0,40})?")


def _timezone(value: str) -> None:
    if _ZONE.fullmatch(value) is None:
        raise invalid()


def is_zone(value: str) -> bool:
    """A POSIX TZ, or a zone of the system in any case, blanks left out?"""
    return _POSIX_ZONE.fullmatch(value) is not None or _is_system_zone(value)


def _is_system_zone(value: str) -> bool:
    from zoneinfo import ZoneInfo, available_timezones

    name = value.replace(" ", "")
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, KeyError):  # not spelt as in the database; an unknown name is a KeyError
        return name.lower() in {zone.lower() for zone in available_timezones()}


TIMEZONE = Domain("autotimezone entry, system zone or POSIX TZ", _timezone)


# Dates and times

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_DAY = {short: number for number, short in enumerate(DAYS)} | {
    long: number for number, long in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
}


def days_of_week(value: str) -> tuple[int, ...]:
    """The days of a `days_of_week:` value, 0 = Monday: `mo,we`, `mon-fri`, wrapping `fri-mon`, `all`."""
    days: list[int] = []
    for item in items(value.lower()):
        first, dash, last = (part.strip() for part in item.partition("-"))
        if item == "all":
            days += range(7)
        elif first not in _DAY or (dash and last not in _DAY):
            raise invalid(DAYS)
        elif dash:
            days += ((_DAY[first] + each) % 7 for each in range((_DAY[last] - _DAY[first]) % 7 + 1))
        else:
            days.append(_DAY[first])
    return tuple(sorted(set(days)))


def _days(value: str) -> None:
    days_of_week(value)
    refuse_duplicates(items(value.lower()))


DAY_LIST = Domain("all, or list of mo tu we th fr sa su", _days, continues=True)

_TIME = re.compile(r"(\d{1,2}):(\d{2})")


def _bad_time() -> Bad:
    return Bad(18932, "Invalid datetime format for JIL keyword {1}: '{2}'")


def minute_of_day(text: str) -> int:
    """`9:05` as minutes after midnight. Raises V32."""
    match = _TIME.fullmatch(text)
    if match is None or not text.isascii():
        raise _bad_time()
    hour, minute = int(match[1]), int(match[2])
    if hour > 23:
        raise Bad(10159, "Hours (HH) cannot be greater than 23.")
    if minute > 59:
        raise Bad(10155, "Minutes (MM) cannot be greater than 59.")
    return hour * 60 + minute


def start_times(value: str) -> tuple[int, ...]:
    """The minutes after midnight of a `start_times:` value, as given."""
    return tuple(minute_of_day(item) for item in items(value))


def _times(value: str) -> None:
    refuse_duplicates(start_times(value))


TIMES = Domain("list of HH:MM", _times, continues=True)


def start_mins(value: str) -> tuple[int, ...]:
    """The minutes of every hour of a `start_mins:` value, as given."""
    minutes = []
    for item in items(value):
        if not (item.isascii() and item.isdigit() and len(item) <= 2):
            raise _bad_time()
        if int(item) > 59:
            raise Bad(10155, "Minutes (MM) cannot be greater than 59.")
        minutes.append(int(item))
    return tuple(minutes)


def _minutes(value: str) -> None:
    refuse_duplicates(start_mins(value))


MINUTES = Domain("list of 0..59", _minutes, continues=True)


def run_window(value: str) -> tuple[int, int]:
    """The two ends of a `run_window:` value, minutes after midnight."""
    ends = [end.strip() for end in value.replace('"', "").split("-")]
    if len(ends) != 2:
        raise _bad_time()
    try:
        return minute_of_day(ends[0]), minute_of_day(ends[1])
    except Bad as bad:
        if bad.code == 18932:
            raise
        raise Bad(10222, "run_window (HH:MM) cannot be greater than 23:59") from None


def _window(value: str) -> None:
    run_window(value)


WINDOW = Domain("HH:MM-HH:MM", _window)


def _bad_must() -> Bad:
    return Bad(18983, "Invalid absolute or relative time specified for JIL keyword {1}: '{2}'")


class MustTimes(NamedTuple):
    """A `must_start_times:` or `must_complete_times:` value, minutes."""

    relative: bool
    minutes: tuple[int, ...]


def must_times(value: str) -> MustTimes:
    """Absolute `10:10,34:10` (hours up to 71) or one relative `+8`. Raises the rows of V11 about form."""
    entries = items(value)
    relative = [entry.startswith("+") for entry in entries]
    if any(relative) and not all(relative):
        raise Bad(18934, "A mixture of relative time and absolute time cannot be specified for JIL keyword {1}.")
    if not any(relative):
        return MustTimes(False, tuple(map(_must_time, entries)))
    if len(entries) > 1:
        raise Bad(18941, "It is invalid for JIL keyword {1} to have more than one relative time: '{2}'")
    number = whole(entries[0].replace(" ", ""))
    if number is None or number > 2880:
        raise _bad_must()
    return MustTimes(True, (number,))


def _must_time(text: str) -> int:
    match = _TIME.fullmatch(text)
    if match is None or not text.isascii():
        raise _bad_must()
    hour, minute = int(match[1]), int(match[2])
    if hour > 71:
        raise Bad(10802, "must_start/must_complete Hours (HH) cannot be greater than 71.")
    if minute > 59:
        raise Bad(10155, "Minutes (MM) cannot be greater than 59.")
    return hour * 60 + minute


def _must(value: str) -> None:
    must_times(value)


MUST_TIMES = Domain("list of HH:MM up to 71:59, or one +minutes", _must, continues=True)

_DURATION = re.compile(r"\d{1,9}[smhSMH]?")


def _duration(value: str) -> None:
    if _DURATION.fullmatch(value) is None or not value.isascii():
        raise invalid()


DURATION = Domain("seconds, or 30s, 5m, 2h", _duration)
_UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(value: str) -> int:
    """A DURATION in seconds."""
    unit = _UNITS.get(value[-1].lower())
    return int(value) if unit is None else int(value[:-1]) * unit


_MOMENT = re.compile(r"\d{1,2}/\d{1,2}/\d{4} +\d{1,2}:\d{2}(:\d{2})?")


def _moment(value: str) -> None:
    from datetime import datetime

    if _MOMENT.fullmatch(value) is None or not value.isascii():
        raise _bad_time()
    try:
        datetime.strptime(value, "%m/%d/%Y %H:%M:%S" if value.count(":") == 2 else "%m/%d/%Y %H:%M")
    except ValueError:
        raise _bad_time() from None


MOMENT = Domain("MM/DD/YYYY HH:MM[:SS]", _moment)


# Exit codes

_CODE = re.compile(r"[+-]?\d+")
_RANGE = re.compile(r"([+-]?\d+)-([+-]?\d+)")
_OPEN_RANGE = re.compile(r"(\d+)-|-(\d+)")


def exit_codes(value: str, open_ranges: bool = False) -> tuple[tuple[int, int], ...]:
    """The inclusive ranges of a code list. `-5` is minus five; with open ranges "up to 5", and `100-` is "from 100".

    Raises V30: bad form, limits, order, a code listed twice.
    """
    ranges = []
    for item in items(value.replace(" ", "")):
        opened = _OPEN_RANGE.fullmatch(item) if open_ranges else None
        pair = _RANGE.fullmatch(item)
        if opened:
            low, high = (opened[1], str(MAX_INTEGER)) if opened[1] else (str(-MAX_INTEGER), opened[2])
        elif pair:
            low, high = pair[1], pair[2]
        elif _CODE.fullmatch(item):
            low = high = item
        else:
            raise Bad(19013, "Invalid exit_code range specified for JIL keyword {1}: '{2}'")
        ranges.append((_code(low), _code(high)))
    if any(low > high for low, high in ranges):
        raise Bad(19014, "Invalid range of values specified for JIL keyword {1}: '{2}'")
    if overlap(ranges):
        raise Bad(19015, "Duplicate exit_code value specified for JIL keyword {1}: '{2}'")
    return tuple(ranges)


def _code(text: str) -> int:
    number = whole(text)
    if number is None or abs(number) > MAX_INTEGER:
        raise Bad(19014, "Invalid range of values specified for JIL keyword {1}: '{2}'")
    return number


def overlap(ranges: Iterable[tuple[int, int]]) -> bool:
    """Does any code lie in two of these ranges?"""
    ordered = sorted(ranges)
    return any(ordered[each][1] >= ordered[each + 1][0] for each in range(len(ordered) - 1))


def _codes(value: str) -> None:
    exit_codes(value)


def _open_codes(value: str) -> None:
    exit_codes(value, open_ranges=True)


CODES = Domain("list of codes and lo-hi", _codes, continues=True)
OPEN_CODES = Domain("list of codes, lo-hi, -hi and lo-", _open_codes, continues=True)


# Lists of their own form


def _bad_syntax() -> Bad:
    return Bad(18914, "Invalid syntax for JIL keyword {1}: '{2}'")


def outside_quotes(text: str, separator: str) -> Iterator[str]:
    """The parts of `text` between separators that stand in no quotes, trimmed."""
    start = 0
    quoted = False
    for position, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == separator and not quoted:
            yield text[start:position].strip()
            start = position + 1
    yield text[start:].strip()


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*[ \t]*=.*", re.DOTALL)


def _variables(value: str) -> None:
    if _VARIABLE.fullmatch(value.lstrip(' \t"')) is None:
        raise Bad(18914, "Invalid syntax for JIL keyword {1}: '{2}' is not NAME=value")


VARIABLES = Domain("NAME=value[,NAME=value...]", _variables, continues=True)

_LIMIT = re.compile(r'([a-z])\s*=\s*"?\s*(\d+|unlimited)\s*(?:,\s*(\d+|unlimited)\s*)?"?', re.IGNORECASE)


def _ulimit(value: str) -> None:
    for entry in outside_quotes(value, ","):
        match = _LIMIT.fullmatch(entry)
        if match is None or match[1].lower() not in "cstm":
            raise _bad_syntax()
        if _limit(match[2]) > _limit(match[3] or "unlimited"):
            raise Bad(18979, "Error for JIL Keyword 'ulimit'. A soft limit is above its hard limit: '{2}'")


def _limit(text: str) -> int:
    return 10**18 if text.lower() == "unlimited" else int(text[:18])


ULIMIT = Domain('c="soft,hard", s=..., t=..., m=...', _ulimit, continues=True)


def _chk_files(value: str) -> None:
    words = value.replace('"', " ").split()
    if len(words) % 2 or not all(size.isascii() and size.isdigit() for size in words[1::2]):
        raise Bad(18998, "Invalid value for JIL keyword {1}: '{2}', a size in kB is missing")
    drives = [len(name) == 2 and name[1] == ":" for name in words[::2]]
    if any(drives) and not all(drives):
        raise Bad(19026, "Invalid value for JIL keyword {1}: '{2}', a drive letter is missing")


CHK_FILES = Domain("file system and kB, repeated", _chk_files, continues=True)


def _addresses(value: str) -> None:
    for address in items(value):
        if not address:
            raise Bad(19029, "Invalid JIL keyword value {1}: an address is empty")
        if len(address) > 254:
            raise Bad(19042, "Invalid JIL keyword value {1}: an address exceeds 254 characters")


ADDRESSES = Domain("e-mail addresses", _addresses, continues=True)

_RESOURCE = re.compile(r"\(([^()]*)\)")


class Resource(NamedTuple):
    """A group of a `resources:` value."""

    name: str
    keys: tuple[tuple[str, str], ...]


_VALUE_OPERATORS = ("EQ", "NE", "GT", "GTE", "LT", "LTE")


def resources(value: str) -> list[Resource]:
    """The groups of `(name, KEY=value, …) AND (…)` (jil.md §8). Raises V45."""
    groups = []
    position = 0
    while True:
        match = _RESOURCE.match(value, position)
        if match is None:
            raise _bad_syntax()
        groups.append(_resource(match[1]))
        rest = value[match.end() :].lstrip()
        if not rest:
            return groups
        for word in ("&", "AND"):
            if rest[: len(word)].upper() == word:
                rest = rest[len(word) :].lstrip()
                break
        else:
            raise _bad_syntax()
        value, position = rest, 0


def _resource(text: str) -> Resource:
    name, *pairs = outside_quotes(text, ",")
    keys = []
    for pair in pairs:
        key, equals, value = (part.strip() for part in pair.partition("="))
        key = key.upper()
        if not equals or not value or not _is_resource_key(key, value.upper()):
            raise _bad_syntax()
        keys.append((key, value))
    if not name or len({key for key, _ in keys}) < len(keys):
        raise _bad_syntax()
    return Resource(name, tuple(keys))


def _is_resource_key(key: str, value: str) -> bool:
    match key:
        case "QUANTITY":
            return value == "ALL" or (whole(value) or 0) >= 1
        case "FREE":
            return value in ("Y", "N", "A")
        case "VALUEOP":
            return value in _VALUE_OPERATORS
        case _:
            return key in ("VALUE", "VERSION")


def _resources(value: str) -> None:
    resources(value)


RESOURCES = Domain("(name, QUANTITY=n, FREE=Y) AND ...", _resources, continues=True)

_FACTOR = re.compile(r"\d{1,9}(\.\d{0,9})?|\.\d{1,9}")


def _factor(value: str) -> None:
    if _FACTOR.fullmatch(value) is None or not value.isascii():
        raise invalid()


FACTOR = Domain("decimal", _factor)

_HEX = re.compile(r"0[xX][0-9A-Fa-f]+")


def _key(value: str) -> None:
    if _HEX.fullmatch(value) is None:
        raise invalid()


HEX = Domain("0x and hexadecimal digits", _key)
