"""`autosys messages`: what waits for REPLY_RESPONSE (extensions.md §4, §5, docs/restarts.md)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import refusal
from autosys_py.cli.names import is_pattern, matcher
from autosys_py.cli.output import write_lines
from autosys_py.cli.zone import local_zone
from autosys_py.core.times import TimeFormat
from autosys_py.report.data import FORMATS
from autosys_py.report.messages import KEYS, message_lines, message_row

if TYPE_CHECKING:
    from autosys_py.core.model import OperatorMessage


def show(every: bool, job: str | None, format_: str | None) -> int:
    """Prints the open messages, or all, of a job. Raises Refused for a job that there is not."""
    with open_instance() as instance:
        times = TimeFormat(local_zone(), instance.configuration.DateFormat)
        found = _of_job(instance, job, instance.store.messages(every=every))
        if format_ is None:
            write_lines(message_lines(found, times))
        else:
            write_lines(FORMATS[format_](KEYS, (message_row(each, times) for each in found)))
    return 0


def _of_job(instance: Instance, name: str | None, messages: "Iterator[OperatorMessage]") -> "Iterator[OperatorMessage]":
    """Those of `-J`. A job that is gone is still known by its messages."""
    if name is None:
        yield from messages
        return
    matches, found = matcher(name), False
    for message in messages:
        if message.job_name == name or ((is_pattern(name) or "_" in name) and matches(message.job_name)):
            found = True
            yield message
    if not found and not is_pattern(name) and instance.store.head(name) is None:
        raise refusal(50004, name)
