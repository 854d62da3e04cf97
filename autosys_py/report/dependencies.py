"""The reports of `job_depends` (cli.md §6): rows in, lines out, and every column position.

`-c` and `-r` are a frame of rules with five columns, at 0, 33, 54, 75 and 91; the tables below a row of `-c` have
theirs at 3, 49 and 64. `-d` and `-t` are one table with columns 0, 36 and 58. `-w` makes the first column of each 33
wider. A value that is wider than its column pushes the rest of its line to the right.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from autosys_py.core.condition import LONG_NAMES, Atom
from autosys_py.core.text import pad, visible
from autosys_py.core.times import TimeFormat
from autosys_py.report.data import Row

RULE = "_" * 78
NOTHING = "-------"
UNKNOWN = "-----"
WIDER = 33

_FRAME = (33, 21, 21, 16)
_ATOMS = (46, 15)
_TREE = (36, 22)
_INDENT = "   "


class Standing(NamedTuple):
    """An atom of a condition and how it stands."""

    atom: Atom
    current: str
    """The status of its job or the value of its global; `-----` if there is none."""
    holds: bool


class ConditionRow(NamedTuple):
    """What `-c` shows of a job."""

    name: str
    status: str
    has_date: bool
    condition: str
    """As typed; empty = none."""
    standings: Sequence[Standing]
    dependents: Sequence[tuple[str, Atom]]
    """Names of jobs, each with an atom on this job."""


class DemandRow(NamedTuple):
    """What `-r` shows of a resource that a job asks for; its fields are the keys of the data."""

    name: str
    resource: str
    required: str
    available: str
    met: bool


class TreeRow(NamedTuple):
    """A line of `-d`, or a start of `-t`."""

    name: str
    level: int
    """How many boxes of this report it stands in."""
    has_date: bool
    start: int | None
    """With `-t`; None = it starts with its box."""
    atoms: Sequence[Atom]


CONDITION_KEYS = ("name", "status", "exec_mode", "date_conditions", "condition", "atoms", "dependents")
CONDITION_TREE_KEYS = ("name", "level", "date_conditions", "atoms")
START_TREE_KEYS = ("name", "level", "start", "atoms")


def short_text(atom: Atom) -> str:
    """The atom as one word and what it compares with: `s(A)`, `e(A) <= 4`."""
    return _text(atom.kind.value, atom)


def long_text(atom: Atom) -> str:
    """The same with the function in words: `SUCCESS(A)`."""
    return _text(LONG_NAMES[atom.kind].upper(), atom)


_CALL = re.compile(r"\w+\s*\(((?:\"[^\"]*\"|[^\")])*)\)(.*)", re.DOTALL)
_BLANKS = re.compile(r"(\"[^\"]*\")|\s+")


def _text(function: str, atom: Atom) -> str:
    matched = _CALL.fullmatch(atom.text)
    if matched is None:
        return atom.text
    argument = _BLANKS.sub(lambda blank: blank[1] or "", matched[1])
    if not atom.comparison:
        return f"{function}({argument})"
    operand = matched[2].strip().removeprefix(atom.comparison).strip()
    return f"{function}({argument}) {atom.comparison} {operand}"


def yes(answer: bool) -> str:
    return "Yes" if answer else "No"


# -c


def condition_lines(rows: Iterable[ConditionRow], *, wide: bool) -> Iterator[str]:
    """The whole report; nothing at all without rows."""
    names = ("Job Name", "Status/Exec. Mode", "Date Cond?", "Start Cond?", "Dep. Cond?")
    for number, row in enumerate(rows):
        if not number:
            yield from ("", "", RULE, "")
        yield from _headed(names, _FRAME, wide)
        cells = (row.name, row.status, yes(row.has_date), yes(bool(row.condition)), yes(bool(row.dependents)))
        yield _line(cells, _FRAME, wide)
        if row.condition:
            yield from _own_conditions(row, wide)
        if row.dependents:
            yield ""
            yield from _headed(("Dependent Job Name", "Condition"), _ATOMS[:1], wide, _INDENT)
            for name, atom in row.dependents:
                yield _line((name, long_text(atom)), _ATOMS[:1], wide, _INDENT)
        yield from (RULE, "")


def _own_conditions(row: ConditionRow, wide: bool) -> Iterator[str]:
    yield ""
    yield f"{_INDENT}Condition: {visible(row.condition)}"
    yield from _headed(("Atomic Condition", "Current Status", "T/F"), _ATOMS, wide, _INDENT)
    for atom, current, holds in row.standings:
        yield _line((short_text(atom), current, "T" if holds else "F"), _ATOMS, wide, _INDENT)


def condition_data(row: ConditionRow) -> Row:
    """In the order of `CONDITION_KEYS`."""
    status, _, mode = row.status.partition("/")
    atoms = [
        {"atom": short_text(each.atom), "current": each.current, "holds": each.holds} for each in row.standings
    ]  # fmt: skip
    dependents = [{"name": name, "atom": long_text(atom)} for name, atom in row.dependents]
    return row.name, status, mode or None, row.has_date, row.condition or None, atoms, dependents


# -r


def demand_lines(jobs: Iterable[Sequence[DemandRow]], *, wide: bool) -> Iterator[str]:
    """The whole report, a frame for each job; nothing at all without jobs."""
    names = ("Job Name", "Resource", "Required", "Available", "Met?")
    for number, rows in enumerate(jobs):
        if not number:
            yield from ("", "", RULE, "")
        yield from _headed(names, _FRAME, wide)
        for row in rows:
            yield _line((*row[:4], yes(row.met)), _FRAME, wide)
        yield from (RULE, "")


def no_demand_lines(remark: str) -> list[str]:
    """Where nothing is asked for; `remark` is the coded line that says so."""
    return ["", "", RULE, "", "", remark, "", RULE, ""]


# -d, -t


def tree_heading(*, wide: bool) -> list[str]:
    names = ("Job Name", "Date Cond?", "Atomic Start Conditions")
    first = 30 + (WIDER if wide else 0)
    rule = _line(("_" * first, "_" * 15, "_" * 23), _TREE, wide)
    return ["", "", " " * 27 + "Job Dependency Report", "", _line(names, _TREE, wide), rule, ""]


def tree_lines(rows: Iterable[TreeRow], times: TimeFormat | None, *, wide: bool) -> Iterator[str]:
    """The whole report, of `-t` with `times`; nothing at all without rows."""
    is_first = True
    for row in rows:
        if is_first:
            yield from tree_heading(wide=wide)
            is_first = False
        if times is None:
            date = "Yes" if row.has_date else NOTHING
        else:
            date = NOTHING if row.start is None else times(row.start)[:-3]
        yield from _tree_row(row, date, wide=wide)


def _tree_row(row: TreeRow, date: str, *, wide: bool) -> Iterator[str]:
    """A job of the tree: two blanks in per level; its second and further atoms on lines of their own."""
    first, *others = [short_text(atom) for atom in row.atoms] or [NOTHING]
    yield _line(("  " * row.level + visible(row.name), date, first), _TREE, wide)
    for other in others:
        yield _line(("", "", other), _TREE, wide)


def tree_data(rows: Iterable[TreeRow], times: TimeFormat | None) -> Iterator[Row]:
    """In the order of `CONDITION_TREE_KEYS`, with `times` of `START_TREE_KEYS`."""
    for row in rows:
        date = row.has_date if times is None else times.iso(row.start)
        yield row.name, row.level, date, [short_text(atom) for atom in row.atoms]


# Columns


@lru_cache
def _headed(names: tuple[str, ...], widths: tuple[int, ...], wide: bool, indent: str = "") -> tuple[str, str]:
    """Headings and dashes; a report on everything repeats them a hundred thousand times."""
    dashes = ["-" * len(name) for name in names]
    return _line(names, widths, wide, indent), _line(dashes, widths, wide, indent)


def _line(cells: Sequence[str], widths: Sequence[int], wide: bool, indent: str = "") -> str:
    """Cells of any text at the columns; `widths` are those of all but the last, with the blank behind them."""
    *padded, last = [visible(cell) for cell in cells]
    columns = [widths[0] + (WIDER if wide else 0), *widths[1:]]
    shown = [pad(cell, column - 1) + " " for cell, column in zip(padded, columns, strict=True)]
    return f"{indent}{''.join(shown)}{last}"
