"""Wildcards of the command line (cli.md §1.5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autosys_py.cli.names import is_pattern, is_speakable, matcher, select

NAMES = ["A_B", "AXB", "A.B", "B", ""]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("ALL", NAMES),
        ("all", NAMES),
        ("%", NAMES),
        ("A_B", ["A_B"]),
        ("A?B", ["A_B", "AXB", "A.B"]),
        ("A_B%", ["A_B", "AXB", "A.B"]),
        ("_", ["B"]),
        ("A.B", ["A.B"]),
        ("*B", ["A_B", "AXB", "A.B", "B"]),
        ("a%", []),
        ("C_", []),
        ("[AB]", []),
    ],
)
def test_what_a_value_names(value: str, found: list[str]) -> None:
    assert select(value, NAMES, str) == found


def test_one_blank_is_a_job_without_a_group() -> None:
    assert [matcher(" ")(group) for group in ("", " ", "A")] == [True, False, False]


def test_a_pattern_may_match_nothing_a_name_may_not() -> None:
    assert [is_pattern(value) for value in ("ALL", "a%", "a*", "a?", "a_b", "ab")] == [True] * 4 + [False] * 2


@pytest.mark.parametrize("name", ["", "a\nb", "\x1b", "\udcff", "\u202e"])
def test_unspeakable(name: str) -> None:
    assert not is_speakable(name)


def slowly(pattern: str, name: str) -> bool:
    """The definition, without a thought of time."""
    if not pattern:
        return not name
    if pattern[0] in "%*":
        return any(slowly(pattern[1:], name[skipped:]) for skipped in range(len(name) + 1))
    return bool(name) and (pattern[0] in "_?" or pattern[0] == name[0]) and slowly(pattern[1:], name[1:])


@given(st.text("ab%_*?", max_size=6).filter(lambda text: text != " "), st.text("ab", max_size=7))
def test_equals_its_definition(pattern: str, name: str) -> None:
    assert matcher(pattern)(name) == slowly(pattern, name)
