"""An order in which things follow one another, where some lead to others."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def in_order(items: Iterable[T], following: Callable[[T], Iterable[T]]) -> list[T]:
    """Each item before those it leads to; in a circle one step goes back. Without recursion, a chain may be of any
    length; where nothing decides the order is that of `items`."""
    done: list[T] = []
    seen: set[T] = set()
    for first in reversed(list(items)):
        if first in seen:
            continue
        seen.add(first)
        stack = [(first, iter(following(first)))]
        while stack:
            _, rest = stack[-1]
            after = next((each for each in rest if each not in seen), None)
            if after is None:
                done.append(stack.pop()[0])
            else:
                seen.add(after)
                stack.append((after, iter(following(after))))
    return done[::-1]
