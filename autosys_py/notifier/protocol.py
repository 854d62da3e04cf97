"""What a notifier is: it takes letters at once, works on them elsewhere, and says later what became of each.

The scheduler commits its orders before it gives them and may give any of them again after a crash: a letter carries
an identity that never changes, by which a mail server can know the second copy.
"""

from typing import NamedTuple, Protocol

from autosys_py.notifier.letter import Letter


class Delivery(NamedTuple):
    """What became of a letter."""

    letter: Letter
    error: str = ""
    """Why nobody took it; empty = somebody did."""
    permanent: bool = False
    """Trying again is pointless: the server will never take it."""
    remark: str = ""
    """For the log, where it was taken but not as it should have been."""


class Notifier(Protocol):
    """Where letters go."""

    def deliver(self, letter: Letter) -> None:
        """Takes a letter; returns at once and never raises."""

    def collect(self) -> list[Delivery]:
        """What became of letters since the last call; never waits."""

    def close(self) -> None:
        """Ends without waiting. A letter under way may arrive and will be given again."""
