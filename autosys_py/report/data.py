"""The rows of reports as data: `--format json|csv` (extensions.md §3).

Keys are stable and in the product's terms. A value that does not exist is null in JSON and empty in CSV. JSON is
plain ASCII with everything else escaped; in CSV what a terminal would act on is shown escaped.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autosys_py.core.model import JobState
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat
from autosys_py.report.machines import MachineRow, system
from autosys_py.report.summary import shown_exit_code, shown_priority

JOB_KEYS = (
    "name", "job_type", "box_name", "last_start", "last_end", "status", "exec_mode", "run_num", "ntry",
    "queue_priority", "exit_code", "machine",
)  # fmt: skip
MACHINE_KEYS = ("name", "type", "max_load", "current_load", "factor", "opsys", "status")
GLOBAL_KEYS = ("name", "value", "last_changed")

Row = tuple[Any, ...]


def job_row(name: str, job_type: str, box_name: str | None, state: JobState, times: TimeFormat) -> Row:
    return (
        name,
        job_type,
        box_name,
        times.iso(state.last_start),
        times.iso(state.last_end),
        state.status.name,
        "ON_NOEXEC" if state.noexec else None,
        state.run_num,
        state.ntry,
        shown_priority(state),
        shown_exit_code(state),
        state.machine or None,
    )


def machine_row(row: MachineRow) -> Row:
    machine = row.machine
    return (
        row.name,
        machine.type,
        machine.max_load,
        row.current_load,
        machine.factor,
        system(machine),
        row.status,
    )


def global_row(name: str, value: str, last_changed: int, times: TimeFormat) -> Row:
    return (name, value, times.iso(last_changed))


def json_lines(keys: tuple[str, ...], rows: Iterable[Row]) -> Iterator[str]:
    """One JSON document, a row a line."""
    import json

    line = "["
    for row in rows:
        yield line if line == "[" else line + ","
        line = json.dumps(dict(zip(keys, row, strict=True)))
    yield line
    yield "]"


def csv_lines(keys: tuple[str, ...], rows: Iterable[Row]) -> Iterator[str]:
    """A header line, then a line a row."""
    yield ",".join(keys)
    for row in rows:
        yield ",".join(map(_csv_value, row))


def _csv_value(value: object) -> str:
    if value is None:
        return ""
    text = visible(str(value))
    return '"' + text.replace('"', '""') + '"' if any(character in text for character in '",\r\n') else text


FORMATS: dict[str, Callable[[tuple[str, ...], Iterable[Row]], Iterator[str]]] = {"json": json_lines, "csv": csv_lines}
