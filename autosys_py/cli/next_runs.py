"""Definitions as the next run of each job will use them: with its override laid over (jil.md §2)."""

from typing import TYPE_CHECKING

from autosys_py.core.overrides import JOB_VER, pending

if TYPE_CHECKING:
    from autosys_py.core.model import Definition, NamedObject
    from autosys_py.event_server.protocol import EventServer


class NextRuns:
    """Knows which jobs have an override that waits; read once, for one report."""

    def __init__(self, store: "EventServer") -> None:
        self._store = store
        overrides: dict[str, list[NamedObject]] = {}
        for each in store.objects("override"):
            overrides.setdefault(each.name, []).append(each)
        waiting = {name: pending(found) for name, found in overrides.items()}
        self._versions = {name: int(each.value(JOB_VER)) for name, each in waiting.items() if each is not None}

    def definition(self, joid: int, name: str) -> "Definition | None":
        """The definition of the job's next run; None if there is no such job any more."""
        version = self._versions.get(name, 0)
        return (self._store.definition(joid, version) if version else None) or self._store.definition(joid)

    def of(self, definition: "Definition") -> "Definition":
        """The same, given the current definition."""
        version = self._versions.get(definition.job.name, 0)
        return (self._store.definition(definition.job.joid, version) if version else None) or definition
