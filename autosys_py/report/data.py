"""The rows of reports as data: `--format json|csv` (extensions.md §3, docs/data.md).

A report names its keys once and gives its rows as tuples in their order. Keys are stable and in the product's terms; a
value that does not exist is null in JSON and empty in CSV. A value may be a list of texts or of dictionaries: JSON has
it as it is, CSV its parts with `; ` between them. Both stream, a row a line.

JSON is plain ASCII with everything else escaped; in CSV what a terminal would act on is shown escaped.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from autosys_py.core.text import visible

if TYPE_CHECKING:
    from autosys_py.core.times import TimeFormat
    from autosys_py.report.machines import MachineRow
    from autosys_py.report.summary import Standing

Keys = tuple[str, ...]
Row = tuple[Any, ...]

JOB_KEYS = (
    "name", "job_type", "box_name", "last_start", "last_end", "status", "exec_mode", "run_num", "ntry",
    "queue_priority", "exit_code", "machine",
)  # fmt: skip
MACHINE_KEYS = ("name", "type", "max_load", "current_load", "factor", "opsys", "status")
GLOBAL_KEYS = ("name", "value", "last_changed")


def job_row(name: str, job_type: str, box_name: str | None, state: "Standing", times: "TimeFormat") -> Row:
    from autosys_py.report.summary import shown_exit_code, shown_priority

    return (
        name,
        job_type,
        box_name,
        times.iso(state.last_start),
        times.iso(state.last_end),
        state.status.name,
        exec_mode(state),
        state.run_num,
        state.ntry,
        shown_priority(state),
        shown_exit_code(state),
        state.machine or None,
    )


def exec_mode(state: "Standing") -> str | None:
    return "ON_NOEXEC" if state.noexec else None


def machine_row(row: "MachineRow") -> Row:
    from autosys_py.report.machines import system

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


def global_row(name: str, value: str, last_changed: int, times: "TimeFormat") -> Row:
    return (name, value, times.iso(last_changed))


def json_lines(keys: Keys, rows: Iterable[Row]) -> Iterator[str]:
    """One JSON document, a row a line."""
    line = "["
    for row in rows:
        yield line if line == "[" else line + ","
        line = json_text(dict(zip(keys, row, strict=True)))
    yield line
    yield "]"


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON that any terminal may have: ASCII without control characters."""
    import json

    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")


def csv_lines(keys: Keys, rows: Iterable[Row]) -> Iterator[str]:
    """A header line, then a line a row."""
    line = ",".join(keys)
    for row in rows:
        yield line
        line = ",".join(map(_csv_value, row))
    yield line


def _csv_value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    text = visible(_text(value))
    return '"' + text.replace('"', '""') + '"' if any(character in text for character in '",\r\n') else text


def _text(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(_text, value))
    if isinstance(value, dict):
        return " ".join(_text(part) for part in value.values() if part is not None)
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


FORMATS: dict[str, Callable[[Keys, Iterable[Row]], Iterator[str]]] = {"json": json_lines, "csv": csv_lines}
