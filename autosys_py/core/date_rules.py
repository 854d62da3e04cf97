"""Rules of extended calendars: conditions over keywords, kept as postfix programs (jil.md §6.3).

`(jan|feb) & NOT mon` has the keywords jan, feb, mon and the program 0 1 OR 2 NOT AND. A program is a flat list, so a
rule of any depth is evaluated without recursion; the parser in `jil` has already put `&` and `|`, which have equal
rank, into their order from left to right. An evaluation works on sets of days.

Several rules make one calendar. Some exclude: a lone excluding keyword, or NOT before the whole of the rest. What the
including rules give is united and what the excluding ones name is taken from it. If all of them exclude, each means
what is left of its own base, nearly always every day, and a day must be left by all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from autosys_py.core.almanac import Almanac
from autosys_py.core.date_keywords import Family, Keyword

AND: Final = -1
OR: Final = -2
NOT: Final = -3


@dataclass(frozen=True, slots=True)
class Rule:
    """Keywords and the postfix program over them: an index pushes a keyword's days, the operators combine."""

    keywords: tuple[Keyword, ...]
    program: tuple[int, ...]

    def days(self, almanac: Almanac) -> set[int]:
        return _evaluate(self.keywords, self.program, almanac)

    @property
    def needs_cycle(self) -> bool:
        return any(keyword.family.needs_cycle for keyword in self.keywords)

    @property
    def excludes(self) -> bool:
        """Is it one exclusion?"""
        rest, negated = self._without_not()
        lone = len(rest) == 1 and self.keywords[rest[0]].but_of is not None
        return negated != lone

    def excluded(self, almanac: Almanac) -> set[int]:
        """The days that an excluding rule names."""
        rest, _ = self._without_not()
        if len(rest) == 1:
            return self.keywords[rest[0]].picked(almanac)
        return _evaluate(self.keywords, rest, almanac)

    def _without_not(self) -> tuple[Sequence[int], bool]:
        """The program less the NOTs over the whole of it, and whether their number was odd."""
        end = len(self.program)
        while self.program[end - 1] == NOT:
            end -= 1
        return self.program[:end], (len(self.program) - end) % 2 == 1


DAILY: Final = Rule((Keyword(Family.DAILY),), (0,))


def _evaluate(keywords: Sequence[Keyword], program: Sequence[int], almanac: Almanac) -> set[int]:
    stack: list[set[int]] = []
    for code in program:
        if code >= 0:
            stack.append(keywords[code].days(almanac))
        elif code == NOT:
            stack[-1] = set(almanac.every_day) - stack[-1]
        else:
            right = stack.pop()
            stack[-1] = stack[-1] & right if code == AND else stack[-1] | right
    return stack[0]


def combined(rules: Sequence[Rule], almanac: Almanac) -> set[int]:
    """The days that several rules give together; every day if there is none."""
    excluding = [rule for rule in rules if rule.excludes]
    including = [rule for rule in rules if not rule.excludes]
    if excluding and not including:
        return set.intersection(*(rule.days(almanac) for rule in excluding))
    days: set[int] = set().union(*(rule.days(almanac) for rule in including or (DAILY,)))
    return days.difference(*(rule.excluded(almanac) for rule in excluding))
