"""`sendevent -F`: a file of command lines, all checked before any is sent (cli.md §2.1)."""

import re
import shlex
from pathlib import Path

from autosys_py.cli.instance import Instance
from autosys_py.cli.messages import Refused, message, refusal
from autosys_py.cli.options import Asked, Command, parse
from autosys_py.cli.request import Request, read_request
from autosys_py.cli.targets import events_of
from autosys_py.core.model import Event
from autosys_py.core.text import visible

PLAIN = re.compile(r"[A-Za-z0-9_.,:=/%+@ \t-]*")
"""Lines in which a shell would find nothing but words: nearly all of them, and read ten times as fast."""


def read_batch(name: str, command: Command, instance: Instance, now: int) -> list[tuple[Request, list[Event]]]:
    """The requests of a file and their events.

    Raises Refused with the message of every bad line, where that line stands, and 60388.
    """
    try:
        text = Path(name).read_text(encoding="utf-8", errors="surrogateescape")
    except (OSError, ValueError) as error:
        raise refusal(99005, name, getattr(error, "strerror", None) or error) from None
    orders: list[tuple[Request, list[Event]]] = []
    complaints: list[str] = []
    exit_code = 2
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            request = _request(line, command, instance, now)
            if request is not None:
                orders.append((request, events_of(request, instance)))
        except Refused as refused:
            complaints += refused.lines or (message(command.usage_error),)
            complaints.append(f"    {visible(name)}, line {number}: {visible(line.strip())}")
            if refused.exit_code != 2:
                exit_code = 1
    if complaints:
        raise Refused(*complaints, message(60388), exit_code=exit_code)
    return orders


def _request(line: str, command: Command, instance: Instance, now: int) -> Request | None:
    """The request of a line; None for an empty line or a comment."""
    try:
        words = line.split() if PLAIN.fullmatch(line) else shlex.split(line, comments=True)
    except ValueError:  # an open quote
        raise Refused(message(command.usage_error), exit_code=2) from None
    if words[:1] == [command.name]:
        del words[0]
    if not words:
        return None
    try:
        given = parse(command, words)
    except Asked:
        raise Refused(message(command.usage_error), exit_code=2) from None
    if "S" in given:
        raise Refused(message(command.usage_error), exit_code=2)
    return read_request(given, instance.configuration, now, instance.user_host)
