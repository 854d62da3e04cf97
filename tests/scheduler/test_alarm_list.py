"""The list of alarms, where the scheduler itself is at fault."""

from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest

from autosys_py.core.codes import Alarm, AlarmState, EventCode
from autosys_py.core.model import Event
from autosys_py.event_server.memory import MemoryStore
from autosys_py.scheduler import turn
from tests.engine import Engine


def test_an_event_that_could_not_be_processed_is_on_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(1000, ZoneInfo("UTC"), store=MemoryStore())
    engine.turns.complain = lambda event: None

    def fails(*_: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as broken, suppress(RuntimeError):
        broken.setattr(turn, "step", fails)
        engine.send(Event(EventCode.COMMENT, 1000, value="x", sent_by="o@h"))
        engine.run_to(1000)
    (alarm, *_) = engine.store.alarms()
    assert alarm.alarm is Alarm.EVENT_HDLR_ERROR
    assert alarm.state is AlarmState.OPEN
    assert alarm.text.endswith("could not be processed")


@pytest.mark.parametrize(("value", "state"), [("", "CLOSED"), ("x", "CLOSED"), ("1", "GONE"), ("99", "CLOSED")])
def test_what_nobody_can_change_is_noted(value: str, state: str) -> None:
    engine = Engine(1000, ZoneInfo("UTC"))
    engine.send(Event(EventCode.ALARM, 1000, value="CHASE", sent_by="o@h"))
    engine.send(Event(EventCode.CHANGE_ALARM, 1001, value=value, name=state, sent_by="o@h"))
    engine.run_to(1001)
    assert "There is no alarm" in engine.facts[-1].notes[0]
    (alarm,) = engine.store.alarms()
    assert alarm.state is AlarmState.OPEN
