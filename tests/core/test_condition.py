"""The evaluator: truth by status, look-back, comparison, order of operators (semantics.md §8)."""

import json

import pytest

from autosys_py.core.codes import LETTERS, Status
from autosys_py.core.condition import AND, OR, Atom, Condition, Kind, as_integer, atom_holds
from autosys_py.core.model import JobState

NOBODY = JobState()


class Fixed:
    """A view of one job `J` and some globals."""

    def __init__(self, state: JobState | None = None, **variables: str) -> None:
        self.state = state
        self.variables = variables

    def state_named(self, name: str, instance: str) -> JobState | None:
        return self.state if name == "J" and not instance else None

    def global_value(self, name: str) -> str | None:
        return self.variables.get(name)


TRUTH = """
      s f d t n e
SU    T F T F T T
FA    F T T F T T
TE    F F T T T T
IN    F F F F T F
AC    F F F F T F
ST    F F F F F F
RU    F F F F F F
WA    F F F F F F
SP    F F F F F F
RE    F F F F F F
QU    F F F F T F
RW    F F F F T F
PE    F F F F T F
OI    T F T F T F
OH    F F F F T F
"""
BY_LETTERS = {letters: status for status, letters in LETTERS.items()}


@pytest.mark.parametrize("row", TRUTH.strip().splitlines()[1:])
def test_truth_by_status(row: str) -> None:
    letters, *expected = row.split()
    view = Fixed(JobState(status=BY_LETTERS[letters], exit_code=4))
    for kind, truth in zip("sfdtne", expected, strict=True):
        atom = Atom(Kind(kind), "J", comparison="=", operand=4)
        assert atom_holds(atom, view, NOBODY, 0) is (truth == "T"), f"{kind}(J) with J {letters}"


@pytest.mark.parametrize("kind", list(Kind))
def test_unknown_names_are_false(kind: Kind) -> None:
    assert not atom_holds(Atom(kind, "nobody", comparison="!=", operand=1), Fixed(), NOBODY, 0)


@pytest.mark.parametrize(
    ("value", "comparison", "operand", "truth"),
    [
        ("10", ">", "9", True),
        ("10", ">", "9x", False),
        ("007", "=", "7", True),
        ("yes", "=", "yes", True),
        ("Yes", "=", "yes", False),
        ("b", ">=", "a", True),
        ("", "=", "", True),
        ("-3", "<", "+2", True),
        ("1" * 5000, ">", "2", False),  # too long for a number: compared by characters
        ("٣", "=", "3", False),  # digits of other scripts are characters
    ],
)
def test_globals_compare_as_numbers_if_both_are(value: str, comparison: str, operand: str, truth: bool) -> None:
    atom = Atom(Kind.VALUE, "G", comparison=comparison, operand=operand)
    assert atom_holds(atom, Fixed(G=value), NOBODY, 0) is truth


def test_look_back_zero_orders_ends_within_a_second() -> None:
    atom = Atom(Kind.SUCCESS, "J", lookback=0)
    ended = Fixed(JobState(status=Status.SUCCESS, last_end=100, end_seq=7))
    assert atom_holds(atom, ended, NOBODY, 200)
    assert atom_holds(atom, ended, JobState(last_end=100, end_seq=6), 200)
    assert not atom_holds(atom, ended, JobState(last_end=100, end_seq=8), 200)


def test_look_back_of_a_job_that_never_ran_is_false() -> None:
    assert not atom_holds(Atom(Kind.NOTRUNNING, "J", lookback=60), Fixed(JobState()), NOBODY, 0)


def truth(text: str, *program: int) -> bool:
    """`TF` are the truths of the atoms."""
    atoms = tuple(Atom(Kind.VALUE, letter, comparison="=", operand="1") for letter in text)
    return Condition(atoms, program).holds(Fixed(T="1", F="0"), NOBODY, 0)


def test_the_program_groups_as_the_parser_said() -> None:
    assert truth("TTF", 0, 1, 2, AND, OR)  # T | (T & F)
    assert not truth("TTF", 0, 1, OR, 2, AND)  # (T | T) & F


def test_a_hundred_thousand_terms_need_no_recursion() -> None:
    atoms = (Atom(Kind.VALUE, "T", comparison="=", operand="1"),)
    program = [0] * 100_000 + [AND] * 99_999
    condition = Condition(atoms, tuple(program))
    assert condition.holds(Fixed(T="1"), NOBODY, 0)
    assert Condition.from_json(json.loads(json.dumps(condition.to_json()))) == condition


def test_as_integer() -> None:
    assert [as_integer(each) for each in ("12", "-12", "+1", "", "-", "1.0", "0x1", "١٢")] == [
        12, -12, 1, None, None, None, None, None,
    ]  # fmt: skip
