"""Restart behaviour (extensions.md §4): what follows the end of a run, decided from three things alone.

How the run ended, what the job's attributes say about such an end, and how often the chain has been restarted already.
A chain is a run and its restarts; whatever else starts the job begins a new one. Nothing here knows the world;
`aftermath` carries out what is decided.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Self

from autosys_py.core.codes import QUEUED, Status


class Ending(StrEnum):
    """How a run ended; the value is what the attributes call it."""

    COMPLETED = "completed"
    """SUCCESS."""
    ERROR = "error"
    """FAILURE."""
    KILLED = "killed"
    """TERMINATED while its process ran, or while the box ran."""
    CANCELED = "canceled"
    """Taken out of a queue before it ran."""
    UNKNOWN = "unknown"
    """Nobody knows what became of the process."""


ENDINGS = {Status.SUCCESS: Ending.COMPLETED, Status.FAILURE: Ending.ERROR, Status.TERMINATED: Ending.KILLED}
"""Of a run that ended in this status."""


class Action(StrEnum):
    """Values of the `on_` attributes."""

    CONTINUE = "continue"
    STOP = "stop"
    REQUEST_RESTART = "request_restart"
    RESTART = "restart"
    RESTART_FROM_ERROR = "restart_from_error"
    RESTART_NO_RESUBMIT = "restart_no_resubmit"


DEFAULT_MAX_STARTS = 100
DEFAULT_DELAY = 15


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The attributes of a job that has any of them."""

    on: tuple[Action, ...] = (Action.CONTINUE,) * len(Ending)
    """In the order of `Ending`."""
    max_starts: int = DEFAULT_MAX_STARTS
    delay: int = DEFAULT_DELAY
    """Seconds from the end of a run to its restart."""

    def action(self, ending: Ending) -> Action:
        return self.on[_PLACES[ending]]

    def restarts_allowed(self, *, is_member: bool) -> int:
        """Automatic restarts of a chain: in a box the first run counts among `max_starts`, elsewhere it does not."""
        return max(self.max_starts - 1, 0) if is_member else self.max_starts

    def to_json(self) -> list[Any]:
        return [list(self.on), self.max_starts, self.delay]

    @classmethod
    def from_json(cls, stored: list[Any]) -> Self:
        actions, max_starts, delay = stored
        return cls(tuple(map(Action, actions)), max_starts, delay)


_PLACES = {ending: place for place, ending in enumerate(Ending)}


class Decision(NamedTuple):
    """What follows an end."""

    restarts: bool = False
    asks: bool = False
    """An operator is to say how it goes on."""
    stops: bool = False
    """Future starts are withdrawn."""
    from_error: bool = False
    """A box runs again without the members that are SUCCESS."""
    is_used_up: bool = False
    """It would be restarted, but `max_starts` allows no more."""


CONTINUE = Decision()


def decide(action: Action, ending: Ending, count: int, allowed: int, *, has_failed_member: bool) -> Decision:
    """What the action means after `count` automatic restarts of which `allowed` may be made."""
    match action:
        case Action.CONTINUE:
            return CONTINUE
        case Action.STOP:
            return Decision(stops=True)
        case Action.REQUEST_RESTART:
            return Decision(asks=True)
        case Action.RESTART_FROM_ERROR if ending is Ending.COMPLETED and not has_failed_member:
            return CONTINUE
    if count >= allowed:
        return Decision(is_used_up=True)
    return Decision(
        restarts=True,
        stops=action is Action.RESTART_NO_RESUBMIT,
        from_error=action is Action.RESTART_FROM_ERROR,
    )


class Chain(NamedTuple):
    """Where a job stands in a chain of restarts. A job that is in none has no Chain."""

    counted: int = 0
    """Automatic restarts so far."""
    restarts: int = 0
    """`run_num` of the run that the present one restarts, or the next one where that is due; 0 = none."""
    is_due: bool = False
    """The next start restarts the present run: the job is in RESTART, or in a queue on its way from there."""
    by_hand: bool = False
    """That restart was asked for by an operator: it is not counted and begins the count anew."""
    from_error: bool = False
    """The next start of the box leaves members that are SUCCESS as they are."""
    result: Status | None = None
    """What the run ended with, as long as that is not the job's status: in RESTART and in WAIT_REPLY."""
    is_stopped: bool = False
    """Future starts are withdrawn until the job is restarted by hand or redefined."""
    has_tick: bool = False
    """A start time passed while an answer was waited for; it counts once the answer is dealt with."""

    def to_json(self) -> list[Any]:
        return list(self)

    @classmethod
    def from_json(cls, stored: list[Any]) -> Self:
        chain = cls(*stored)
        return chain if chain.result is None else chain._replace(result=Status(chain.result))

    def or_none(self) -> "Chain | None":
        """None where it says nothing."""
        return None if self == NO_CHAIN else self

    def entering(self, status: Status, before: Status) -> "Chain | None":
        """What is left of it in another status that no start brought about: whoever leaves RESTART or a queue in any
        other way drops the restart, and only hold remembers what the run ended with."""
        if status in _ON_THE_WAY or (status is Status.ACTIVATED and before in QUEUED):
            return self
        if status is Status.ON_HOLD:
            return self._replace(is_due=False, by_hand=False, from_error=False)
        return self._replace(is_due=False, by_hand=False, from_error=False, result=None).or_none()

    def started(self) -> "Chain | None":
        """After the start of the restart that was due."""
        if self.by_hand:
            return Chain(restarts=self.restarts, has_tick=self.has_tick).or_none()
        return Chain(self.counted + 1, self.restarts, is_stopped=self.is_stopped, has_tick=self.has_tick)

    def in_new_box_run(self) -> "Chain | None":
        """A new run of the box begins the count at zero; what is withdrawn stays so."""
        return Chain(is_stopped=self.is_stopped).or_none()


NO_CHAIN = Chain()
_ON_THE_WAY = frozenset({*QUEUED, Status.RESTART, Status.WAIT_REPLY})
