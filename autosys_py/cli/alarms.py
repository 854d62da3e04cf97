"""`autosys alarms`: the list of alarms, and what operators do about them (extensions.md §5, docs/alarms.md)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from autosys_py.cli import clock
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import misuse, refusal
from autosys_py.cli.output import write_lines
from autosys_py.cli.request import TEXT_LIMIT, check_reason
from autosys_py.cli.targets import of_job
from autosys_py.cli.zone import local_zone
from autosys_py.core.codes import Alarm, AlarmState, EventCode
from autosys_py.core.model import Event
from autosys_py.core.times import TimeFormat
from autosys_py.report.alarms import KEYS, alarm_lines, alarm_row
from autosys_py.report.data import FORMATS

if TYPE_CHECKING:
    from autosys_py.core.model import RaisedAlarm


def show(every: bool, job: str | None, alarm: str | None, format_: str | None) -> int:
    """Prints the open alarms, or all, of a job or kind. Raises Refused for a name that there is not."""
    wanted = _alarm_named(alarm)
    with open_instance() as instance:
        times = TimeFormat(local_zone(), instance.configuration.DateFormat)
        found = of_job(instance.store, job, (each for each in instance.store.alarms(every=every) if _is(each, wanted)))
        if format_ is None:
            write_lines(alarm_lines(found, times))
        else:
            write_lines(FORMATS[format_](KEYS, (alarm_row(each, times) for each in found)))
    return 0


def change(numbers: Iterable[int], state: AlarmState, comment: str) -> int:
    """Sends what is to become of each alarm, all or none. What they are by then is for the scheduler to see."""
    if len(comment.encode("utf-8", "surrogateescape")) > TEXT_LIMIT:
        raise misuse(18961, "", "comment", TEXT_LIMIT)
    with open_instance() as instance:
        check_reason(EventCode.CHANGE_ALARM, comment, instance.configuration)
        with instance.store.transaction():
            for number in dict.fromkeys(numbers):
                instance.store.add_event(_event(instance, number, state, comment))
    return 0


def _event(instance: Instance, number: int, state: AlarmState, comment: str) -> Event:
    alarm = instance.store.alarm(number)
    if alarm is None:
        raise refusal(99030, number)
    now = clock.now()
    event = Event(EventCode.CHANGE_ALARM, now, joid=alarm.joid, name=state.name, value=str(number), reason=comment)
    event.sent_by, event.sent = instance.user_host, now
    return event


def _alarm_named(word: str | None) -> Alarm | None:
    if word is None:
        return None
    alarm = Alarm.__members__.get(word.upper())
    if alarm is None:
        raise misuse(60037, word)
    return alarm


def _is(alarm: "RaisedAlarm", wanted: Alarm | None) -> bool:
    return wanted is None or alarm.alarm is wanted
