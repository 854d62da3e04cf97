"""`job_depends -c`: where a job stands, its conditions atom by atom, and who waits for it (cli.md §6)."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from autosys_py.cli.dependents import StoreView
from autosys_py.cli.messages import refusal
from autosys_py.cli.names import is_pattern, is_speakable, matcher
from autosys_py.cli.next_runs import NextRuns
from autosys_py.cli.secrets import shown_value
from autosys_py.core.condition import Kind
from autosys_py.report.dependencies import UNKNOWN, ConditionRow, Standing
from autosys_py.report.summary import full_status

if TYPE_CHECKING:
    from autosys_py.cli.options import Given
    from autosys_py.core.condition import Atom, Condition
    from autosys_py.core.model import Job, JobState
    from autosys_py.event_server.protocol import EventServer, JobHead, StatusRow


def chosen(store: "EventServer", given: "Given") -> "Iterator[StatusRow]":
    """The jobs of `-J`, or of `-B` and `-I`, in definition order, without holding them.

    Raises Refused (50081) for a name that no job has.
    """
    if "J" not in given:
        yield from _matching(store, _is_grouped(given))
        return
    name = given["J"]
    head = store.head(name) if is_speakable(name) and not is_pattern(name) else None
    if head is not None:
        row = store.status(head.joid)
        if row is not None:
            yield row
        return
    matches = matcher(name)
    found = is_pattern(name)
    if found or "_" in name:
        for row in _matching(store, lambda head: matches(head.name)):
            found = True
            yield row
    if not found:
        raise refusal(50081, name)


def _matching(store: "EventServer", is_meant: "Callable[[JobHead], bool]") -> "Iterator[StatusRow]":
    return (row for row in store.statuses() if is_meant(row.head))


def _is_grouped(given: "Given") -> "Callable[[JobHead], bool]":
    in_group, in_application = matcher(given.get("B", "ALL")), matcher(given.get("I", "ALL"))
    return lambda head: in_group(head.group) and in_application(head.application)


def condition_rows(store: "EventServer", given: "Given", now: int) -> Iterator[ConditionRow]:
    """A row for each chosen job."""
    view, next_runs = StoreView(store), NextRuns(store)
    for head, state in chosen(store, given):
        view.remember(head.name, state)
        definition = next_runs.definition(head.joid, head.name)
        if definition is not None:  # it may have been deleted meanwhile
            yield ConditionRow(
                head.name,
                full_status(state),
                definition.value("date_conditions") == "1",
                definition.value("condition"),
                _standings(definition.job.condition, view, state, now),
                _dependents(store, head.name),
            )


def _standings(condition: "Condition | None", view: StoreView, state: "JobState", now: int) -> list[Standing]:
    if condition is None:
        return []
    truths = condition.truths(view, state, now)
    return [Standing(atom, _current(atom, view), holds) for atom, holds in truths]


def _current(atom: "Atom", view: StoreView) -> str:
    if atom.kind is Kind.VALUE:
        value = view.global_value(atom.name)
        return UNKNOWN if value is None else shown_value(atom.name, value)
    state = view.state_named(atom.name, atom.instance)
    return UNKNOWN if state is None else full_status(state)


def _dependents(store: "EventServer", name: str) -> "list[tuple[str, Atom]]":
    """Jobs of this instance whose condition or overrides name the job, each atom once."""
    definitions = (store.definition(joid) for joid in sorted(store.jobs_naming(name)))
    found = ((each.job.name, atom) for each in definitions if each is not None for atom in _atoms_on(name, each.job))
    return list(dict.fromkeys(found))


def _atoms_on(name: str, job: "Job") -> "Iterator[Atom]":
    for condition in (job.condition, job.box_success, job.box_failure):
        for atom in condition.atoms if condition is not None else ():
            if atom.name == name and atom.kind is not Kind.VALUE and not atom.instance:
                yield atom
