"""LIST_DEPENDENTS: the jobs whose conditions wait for a job, printed at once (extensions.md §3)."""

import sys
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from autosys_py.cli.instance import Instance
from autosys_py.cli.targets import job_named
from autosys_py.core.condition import Condition, Kind, external_name
from autosys_py.core.model import JobState
from autosys_py.core.text import visible

if TYPE_CHECKING:
    from autosys_py.core.model import Job
    from autosys_py.event_server.protocol import EventServer


def print_dependents(name: str, instance: Instance, now: int) -> None:
    """A line for each dependent and atom, direct dependents first, then one indirect level after the other."""
    for line in dependent_lines(name, instance.store, now):
        sys.stdout.write(line + "\n")


def dependent_lines(name: str, store: "EventServer", now: int) -> Iterator[str]:
    """`name: waiting on ATOM -> condition true|false`, two blanks further in on every level."""
    view = StoreView(store)
    level = [job_named(store, name).name]
    seen = set(level)
    indent = ""
    while level:
        following: list[str] = []
        for predecessor in level:
            for job in _jobs_naming(predecessor, store):
                if job.name in seen:
                    continue
                lines = [f"{indent}{line}" for line in _lines(job, predecessor, view, now)]
                yield from lines
                if lines:
                    seen.add(job.name)
                    following.append(job.name)
        level = following
        indent += "  "


def _jobs_naming(name: str, store: "EventServer") -> list["Job"]:
    definitions = (store.definition(joid) for joid in sorted(store.jobs_naming(name)))
    return [definition.job for definition in definitions if definition is not None]


def _lines(job: "Job", predecessor: str, view: "StoreView", now: int) -> Iterator[str]:
    for condition in (job.condition, job.box_success, job.box_failure):
        atoms = _atoms_on(predecessor, condition)
        if condition is None or not atoms:
            continue
        state = view.state_named(job.name, "")
        truth = "true" if condition.holds(view, state or JobState(), now) else "false"
        for text in atoms:
            yield f"{visible(job.name)}: waiting on {visible(text)} -> condition {truth}"


def _atoms_on(name: str, condition: Condition | None) -> list[str]:
    """The atoms that name this job, as typed, each once."""
    if condition is None:
        return []
    named = (
        atom for atom in condition.atoms if atom.name == name and atom.kind is not Kind.VALUE and not atom.instance
    )
    return list(dict.fromkeys(atom.text for atom in named))


MANY = 10_000
"""States that a view remembers before it begins anew: a report on everything must not end up holding everything."""


class StoreView:
    """What a condition asks, answered by the store; an answer is fetched once."""

    def __init__(self, store: "EventServer") -> None:
        self._store = store
        self._states: dict[str, JobState | None] = {}

    def state_named(self, name: str, instance: str) -> "JobState | None":
        if instance:
            return self._externals.get(external_name(name, instance))
        if name not in self._states:
            if len(self._states) >= MANY:
                self._states.clear()
            head = self._store.head(name)
            row = self._store.status(head.joid) if head is not None else None
            self._states[name] = row.state if row is not None else None
        return self._states[name]

    def remember(self, name: str, state: "JobState") -> None:
        """A state that was read anyway, and need not be asked for."""
        if len(self._states) >= MANY:
            self._states.clear()
        self._states[name] = state

    def global_value(self, name: str) -> str | None:
        return self._globals.get(name)

    @cached_property
    def _externals(self) -> "dict[str, JobState | None]":
        return self._store.externals()

    @cached_property
    def _globals(self) -> dict[str, str]:
        return {row.name: row.value for row in self._store.globals()}
