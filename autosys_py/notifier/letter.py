"""What a notification says (jil.md §3.3, docs/notifications.md). Pure.

Everything in it was typed by somebody or printed by a job. It is made visible first, so that no line end, no control
character and no mark that turns a line around gets into a header, a line of the body or a variable of a command.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Definition, Fact
from autosys_py.core.text import visible

SUBJECT_LIMIT = 200
"""Characters."""

ADDRESSES = "notification_emailaddress"

_NAME = re.compile(r"\$\$(?:(\w+)|\{(\w+)\}|\((\w+)\))")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\\\"@-][^\s<>()\[\],;:\\\"@]*(?:@[^\s<>()\[\],;:\\\"@]+)?")
_SUBJECT = re.compile(r"subject:(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """One notification, ready to be sent."""

    seq: int
    """Of the fact that it tells of."""
    joid: int
    identity: str
    """The same each time it is sent, and of no other letter."""
    time: int
    """When what it tells of happened."""
    recipients: tuple[str, ...]
    refused: tuple[str, ...]
    """What was given as an address and is none."""
    subject: str
    body: str
    facts: Mapping[str, str]
    """What it tells of, by name: JOB, STATUS, ALARM, EXIT_CODE …"""


def compose(
    identity: str,
    fact: Fact,
    definition: Definition,
    template: str,
    globals_: Mapping[str, str],
    instance: str,
    time_of: Callable[[int], str],
) -> Letter:
    """The letter of a fact. `template` empty = our own layout."""
    facts = facts_of(fact, definition, instance, time_of)
    values = {**{name: visible(value) for name, value in globals_.items()}, **facts}
    values["MESSAGE"] = facts["MESSAGE"] = substituted(visible(_plain(definition.value("notification_msg"))), values)
    subject, body = _from_template(template, values) if template else ("", _body(facts))
    return Letter(
        fact.seq,
        fact.joid,
        identity,
        fact.time,
        *recipients(fact, definition),
        (subject or _subject(facts))[:SUBJECT_LIMIT],
        body,
        facts,
    )


def facts_of(fact: Fact, definition: Definition, instance: str, time_of: Callable[[int], str]) -> dict[str, str]:
    """What is told, by the names that templates and commands use. What does not exist is empty."""
    is_alarm = fact.code is EventCode.ALARM
    values = {
        "INSTANCE": instance,
        "JOB": definition.job.name,
        "JOB_TYPE": definition.job.job_type,
        "BOX": definition.value("box_name"),
        "DESCRIPTION": _plain(definition.value("description")),
        "STATUS": "" if is_alarm or fact.status is None else fact.status.name,
        "ALARM": fact.alarm.name if is_alarm and fact.alarm is not None else "",
        "EXIT_CODE": "" if fact.exit_code is None else str(fact.exit_code),
        "RUN": f"{fact.run_num}/{fact.ntry}",
        "MACHINE": fact.machine,
        "TIME": time_of(fact.time),
        "TEXT": fact.text or fact.reason,
        "MESSAGE": "",
    }
    return {name: visible(value) for name, value in values.items()}


def recipients(fact: Fact, definition: Definition) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who is told, those who hear everything first, and what was given as an address and is none."""
    occasion = "alarm" if fact.code is EventCode.ALARM else (fact.status.name.lower() if fact.status else "")
    written = [*definition.values(ADDRESSES), *definition.values(f"{ADDRESSES}_on_{occasion}")]
    given = dict.fromkeys(address for text in written for address in _split(text))
    return tuple(filter(is_address, given)), tuple(visible(each) for each in given if not is_address(each))


def is_address(text: str) -> bool:
    """Can it stand in a header and on a command line without meaning anything else? Quoted forms are not accepted."""
    return visible(text) == text and _ADDRESS.fullmatch(text) is not None


def substituted(text: str, values: Mapping[str, str]) -> str:
    """`$$NAME`, `$${NAME}` and `$$(NAME)` replaced once, as in attributes of jobs (rule C-24); unknown names stay."""
    return _NAME.sub(lambda found: values.get(found[1] or found[2] or found[3], found[0]), text)


def _plain(stored: str) -> str:
    """A colon that is stored escaped (jil.md §1.3)."""
    return stored.replace("\\:", ":")


def _split(text: str) -> Iterable[str]:
    for part in text.split(","):
        address = _plain(part).strip(" \t\"'")
        if address:
            yield address


def _from_template(template: str, values: Mapping[str, str]) -> tuple[str, str]:
    """A template may begin with a line `Subject: …`; the rest, less one empty line, is the body."""
    lines = [substituted(visible(line), values) for line in template.splitlines()]
    found = _SUBJECT.fullmatch(lines[0]) if lines else None
    if found is None:
        return "", "\n".join(lines) + "\n"
    rest = lines[2:] if len(lines) > 1 and not lines[1].strip() else lines[1:]
    return found[1].strip(), "\n".join(rest) + "\n"


def _subject(facts: Mapping[str, str]) -> str:
    what = f"alarm {facts['ALARM']}" if facts["ALARM"] else facts["STATUS"]
    return f"AutoSys {facts['INSTANCE']}: {facts['JOB']} {what}"


_LABELS = {
    "JOB": "Job",
    "STATUS": "Status",
    "ALARM": "Alarm",
    "EXIT_CODE": "Exit code",
    "RUN": "Run",
    "MACHINE": "Machine",
    "TIME": "Time",
    "TEXT": "Text",
    "BOX": "Box",
    "DESCRIPTION": "Description",
    "INSTANCE": "Instance",
}


def _body(facts: Mapping[str, str]) -> str:
    rows = [f"{label + ':':<13}{facts[name]}" for name, label in _LABELS.items() if facts[name]]
    message = [facts["MESSAGE"], ""] if facts["MESSAGE"] else []
    return "\n".join([*message, *rows]) + "\n"
