"""The list of alarms (`autosys alarms`, docs/alarms.md): a row each, what was said about it in `< >` below."""

from collections.abc import Iterable, Iterator

from autosys_py.core.model import RaisedAlarm
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat
from autosys_py.report.data import Row

KEYS = (
    "number", "time", "alarm", "job", "run_num", "ntry", "text", "state", "changed_by", "changed", "comment",
)  # fmt: skip

_LAYOUT = "{:>10} {:<19} {:<21} {:<12} {:<10} {}"
_HEADING = ("Number", "Time", "Alarm", "State", "Run/Ntry", "Job Name")


def alarm_lines(alarms: Iterable[RaisedAlarm], times: TimeFormat) -> Iterator[str]:
    """An empty line, the heading, the rows; nothing at all without an alarm."""
    heading: tuple[str, ...] = (
        "",
        _LAYOUT.format(*_HEADING),
        " ".join("_" * width for width in (10, 19, 21, 12, 10, 32)),
    )
    for alarm in alarms:
        yield from heading
        heading = ()
        run = f"{alarm.run_num}/{alarm.ntry}" if alarm.run_num else ""
        job = visible(alarm.job_name)
        row = _LAYOUT.format(alarm.number, times(alarm.time), alarm.alarm.name, alarm.state.name, run, job)
        yield row.rstrip()
        yield from (f"           <{text}>" for text in _texts(alarm, times))


def alarm_row(alarm: RaisedAlarm, times: TimeFormat) -> Row:
    """In the order of `KEYS`."""
    return (
        alarm.number,
        times.iso(alarm.time),
        alarm.alarm.name,
        alarm.job_name or None,
        alarm.run_num or None,
        alarm.ntry if alarm.run_num else None,
        alarm.text or None,
        alarm.state.name,
        alarm.changed_by or None,
        times.iso(alarm.changed),
        alarm.comment or None,
    )


def _texts(alarm: RaisedAlarm, times: TimeFormat) -> Iterator[str]:
    if alarm.text:
        yield visible(alarm.text)
    if alarm.changed is not None:
        said = f": {alarm.comment}" if alarm.comment else ""
        yield visible(f"{alarm.state.name} {times(alarm.changed)} {alarm.changed_by}{said}")
