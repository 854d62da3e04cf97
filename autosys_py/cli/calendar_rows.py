"""`autocal_asc < file`: dates added to or deleted from a standard calendar (jil.md §6.1, cli.md §7.4).

Three parts, a line each: the name, `A` or `D`, the dates. Everything is checked first and done in one transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from autosys_py.cli.calendar_book import EXTENDED, STANDARD
from autosys_py.cli.changes import tell_of_change
from autosys_py.cli.jil import fault_lines
from autosys_py.cli.messages import Refused, message, refusal
from autosys_py.cli.timetables import tell_of_calendar
from autosys_py.core.model import NamedObject
from autosys_py.core.text import visible
from autosys_py.jil.calendar_dates import has_time, read_row
from autosys_py.jil.calendars import date_attributes, name_fault, rows_of

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance


def change_rows(instance: "Instance", text: str, date_format: str, now: int) -> int:
    """Does what the lines say. Raises Refused with a line for each fault, nothing being changed then."""
    lines = [line.strip() for line in text.removeprefix("\ufeff").split("\n") if line.strip()]
    name = lines[0].strip('"') if lines else ""
    fault = name_fault(name)
    if fault is not None:
        raise Refused(*fault_lines(fault))
    action = lines[1].upper() if len(lines) > 1 else ""
    if action not in ("A", "D"):
        raise refusal(99040, lines[1] if action else "")
    typed = lines[2:]
    rows = [read_row(line, date_format) for line in typed]
    bad = [line for line, row in zip(typed, rows, strict=True) if row is None]
    if bad:
        raise Refused(*(message(50305, line) for line in bad))
    dated = [(line, row) for line, row in zip(typed, rows, strict=True) if row is not None]
    with instance.store.transaction():
        _change(instance, name, action, dated, now)
    return 0


def _change(instance: "Instance", name: str, action: str, dated: Sequence[tuple[str, datetime]], now: int) -> None:
    store = instance.store
    calendar = store.object(STANDARD, name)
    if action == "A" and calendar is None and store.object(EXTENDED, name) is not None:
        raise refusal(10601, name)
    if action == "D" and calendar is None:
        raise refusal(50308, name)
    present = set(rows_of(calendar)) if calendar is not None else set()
    if action == "A":
        present.update(row for _, row in dated)
    else:
        present = _without(present, dated)
    kept = tuple(pair for pair in calendar.attributes if pair[0] != "date") if calendar is not None else ()
    attributes = kept + date_attributes(present)
    before = calendar.attributes if calendar is not None else None
    tell_of_change(store, STANDARD, name, "", before, attributes, instance.user_host, now)
    store.put_object(NamedObject(STANDARD, name, "", attributes, instance.user_host, now))
    tell_of_calendar(store, STANDARD, name, now)


def _without(present: set[datetime], dated: Sequence[tuple[str, datetime]]) -> set[datetime]:
    """A date without a time deletes every row of that day. Raises Refused with the dates that are not there."""
    days = {row.date() for row in present}
    missing = [line for line, row in dated if (row not in present if has_time(line) else row.date() not in days)]
    if missing:
        raise Refused(message(50405), *map(visible, missing))
    moments = {row for line, row in dated if has_time(line)}
    whole_days = {row.date() for line, row in dated if not has_time(line)}
    return {row for row in present if row not in moments and row.date() not in whole_days}
