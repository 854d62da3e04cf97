"""Conditions: the one evaluator behind starts, box overrides, `job_depends` and `why`.

A condition is kept as a *postfix program* over its atoms: `s(A) & (s(B) | v(G) = "1")` has the atoms
s(A), s(B), v(G) and the program 0 1 2 OR AND. A program is a flat list, so a condition of any depth is
stored, read and evaluated without recursion, and evaluating is a loop over small integers. `&` and `|`
have equal rank and group to the left (rule C-01); the parser in `jil` has already put that into the order.

Whether an atom holds depends on the stored status of its job alone, by the table of semantics.md §8.2,
and on the look-back (§8.3). The world is asked through a `View`, so the same code serves the scheduler,
the simulator and reports that read the store.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from autosys_py.core.codes import Status

if TYPE_CHECKING:
    from autosys_py.core.model import JobState

AND = -1
OR = -2


class Kind(StrEnum):
    """The functions of a condition; the values are their short names."""

    SUCCESS = "s"
    FAILURE = "f"
    DONE = "d"
    TERMINATED = "t"
    NOTRUNNING = "n"
    EXITCODE = "e"
    VALUE = "v"


LONG_NAMES: dict[Kind, str] = {
    Kind.SUCCESS: "success",
    Kind.FAILURE: "failure",
    Kind.DONE: "done",
    Kind.TERMINATED: "terminated",
    Kind.NOTRUNNING: "notrunning",
    Kind.EXITCODE: "exitcode",
    Kind.VALUE: "value",
}

UNLIMITED = 9999 * 60
"""Look-back `9999`, in minutes: no limit (rule C-20)."""


class Atom(NamedTuple):
    """One term, e.g. `s(LOAD,24.00)`, `e(LOAD) <= 4`, `v(GO) = "Y"`."""

    kind: Kind
    name: str
    """The job, or the global of value(); escapes and quotes resolved."""
    instance: str = ""
    """The external instance of `job^INS`."""
    lookback: int | None = None
    """Minutes; 0 = since this job's own last end; None = none given."""
    comparison: str = ""
    """`=`, `!=`, `<`, `>`, `<=`, `>=` of exitcode and value."""
    operand: int | str = 0
    """What exitcode or value is compared with."""
    text: str = ""
    """As typed, blanks trimmed."""


def external_name(name: str, instance: str) -> str:
    """`job^INS`, under which the job of another instance is known here. No job name has a `^`."""
    return f"{name}^{instance}"


class View(Protocol):
    """What an evaluation may ask."""

    def state_named(self, name: str, instance: str) -> "JobState | None":
        """The state of the job of that name, with an instance the last one told by it; None if there is none."""

    def global_value(self, name: str) -> str | None:
        """The global's value; None if undefined."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Atoms and the postfix program over them: an index pushes an atom's truth, AND and OR combine two."""

    atoms: tuple[Atom, ...]
    program: tuple[int, ...]

    def holds(self, view: View, asker: "JobState", now: int) -> bool:
        """True if the condition of the job in state `asker` is true at `now`. Its last end is the anchor of a look-back
        of 0 (rules C-21, C-23). Never raises for names the view does not know."""
        atoms = self.atoms
        stack: list[bool] = []
        for code in self.program:
            if code >= 0:
                stack.append(atom_holds(atoms[code], view, asker, now))
            else:
                right = stack.pop()
                left = stack[-1]
                stack[-1] = (left and right) if code == AND else (left or right)
        return stack[0]

    def truths(self, view: View, asker: "JobState", now: int) -> list[tuple[Atom, bool]]:
        """Each atom with its truth, in the order typed."""
        return [(atom, atom_holds(atom, view, asker, now)) for atom in self.atoms]

    def job_names(self) -> list[str]:
        """The jobs of this instance that it names, each once, in order."""
        return list(
            dict.fromkeys(each.name for each in self.atoms if each.kind is not Kind.VALUE and not each.instance)
        )

    def at_home(self, autoserv: str) -> "Condition":
        """The same in instance `autoserv`: its own name behind a job means nothing."""
        if not any(each.instance == autoserv for each in self.atoms if each.instance):
            return self
        atoms = (each._replace(instance="") if each.instance == autoserv else each for each in self.atoms)
        return Condition(tuple(atoms), self.program)

    def external_names(self) -> list[str]:
        """The jobs of other instances that it names as `job^INS`, each once, in order."""
        return list(dict.fromkeys(external_name(each.name, each.instance) for each in self.atoms if each.instance))

    def global_names(self) -> list[str]:
        """The globals that it names, each once, in order."""
        return list(dict.fromkeys(each.name for each in self.atoms if each.kind is Kind.VALUE and not each.instance))

    def to_json(self) -> list[Any]:
        return [[list(atom) for atom in self.atoms], list(self.program)]

    @classmethod
    def from_json(cls, stored: list[Any]) -> Self:
        atoms, program = stored
        return cls(tuple(Atom(Kind(kind), *rest) for kind, *rest in atoms), tuple(program))


