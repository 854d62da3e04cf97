"""`autosys messages`: what waits for REPLY_RESPONSE (extensions.md §4, §5, docs/restarts.md)."""

from autosys_py.cli.instance import open_instance
from autosys_py.cli.output import write_lines
from autosys_py.cli.targets import of_job
from autosys_py.cli.zone import local_zone
from autosys_py.core.times import TimeFormat
from autosys_py.report.data import FORMATS
from autosys_py.report.messages import KEYS, message_lines, message_row


def show(every: bool, job: str | None, format_: str | None) -> int:
    """Prints the open messages, or all, of a job. Raises Refused for a job that there is not."""
    with open_instance() as instance:
        times = TimeFormat(local_zone(), instance.configuration.DateFormat)
        found = of_job(instance.store, job, instance.store.messages(every=every))
        if format_ is None:
            write_lines(message_lines(found, times))
        else:
            write_lines(FORMATS[format_](KEYS, (message_row(each, times) for each in found)))
    return 0
