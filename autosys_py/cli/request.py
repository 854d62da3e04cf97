"""What one sendevent line asks for, checked as far as the line alone and the configuration tell (cli.md §2).

The checks go from the outside in: options that are mandatory or exclude each other, the event, its object, its
values, numbers and dates. What is found wrong here ends with exit code 2, a missing reason (a rule of the site) with 1.
"""

from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli.messages import Refused, message, misuse, refusal
from autosys_py.cli.names import is_speakable
from autosys_py.cli.options import Given, is_number, wrong_usage
from autosys_py.core.codes import CHANGEABLE, OPERATOR_EVENTS, Alarm, EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Event

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

WITHOUT_JOB = frozenset(
    {EventCode.SET_GLOBAL, EventCode.MACH_OFFLINE, EventCode.MACH_ONLINE, EventCode.STOP_DEMON, EventCode.AGGREGATE}
)
JOB_OPTIONAL = frozenset({EventCode.COMMENT, EventCode.ALARM})
ONE_JOB = frozenset({EventCode.RESTARTJOB, EventCode.SEND_SIGNAL, EventCode.DELETEJOB, EventCode.LIST_DEPENDENTS})
STARTS = frozenset({EventCode.STARTJOB, EventCode.FORCE_STARTJOB})

TEXT_LIMIT = 256
"""Bytes of `-C`."""
GLOBAL_NAME_LIMIT = 64
GLOBAL_VALUE_LIMIT = 100
REPLIES = frozenset({"RESTART", "ERROR", "COMPLETED"})
"""Answers to a job in WAIT_REPLY (extensions.md §4)."""
RESERVED_GLOBALS = frozenset({"ALL"})
LAST_SIGNAL = 64
LARGEST = 2**31 - 1


class Request(NamedTuple):
    """A checked line. `event` is what will be stored once for each job it names; joid is still 0."""

    event: Event
    job: str | None
    group: str | None
    application: str | None
    unsend: bool
    """`-U`: cancel instead of send."""
    due: int | None
    """`-T` as given, for `-U`."""
    tries: int
    """`-M`: how often a busy store is asked."""
    preview: bool = False
    """Nothing is sent; what would happen is printed."""


def read_request(given: Given, configuration: Configuration, now: int, sent_by: str) -> Request:
    """The request of one line. Raises WrongUsage for a line that does not hold together, else Refused."""
    if "E" not in given or "F" in given or ("J" in given and given.any("BI")):
        raise wrong_usage()
    code = _event_code(given["E"])
    if "--preview" in given and (code is not EventCode.FORCE_STARTJOB or "U" in given):
        raise misuse(99033, "--preview", "FORCE_STARTJOB")
    _check_object(code, given)
    _check_strays(code, given)
    event = Event(code, now, sent_by=sent_by, sent=now, reason=_text(given))
    if "U" not in given:
        _VALUES.get(code, _no_value)(event, given)
    event.priority = _number(given, "P", 99007, event.priority)
    due = _due(given, configuration)
    event.due = max(now, due or now)
    preview = "--preview" in given
    if "U" not in given and not preview:
        check_reason(code, event.reason, configuration)
    tries = read_tries(given)
    return Request(event, given.get("J"), given.get("B"), given.get("I"), "U" in given, due, tries, preview)


def read_tries(given: Given) -> int:
    """`-M`: how often a busy store is asked; once without it."""
    return _number(given, "M", 40059, 1)


def _event_code(word: str) -> EventCode:
    code = EventCode.__members__.get(word.upper())
    if code is None or code not in OPERATOR_EVENTS:
        raise misuse(60035, word)
    return code


def _check_object(code: EventCode, given: Given) -> None:
    """Which of -J, -B, -I an event needs and may have (cli.md §2.3)."""
    several = given.any("BI")
    if code in WITHOUT_JOB:
        if "J" in given:
            raise misuse(60024, code.name)
        if several:
            raise wrong_usage()
    elif code is EventCode.REPLY_RESPONSE:
        if several:
            raise misuse(40007)
        if "J" not in given:
            raise misuse(40006)
    elif code in ONE_JOB:
        if several:
            raise misuse(40019, code.name)
        if "J" not in given:
            raise misuse(40020, code.name)
    elif code not in JOB_OPTIONAL and not several and "J" not in given:
        raise misuse(60071)


def _check_strays(code: EventCode, given: Given) -> None:
    """Options that belong to one other event."""
    if "o" in given and code is not EventCode.RESTARTJOB:
        raise misuse(40011, "RESTARTJOB", "RESTARTJOB")
    if "v" in given and code is not EventCode.STOP_DEMON:
        raise misuse(60039, code.name)
    if given.any("ld") and code is not EventCode.AGGREGATE:
        raise misuse(60055, code.name)


def _text(given: Given) -> str:
    text = given.get("C") or ""
    if len(text.encode("utf-8", "surrogateescape")) > TEXT_LIMIT:
        raise misuse(18961, given.get("J") or "", "comment", TEXT_LIMIT)
    return text


def check_reason(code: EventCode, reason: str, configuration: Configuration) -> None:
    """`RequireReason` makes `-C` compulsory for the events it names (extensions.md §3)."""
    required = {word.strip().upper() for word in configuration.RequireReason.split(",")}
    if code.name in required and not reason.strip():
        raise refusal(50130, "C")


def _number(given: Given, option: str, code: int, default: int) -> int:
    """A positive whole number; `code` is the line that a bad one prints."""
    text = given.get(option)
    if text is None:
        return default
    if not is_number(text) or not 1 <= int(text) <= LARGEST:
        raise misuse(code, text)
    return int(text)


