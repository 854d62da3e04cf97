"""The name that was meant by a misspelt one, found without reading the names of an estate of any size.

Every name one slip away is looked up by its index: a letter too many, one missing, one for another, two exchanged, or
the wrong case. That is some thousand cheap questions, whether there are ten jobs or a hundred thousand.
"""

from collections.abc import Callable, Iterator
from string import ascii_lowercase, ascii_uppercase, digits
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer, JobHead

LONGEST = 64
MARKS = "_-.#@"


def near_job(store: "EventServer", name: str, fits: "Callable[[JobHead], bool]" = lambda head: True) -> str:
    """A job whose name is one slip away from this one, empty if there is none."""
    for slip in slips(name) if len(name) <= LONGEST else ():
        head = store.head(slip)
        if head is not None and slip != name and fits(head):
            return slip
    return ""


def slips(name: str) -> Iterator[str]:
    """What may have been meant, the likeliest first; names may repeat."""
    yield from (name.upper(), name.lower(), name.strip())
    yield from (name.replace(mark, other) for mark in MARKS for other in MARKS if mark in name)
    places = range(len(name))
    yield from (name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :] for at in places[:-1])
    letters = _letters(name)
    yield from (name[:at] + letter + name[at:] for at in range(len(name) + 1) for letter in letters)
    yield from (name[:at] + name[at + 1 :] for at in places if len(name) > 1)
    yield from (name[:at] + letter + name[at + 1 :] for at in places for letter in letters)


def _letters(name: str) -> str:
    """What its names are made of: letters of its own case."""
    lower = ascii_lowercase if any(letter.islower() for letter in name) else ""
    upper = ascii_uppercase if any(letter.isupper() for letter in name) or not lower else ""
    return lower + upper + digits + MARKS
