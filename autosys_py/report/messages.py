"""The list of operator messages (`autosys messages`, docs/restarts.md): a row each, details in `< >` below."""

from collections.abc import Iterable, Iterator

from autosys_py.core.model import OperatorMessage
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat
from autosys_py.report.data import Row

KEYS = (
    "number", "time", "job", "run_num", "ntry", "ended", "exit_code", "text", "answer", "answered_by", "answered",
    "comment",
)  # fmt: skip

OPEN = "OPEN"
_LAYOUT = "{:>10} {:<19} {:<12} {:<12} {:<10} {}"
_HEADING = ("Number", "Time", "Ended", "Answer", "Run/Ntry", "Job Name")


def message_lines(messages: Iterable[OperatorMessage], times: TimeFormat) -> Iterator[str]:
    """An empty line, the heading, the rows; nothing at all without a message."""
    heading: tuple[str, ...] = (
        "",
        _LAYOUT.format(*_HEADING),
        " ".join("_" * width for width in (10, 19, 12, 12, 10, 32)),
    )
    for message in messages:
        yield from heading
        heading = ()
        run, job = f"{message.run_num}/{message.ntry}", visible(message.job_name)
        answer = message.answer or OPEN
        row = _LAYOUT.format(message.number, times(message.time), message.status.name, answer, run, job)
        yield row.rstrip()
        yield from (f"           <{text}>" for text in _texts(message, times))


def message_row(message: OperatorMessage, times: TimeFormat) -> Row:
    """In the order of `KEYS`."""
    return (
        message.number,
        times.iso(message.time),
        message.job_name,
        message.run_num,
        message.ntry,
        message.status.name,
        message.exit_code,
        message.text or None,
        message.answer or None,
        message.answered_by or None,
        times.iso(message.answered),
        message.comment or None,
    )


def _texts(message: OperatorMessage, times: TimeFormat) -> Iterator[str]:
    code = f"exit code {message.exit_code}" if message.exit_code is not None else ""
    shown = ", ".join(filter(None, (code, message.text)))
    if shown:
        yield visible(shown)
    if message.answered is not None:
        said = f": {message.comment}" if message.comment else ""
        yield visible(f"{message.answer} {times(message.answered)} {message.answered_by}{said}".replace("  ", " "))