# Which functions are true for which status: the rows of semantics.md §8.2.
_TRUE_FOR: dict[Kind, frozenset[Status]] = {
    Kind.SUCCESS: frozenset({Status.SUCCESS, Status.ON_ICE}),
    Kind.FAILURE: frozenset({Status.FAILURE}),
    Kind.DONE: frozenset({Status.SUCCESS, Status.FAILURE, Status.TERMINATED, Status.ON_ICE}),
    Kind.TERMINATED: frozenset({Status.TERMINATED}),
    Kind.NOTRUNNING: frozenset(
        set(Status)
        - {
            Status.STARTING,
            Status.RUNNING,
            Status.WAIT_REPLY,
            Status.SUSPENDED,
            Status.RESTART,
        }
    ),
    Kind.EXITCODE: frozenset({Status.SUCCESS, Status.FAILURE, Status.TERMINATED}),
}


def atom_holds(atom: Atom, view: View, asker: "JobState", now: int) -> bool:
    """The truth of one atom at `now` (semantics.md §8.2, §8.3)."""
    if atom.kind is Kind.VALUE:
        return _global_holds(atom, view.global_value(atom.name))
    state = view.state_named(atom.name, atom.instance)
    if state is None:
        return False  # C-19
    if atom.instance and state.status is Status.ON_ICE:
        state = _iced_elsewhere(state)
    if atom.lookback is not None and state.status is Status.ON_ICE:
        return True  # C-22
    if state.status not in _TRUE_FOR[atom.kind]:
        return False
    if atom.kind is Kind.EXITCODE and not _exit_code_holds(atom, state.exit_code):
        return False
    return atom.lookback is None or _within(atom.lookback, state, asker, now)


def _iced_elsewhere(state: "JobState") -> "JobState":
    """Other instances see an iced job as SUCCESS since it was iced, so look-back applies (semantics.md §6). It returned
    no exit code."""
    seen = state.copy()
    seen.status, seen.last_end, seen.exit_code = Status.SUCCESS, state.since, None
    return seen


def _within(lookback: int, state: "JobState", asker: "JobState", now: int) -> bool:
    """Is the last end of `state` recent enough? (rules C-20 to C-23)"""
    if state.last_end is None:
        return False
    if lookback == 0:
        if asker.last_end is None:  # never ran, or runs just now: then its end before this run is the anchor
            return state.end_seq > asker.end_seq or asker.end_seq == 0
        return (state.last_end, state.end_seq) > (asker.last_end, asker.end_seq)
    if lookback >= UNLIMITED:
        return True
    return now - state.last_end <= lookback * 60


def _exit_code_holds(atom: Atom, code: int | None) -> bool:
    return code is not None and _compare(code, atom.comparison, int(atom.operand))


def _global_holds(atom: Atom, value: str | None) -> bool:
    """Numeric if both sides are integers, else by characters (rule C-24)."""
    if value is None:
        return False
    operand = str(atom.operand)
    left, right = as_integer(value), as_integer(operand)
    if left is not None and right is not None:
        return _compare(left, atom.comparison, right)
    return _compare(value, atom.comparison, operand)


def as_integer(text: str) -> int | None:
    """The integer that ASCII `text` spells, or None; at most 18 digits count as a number."""
    digits = text[1:] if text[:1] in ("-", "+") else text
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        return int(text)
    return None


def _compare(left: Any, comparison: str, right: Any) -> bool:
    match comparison:
        case "=":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case ">":
            return bool(left > right)
        case "<=":
            return bool(left <= right)
        case _:
            return bool(left >= right)
