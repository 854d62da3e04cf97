"""JIL into a store without the command around it; whatever is refused fails the test."""

from zoneinfo import ZoneInfo

from autosys_py.cli.define import Definer
from autosys_py.event_server.protocol import EventServer
from autosys_py.jil.scanner import scan


def load_jil(store: EventServer, text: str, now: int, zone: ZoneInfo) -> None:
    """Applies every stanza at `now`, in a transaction each."""
    definer = Definer(store, zone, "tester@host")
    for stanza in scan(text.splitlines()):
        with store.transaction():
            answer = definer.apply(stanza, now)
        definer.forget()
        assert answer.accepted, "\n".join(f"line {fault.line}: {fault.text}" for fault in answer.faults)
