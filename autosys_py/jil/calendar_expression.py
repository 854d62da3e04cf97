"""Conditions of extended calendars: text to rules (jil.md §6.3).

    rules      = expression { "," expression }
    expression = operand { ( "&" | "|" ) operand }         equal rank, from left to right
    operand    = { "NOT" } ( keyword | "(" expression ")" | "{" expression "}" )

Read by hand with a stack of open groups, so a condition may be nested as deep as its 255 characters allow. Each group
keeps the operator that waits for its right side and how many NOTs stand before its next operand; the program is
written as it is met.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from autosys_py.core.date_keywords import Keyword
from autosys_py.core.date_rules import AND, NOT, OR, Rule
from autosys_py.jil.calendar_keywords import EXAMPLES, BadDate, BadKeyword, read_keyword

_TOKEN: Final = re.compile(r"[ \t]*(?P<token>[A-Za-z0-9#*/_]+|.)", re.DOTALL)
_OPERATORS: Final = {"&": AND, "|": OR, "and": AND, "or": OR}
_CLOSING: Final = {"(": ")", "{": "}"}


class BadExpression(Exception):
    """The condition is refused; `place` counts characters from 0."""

    def __init__(self, code: int, place: int, typed: str = "", choices: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(code, place)
        self.code = code
        """10520 syntax, 10521 keyword, 50305 date."""
        self.place = place
        self.typed = typed
        self.choices = choices
        self.hint = hint


class _Group(NamedTuple):
    """An open bracket and what waits around it."""

    closing: str
    """What ends it; empty for the rule itself."""
    place: int
    pending: int
    """The operator before it, 0 = none."""
    negations: int
    """NOTs before it."""


def parse_rules(text: str) -> list[Rule]:
    """The rules of one condition. Raises BadExpression for the first fault."""
    reader = _Reader()
    for token, place in _tokens(text):
        reader.take(token, place)
    return reader.finish(len(text))


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    for matched in _TOKEN.finditer(text.rstrip(" \t")):
        yield matched["token"], matched.start("token")


class _Reader:
    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._begin_rule()

    def _begin_rule(self) -> None:
        self.keywords: list[Keyword] = []
        self.program: list[int] = []
        self.groups: list[_Group] = []
        self._begin_expression()

    def _begin_expression(self) -> None:
        self.pending = 0
        self.negations = 0
        self.wants_operand = True

    def take(self, token: str, place: int) -> None:
        folded = token.lower()
        if self.wants_operand:
            self._take_operand(token, folded, place)
        elif folded in _OPERATORS:
            self.pending = _OPERATORS[folded]
            self.wants_operand = True
        elif self.groups and token == self.groups[-1].closing:
            self._close()
        elif token == "," and not self.groups:
            self._end_rule()
            self._begin_rule()
        elif token == ",":
            raise BadExpression(10520, place, hint="inside brackets the alternatives are joined by |")
        else:
            closing = f" or {self.groups[-1].closing}" if self.groups else ""
            raise BadExpression(10520, place, hint=f"expected & or |{closing}")

    def _take_operand(self, token: str, folded: str, place: int) -> None:
        if folded == "not":
            self.negations += 1
        elif token in _CLOSING:
            self.groups.append(_Group(_CLOSING[token], place, self.pending, self.negations))
            self._begin_expression()
        elif token[0] in "#*/_" or token[0].isalnum():
            if folded in _OPERATORS:
                raise BadExpression(10520, place, hint="expected a keyword")
            self._push(token, place)
        else:
            raise BadExpression(10520, place, hint="expected a keyword")

    def _push(self, token: str, place: int) -> None:
        try:
            keyword = read_keyword(token)
        except BadKeyword:
            raise BadExpression(10521, place, re.split("[#0-9]", token)[0], EXAMPLES) from None
        except BadDate:
            raise BadExpression(50305, place, token) from None
        self.program.append(len(self.keywords))
        self.keywords.append(keyword)
        self._end_operand(self.pending, self.negations)

    def _close(self) -> None:
        group = self.groups.pop()
        self._end_operand(group.pending, group.negations)

    def _end_operand(self, pending: int, negations: int) -> None:
        """What is on the stack now is an operand: negate it, and combine it with what stands left of it."""
        if negations % 2:
            self.program.append(NOT)
        if pending:
            self.program.append(pending)
        self.pending = self.negations = 0
        self.wants_operand = False

    def _end_rule(self) -> None:
        self.rules.append(Rule(tuple(self.keywords), tuple(self.program)))

    def finish(self, end: int) -> list[Rule]:
        if self.wants_operand:
            raise BadExpression(10520, end, hint="expected a keyword")
        if self.groups:
            group = self.groups[-1]
            raise BadExpression(10520, group.place, hint=f"this bracket is never closed by {group.closing}")
        self._end_rule()
        return self.rules
