"""After an upgrade: definitions are read again, because the scheduler now acts on more of them than before.

A migration that adds to what definitions mean leaves a mark where there are any (the setting `recompile`). A job that
reads differently becomes a new version, as if its author had saved it again; all others stay as they are.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from autosys_py.jil.compile import job_of

if TYPE_CHECKING:
    from autosys_py.cli.define import Definer
    from autosys_py.event_server.protocol import EventServer

MARK = "recompile"


def is_due(store: "EventServer") -> bool:
    """Has a migration asked for it?"""
    return store.setting(MARK) == "1"


def recompile(definer: "Definer", autoserv: str, now: int) -> int:
    """Saves anew what reads differently; returns how many jobs that were. One transaction."""
    store, changed = definer.store, 0
    with store.transaction():
        for definition in list(store.definitions()):
            before = definition.job
            identity = (before.joid, before.box_joid, before.avg_runtime)
            after = job_of(before.name, before.job_type, definition.attributes, *identity, autoserv)
            if replace(after, job_ver=before.job_ver) != before:
                definer.save_again(replace(definition, job=after), now)
                changed += 1
        definer.flush()
        store.put_setting(MARK, "")
    definer.forget()
    return changed
