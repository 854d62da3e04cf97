"""`sendevent -E FORCE_STARTJOB … --preview`: what the start would go past, and what would follow (extensions.md §3)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from autosys_py.cli.secrets import shown_value
from autosys_py.cli.surroundings import world_around
from autosys_py.cli.zone import local_zone
from autosys_py.core.condition import Kind
from autosys_py.core.draft import Draft
from autosys_py.core.explain import Gate, Truth, closed_gates, released_by_success, truths
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.core.model import JobState


def preview_lines(instance: "Instance", joid: int, now: int) -> Iterator[str]:
    """A line for each atom of the condition, for each other gate that is shut, for each job that would start."""
    world = world_around(instance, joid)
    if joid not in world.jobs:
        return
    draft = Draft(world, now)
    time_of = TimeFormat(local_zone(), instance.configuration.DateFormat)
    changed = {row.name: row.last_changed for row in instance.store.globals()}
    for each in truths(draft, draft.job(joid)):
        status, since = _global(each, world.globals, changed) if each.atom.kind is Kind.VALUE else _job(each.state)
        when = time_of(since) if since is not None else "-----"
        yield f"{visible(each.atom.text)}  {'true' if each.holds else 'false'}  {visible(status)}  since {when}"
    for gate in closed_gates(draft, joid):
        yield _gate(gate, time_of)
    for released in released_by_success(draft, joid):
        yield f"would release: {visible(world.jobs[released].name)}"


def _job(state: "JobState | None") -> tuple[str, int | None]:
    if state is None:
        return "undefined", None
    return f"{state.status.name}/ON_NOEXEC" if state.noexec else state.status.name, state.since


def _global(truth: Truth, values: dict[str, str], changed: dict[str, int]) -> tuple[str, int | None]:
    name = truth.atom.name
    return (f'"{shown_value(name, values[name])}"', changed.get(name)) if name in values else ("undefined", None)


def _gate(gate: Gate, time_of: TimeFormat) -> str:
    moment = "" if gate.moment is None else f" {time_of(gate.moment)}"
    return f"{visible(gate.name)}  closed  {visible(gate.reason)}{moment}"
