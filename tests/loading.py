"""JIL into a store without the command around it; whatever is refused fails the test."""

from zoneinfo import ZoneInfo

from autosys_py.cli.define import Definer, load
from autosys_py.event_server.protocol import EventServer


def load_jil(store: EventServer, text: str, now: int, zone: ZoneInfo) -> None:
    """Applies every stanza at `now`."""
    for answer in load(Definer(store, zone, "tester@host"), text, now):
        assert answer.accepted, "\n".join(f"line {fault.line}: {fault.text}" for fault in answer.faults)
