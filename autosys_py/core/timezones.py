"""Time zones by the names that people type (rule D-09, cli.md §7.6).

A name is looked up three ways, in this order: as a zone of the system; as an entry of `autotimezone`, which leads to
another name, over at most five links; as a POSIX rule such as `GMT+5` or `CET-1CEST,M3.5.0,M10.5.0/3`, whose offsets
count hours west of Greenwich. Case and blanks never matter, except in the letters of a POSIX rule, which mean nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

LINKS: Final = 5
"""Entries that a name may lead through."""
LONGEST: Final = 50
"""Characters in a name."""


def folded(name: str) -> str:
    """What two spellings of one name have in common."""
    return "".join(name.split()).lower()


_CHARACTERS: Final = re.compile(r"[A-Za-z0-9/_+\-:,.<> ]+")


def is_name(text: str) -> bool:
    """May a zone, alias or city be called so? Letters, digits and what POSIX rules consist of, 50 at most."""
    return len(text) <= LONGEST and folded(text) != "" and _CHARACTERS.fullmatch(text) is not None


class TimeZones:
    """The zones that names stand for, given the entries of `autotimezone`."""

    def __init__(self, entries: Mapping[str, str], system: Callable[[], Iterable[str]] = available_timezones) -> None:
        """`entries` leads from a name to a name or rule, `system` lists the zones there are."""
        self._entries = {folded(name): target for name, target in entries.items()}
        self._system = system

    def zone(self, name: str) -> ZoneInfo | None:
        """The zone that a name stands for; None if it stands for none."""
        for _ in range(LINKS + 1):
            known = self.system_name(name)
            if known is not None:
                return ZoneInfo(known)
            if folded(name) not in self._entries:
                return posix_zone(name)
            name = self._entries[folded(name)]
        return None

    def system_name(self, name: str) -> str | None:
        """The system zone of that name, as the system spells it."""
        return self._system_names.get(folded(name))

    @cached_property
    def _system_names(self) -> dict[str, str]:
        """Several spellings may differ in case alone (`GB-Eire`, `GMT0`): the one that sorts first is taken."""
        return {folded(name): name for name in sorted(self._system(), reverse=True)}


_NAME = r"(?:[A-Za-z]{3,16}|<[A-Za-z0-9+-]{3,16}>)"
_OFFSET = r"[+-]?\d{1,3}(?::\d{1,2}){0,2}"
_POSIX: Final = re.compile(rf"{_NAME}{_OFFSET}(?P<summer>{_NAME}(?:{_OFFSET})?(?P<rule>,.+)?)?", re.ASCII)
_SUMMER: Final = ",M3.2.0,M11.1.0"
"""When summer time is if a rule does not say: from the second Sunday of March to the first of November, as the C
library has it."""


def posix_zone(rule: str) -> ZoneInfo | None:
    """The zone of a POSIX rule; None if it is none."""
    text = "".join(rule.split())
    matched = _POSIX.fullmatch(text)
    if matched is None:
        return None
    if matched["summer"] and not matched["rule"]:
        text += _SUMMER
    try:
        return ZoneInfo.from_file(_ZoneFile(text), key=text)
    except ValueError:
        return None


class _ZoneFile:
    """A zone file (RFC 8536) that says nothing but the rule in its footer."""

    def __init__(self, rule: str) -> None:
        header = b"TZif2" + bytes(15)
        counts = bytes(12) + (0).to_bytes(4, "big") + (1).to_bytes(4, "big") + (4).to_bytes(4, "big")
        block = header + counts + bytes(6) + b"UTC\0"  # one local time type, which the rule replaces at once
        self._data = block + block + b"\n" + rule.encode("ascii") + b"\n"
        self._place = 0

    def read(self, size: int = -1) -> bytes:
        stop = len(self._data) if size < 0 else self._place + size
        taken = self._data[self._place : stop]
        self._place += len(taken)
        return taken

    def seek(self, offset: int, whence: int = 0) -> int:
        self._place = offset + (self._place if whence == 1 else 0)
        return self._place

    def readline(self) -> bytes:
        stop = self._data.index(b"\n", self._place) + 1 if b"\n" in self._data[self._place :] else len(self._data)
        return self.read(stop - self._place)