def _due(given: Given, configuration: Configuration) -> int | None:
    text = given.get("T")
    if text is None:
        return None
    from autosys_py.cli.dates import read_moment
    from autosys_py.cli.zone import local_zone

    zone: ZoneInfo = local_zone()
    moment = read_moment(text, configuration.DateFormat, zone)
    if moment is None:
        raise _bad_date(text, configuration.DateFormat, "HH:MM[:SS]")
    return moment


def _bad_date(text: str, date_format: str, time_format: str) -> Refused:
    form = message(60004, date_format, time_format).rstrip()
    return Refused(message(60003, text), form, message(60005), exit_code=2)


# What an event says besides its object


def _no_value(event: Event, given: Given) -> None:
    """Most events are only a word and a job."""


def _status(event: Event, given: Given) -> None:
    word = given.get("s")
    if word is None:
        raise misuse(60038, "STATUS")
    status = Status.__members__.get(word.upper())
    if status is None:
        raise misuse(60040, word)
    if status not in CHANGEABLE:
        raise misuse(60041, status.name)
    event.status = status


def _alarm(event: Event, given: Given) -> None:
    word = given.get("A")
    if word is None:
        raise misuse(60036)
    alarm = Alarm.__members__.get(word.upper())
    if alarm is None:
        raise misuse(60037, word)
    event.value = alarm.name


def _comment(event: Event, given: Given) -> None:
    if not event.reason.strip():
        raise wrong_usage(50130, "C")
    event.value = event.reason


def _signals(event: Event, given: Given) -> None:
    text = given.get("K")
    if text is None:
        if event.code is EventCode.SEND_SIGNAL:
            code, _, _ = message(60030).partition(" ")
            ordered = "This is an ordered comma list of the signals to be sent to the Job."
            raise Refused(message(60030), f"{code} {ordered}", exit_code=2)
        return
    numbers = [part.strip() for part in text.split(",")]
    if not all(is_number(part) and 1 <= int(part) <= LAST_SIGNAL for part in numbers):
        raise misuse(99008, text)
    event.value = ",".join(str(int(part)) for part in numbers)


def _queue_priority(event: Event, given: Given) -> None:
    text = given.get("q")
    if text is None or not is_number(text) or int(text) > LARGEST:
        raise misuse(10342)
    event.value = str(int(text))


def _business_date(event: Event, given: Given) -> None:
    from autosys_py.cli.dates import is_compact_date

    text = given.get("q")
    if text is None:
        return
    if not is_compact_date(text):
        raise _bad_date(text, "YYYYMMDD", "")
    event.value = text


def _global(event: Event, given: Given) -> None:
    name, equals, value = (given.get("G") or "").partition("=")
    if not name:
        raise misuse(60025)
    if not equals:
        form = '\tsendevent -E SET_GLOBAL -G "NAME=value"'
        raise Refused(message(40009, event.code.name), "", form, exit_code=2)
    if name.upper() in RESERVED_GLOBALS:
        raise misuse(60012, name)
    if len(name) > GLOBAL_NAME_LIMIT:
        raise misuse(60026, GLOBAL_NAME_LIMIT)
    if len(value) > GLOBAL_VALUE_LIMIT:
        raise misuse(60027, GLOBAL_VALUE_LIMIT)
    if not all(character.isascii() and (character.isalnum() or character in "._-:#@") for character in name):
        raise misuse(60028)
    event.name, event.value = name, value


def _machine(event: Event, given: Given) -> None:
    name = given.get("N")
    if not name:
        raise misuse(60029)
    if not is_speakable(name):
        raise refusal(10343, name)
    event.name = name


def _reply(event: Event, given: Given) -> None:
    reply = (given.get("r") or "").strip()
    if not reply:
        raise misuse(40012)
    if reply.upper() not in REPLIES:
        raise misuse(99050, reply)
    event.value = reply.upper()


def _step(event: Event, given: Given) -> None:
    if not given.get("o"):
        raise misuse(40033, event.code.name)
    event.value = given["o"]


def _stop(event: Event, given: Given) -> None:
    """Words of `-v`; roles that we do not run are accepted."""
    word = given.get("v")
    if word is None or word.upper() in ("ALL", "FAILOVER"):
        return
    role, equals, letters = word.upper().partition("=")
    if role != "ROLE" or not equals:
        raise misuse(60046, word)
    if not letters or set(letters) - set("APST"):
        raise misuse(60053, word)
    if len(set(letters)) < len(letters):
        raise misuse(60054, word)


def _aggregate(event: Event, given: Given) -> None:
    if not given.any("ld"):
        raise misuse(60149)
    if "l" in given and not given["l"].strip():
        raise misuse(60057, given["l"])


_VALUES = {
    EventCode.CHANGE_STATUS: _status,
    EventCode.ALARM: _alarm,
    EventCode.COMMENT: _comment,
    EventCode.KILLJOB: _signals,
    EventCode.SEND_SIGNAL: _signals,
    EventCode.CHANGE_PRIORITY: _queue_priority,
    EventCode.STARTJOB: _business_date,
    EventCode.FORCE_STARTJOB: _business_date,
    EventCode.SET_GLOBAL: _global,
    EventCode.MACH_OFFLINE: _machine,
    EventCode.MACH_ONLINE: _machine,
    EventCode.REPLY_RESPONSE: _reply,
    EventCode.RESTARTJOB: _step,
    EventCode.STOP_DEMON: _stop,
    EventCode.AGGREGATE: _aggregate,
}
