"""What is wrong with a stanza, as data: nothing in this package raises for bad input or prints."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault, with its place in the input. Lines and columns count from 1."""

    code: int
    """Number of the message (jil.md §9); 0 = a line of ours, which has none."""
    text: str
    line: int = 0
    column: int = 0
    source: str = ""
    """The source line, as read: whoever shows it must make it visible first."""
    is_error: bool = True
    """An error refuses the stanza, a warning lets it pass."""
    typed: str = ""
    """The word that was not understood …"""
    choices: tuple[str, ...] = ()
    """… and what could have been meant."""
    hint: str = ""
    """What to type instead, if that is known without guessing."""

    @property
    def suggestion(self) -> str:
        """What to type next; empty if nothing is near. Computed when asked for, because guessing is slow."""
        return self.hint or nearest(self.typed, self.choices)


def nearest(typed: str, choices: Iterable[str]) -> str:
    """The choice that looks most like `typed`, or an empty string."""
    return _nearest(typed.lower(), tuple(choices)) if typed and len(typed) <= 64 else ""


@lru_cache(maxsize=1024)
def _nearest(typed: str, choices: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    folded = {each.lower(): each for each in choices if abs(len(each) - len(typed)) <= 4}
    found = get_close_matches(typed, folded, n=1, cutoff=0.7)
    return folded[found[0]] if found else ""
