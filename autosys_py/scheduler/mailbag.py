"""Notifications between the store and the notifier: when each is due, and what became of it.

Everything here can be lost: what is still to be told stands in the store, and `fill` takes it from there again.
"""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush

from autosys_py.core.codes import EventCode, Status
from autosys_py.core.model import Event, Notification
from autosys_py.notifier.protocol import Delivery, Notifier
from autosys_py.scheduler.turn import Turns


class Mailbag:
    """Gives letters to the notifier when they are due, and brings its news to the next turn."""

    def __init__(self, turns: Turns, notifier: Notifier | None, time_of: Callable[[int], str], instance: str) -> None:
        self._turns = turns
        self._notifier = notifier
        self._time_of = time_of
        self._instance = instance
        self._due: list[tuple[int, int]] = []
        """Due time and `seq`, a heap."""
        self.in_hand: dict[int, None] = {}
        """What the notifier is at."""
        self.news: list[Event] = []
        """For the next turn; whoever took it in empties it."""

    def fill(self, orders: Iterable[Notification]) -> None:
        """Orders that were committed."""
        for order in orders:
            heappush(self._due, (order.due, order.seq))

    def give(self, now: int) -> None:
        """Hands over what is due. Takes no time to speak of, and no trouble of a letter is trouble of ours."""
        if self._notifier is None:
            return
        while self._due and self._due[0][0] <= now:
            due, seq = heappop(self._due)
            order = self._turns.world.notifications.get(seq)
            if order is not None and order.due == due and seq not in self.in_hand:
                self._give(order, now)

    def next_due(self) -> int | None:
        """When there may be something to hand over."""
        return self._due[0][0] if self._due else None

    def is_empty(self, now: int) -> bool:
        """Is nothing due, under way or to be said?"""
        return not (self.in_hand or self.news or (self._due and self._due[0][0] <= now))

    def has_news(self, now: int) -> bool:
        """Did the notifier say anything?"""
        if self._notifier is not None:
            self.news += [self._news_of(delivery, now) for delivery in self._notifier.collect()]
        return bool(self.news)

    def _give(self, order: Notification, now: int) -> None:
        assert self._notifier is not None
        try:
            letter = self._turns.letter(order, self._instance, self._time_of)
        except Exception as error:  # a letter that cannot be written must not stop a job
            event = _event(
                order.seq, order.joid, now, str(error) or type(error).__name__, EventCode.NOTIFICATION_FAILED
            )
            self._turns.complain(event)
            self.news.append(event)
            return
        if letter is None:
            gone = "what it tells of is no longer recorded"
            self.news.append(_event(order.seq, order.joid, now, gone, EventCode.NOTIFICATION_SENT))
            return
        self.in_hand[order.seq] = None
        self._notifier.deliver(letter)

    def _news_of(self, delivery: Delivery, now: int) -> Event:
        letter = delivery.letter
        self.in_hand.pop(letter.seq, None)
        code = EventCode.NOTIFICATION_FAILED if delivery.error else EventCode.NOTIFICATION_SENT
        event = _event(letter.seq, letter.joid, now, delivery.error or delivery.remark, code)
        if delivery.permanent:
            event.status = Status.FAILURE
        return event


def _event(seq: int, joid: int, now: int, text: str, code: EventCode) -> Event:
    return Event(code, now, joid=joid, name=str(seq), value=text)
