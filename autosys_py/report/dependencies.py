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
    """What `-r` shows of a resource that a job asks for."""

    job: str
    resource: str
    required: str
    available: str
    is_met: bool


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


# -r


def demand_lines(jobs: Iterable[Sequence[DemandRow]], *, wide: bool) -> Iterator[str]:
    """The whole report, a frame for each job; nothing at all without jobs."""
    names = ("Job Name", "Resource", "Required", "Available", "Met?")
    for number, rows in enumerate(jobs):
        if not number:
            yield from ("", "", RULE, "")
        yield from _headed(names, _FRAME, wide)
        for row in rows:
            yield _line((*row[:4], yes(row.is_met)), _FRAME, wide)
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


def tree_lines(name: str, depth: int, date: str, atoms: Sequence[Atom], *, wide: bool) -> Iterator[str]:
    """A job of the tree: two blanks in per level; its second and further atoms on lines of their own."""
    first, *others = [short_text(atom) for atom in atoms] or [NOTHING]
    yield _line(("  " * depth + visible(name), date or NOTHING, first), _TREE, wide)
    for other in others:
        yield _line(("", "", other), _TREE, wide)


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
