"""Names and wildcards of the command line (cli.md §1.5).

`%` and `*` are any string, `_` and `?` one character, `ALL` everything, `" "` the group or application of jobs
that have none. A value with `%`, `*` or `?` is a pattern; one with `_` alone is first the exact name.
"""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from autosys_py.core.text import visible

T = TypeVar("T")


def is_everything(value: str) -> bool:
    return value.upper() == "ALL"


def is_pattern(value: str) -> bool:
    """True if the value may match nothing without being wrong."""
    return is_everything(value) or any(wildcard in value for wildcard in "%*?")


def is_speakable(name: str) -> bool:
    """False for what no object can be called: empty, or with characters that a terminal would act on."""
    return bool(name) and visible(name) == name


def matcher(value: str) -> Callable[[str], bool]:
    """Does a name match this value as a pattern? Takes time linear in the name, whatever the pattern."""
    if is_everything(value):
        return lambda _name: True
    if value == " ":
        return lambda name: name == ""
    first, *rest = re.split(r"[%*]+", value)
    expression = _literal(first)
    if rest:
        expression += "".join(f"(?>.*?{_literal(part)})" for part in rest[:-1]) + f".*{_literal(rest[-1])}"
    compiled = re.compile(expression, re.DOTALL)
    return lambda name: compiled.fullmatch(name) is not None


def select(value: str, items: Iterable[T], name_of: Callable[[T], str]) -> list[T]:
    """What a value names, in the order of `items`: the exact name, else what the pattern matches."""
    everything = list(items)
    if not is_pattern(value):
        exact = [item for item in everything if name_of(item) == value]
        if exact or "_" not in value:
            return exact
    matches = matcher(value)
    return [item for item in everything if matches(name_of(item))]


def _literal(part: str) -> str:
    return "".join("." if character in "_?" else re.escape(character) for character in part)
