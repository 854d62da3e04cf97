"""Feeds mutated texts to a target and keeps what goes wrong: one text a fault, as short as it could be made."""

import re
import signal
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from types import FrameType
from typing import NamedTuple

from tests.fuzz.mutation import mutate

PATIENCE = 10.0
"""Seconds of CPU time that one text may take."""
SHRINKING = 300
"""Attempts to make a text shorter."""


class Hang(Exception):
    """A text took too long."""


class Target(NamedTuple):
    """Something that reads text. `play` raises for every fault of ours, refusals of the product are none."""

    seeds: Sequence[str]
    words: Sequence[str]
    """What means something in such a text."""
    play: Callable[[str, Random], None]


@dataclass
class Found:
    played: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    """By the place where it went wrong: the shortest text that does it."""


def fuzz(target: Target, seed: int, texts: int | None = None, seconds: float | None = None) -> Found:
    """Until so many texts were played or so much time went by."""
    chance, found = Random(seed), Found()
    deadline = time.monotonic() + seconds if seconds is not None else None
    while (texts is None or found.played < texts) and (deadline is None or time.monotonic() < deadline):
        text = chance.choice(target.seeds)
        if chance.random() < 0.97:
            text = mutate(text, target.seeds, target.words, chance)
        number = chance.getrandbits(32)
        found.played += 1
        place = _fault(target, text, number)
        if place and place not in found.faults:
            found.faults[place] = _shortest(target, text, number, place)
    return found


def _fault(target: Target, text: str, number: int) -> str:
    """Where it goes wrong; empty if it does not."""
    try:
        with _limited():
            target.play(text, Random(number))
    except Exception as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "campaign.py" not in frame.filename]
        last = next((frame for frame in reversed(frames) if "autosys_py" in frame.filename), frames[-1])
        where = "" if isinstance(error, Hang) else f" in {last.filename.rpartition('/')[2]}:{last.lineno}"
        return f"{type(error).__name__}{where}: {re.sub(r'[0-9]+', 'N', str(error))[:60]}"
    return ""


@contextmanager
def _limited() -> Iterator[None]:
    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _shortest(target: Target, text: str, number: int, place: str) -> str:
    """A shorter text with the same fault: pieces are left out as long as it stays."""
    if place.startswith("Hang"):
        return text
    size, attempts = max(1, len(text) // 2), 0
    while size and attempts < SHRINKING:
        at = 0
        while at < len(text) and attempts < SHRINKING:
            shorter = text[:at] + text[at + size :]
            attempts += 1
            if _fault(target, shorter, number) == place:
                text = shorter
            else:
                at += size
        size //= 2
    return text
