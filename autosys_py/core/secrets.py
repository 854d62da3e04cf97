"""Values that are never shown: of globals and of variables in `envvars`, marked by name (docs/security.md). Pure.

The key `SecretNames` is a comma list of patterns with `*` and `?`, in which case counts. A secret is stored, compared
and handed to jobs like any other value; logs, reports and audits show `MASK` in its place.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event, Fact

MASK = "********"
ASSIGNMENT = re.compile(r'\s*([A-Za-z_]\w*)=(?:"([^"]*)"|([^,]*))\s*(?:,|$)', re.ASCII)
"""One of a value of `envvars`: name, quoted text, bare text."""

Sent = TypeVar("Sent", bound=Event | Fact)
Pairs = tuple[tuple[str, str], ...]


class Secrets:
    """What `SecretNames` marks."""

    def __init__(self, names: str = "") -> None:
        wanted = [re.escape(name.strip()) for name in names.split(",") if name.strip()]
        patterns = [name.replace(r"\*", ".*").replace(r"\?", ".") for name in wanted]
        self._names = re.compile("|".join(patterns), re.DOTALL) if patterns else None

    def hides(self, name: str) -> bool:
        """Is the value of a global or variable of that name secret?"""
        return self._names is not None and self._names.fullmatch(name) is not None

    def value(self, name: str, value: str) -> str:
        """What may be shown of it."""
        return MASK if value and self.hides(name) else value

    def values(self, globals_: Mapping[str, str]) -> dict[str, str]:
        """The same for many."""
        return {name: self.value(name, value) for name, value in globals_.items()}

    def sent(self, event: Sent) -> Sent:
        """An event, or what it became, as it may be shown."""
        if event.code is EventCode.SET_GLOBAL and event.value != "DELETE" and self.hides(event.name):
            return replace(event, value=MASK)
        return event

    def attributes(self, pairs: Iterable[tuple[str, str]]) -> Pairs:
        """Attributes of a definition as they may be shown."""
        if self._names is None:
            return tuple(pairs)
        return tuple((name, self.assignments(value) if name == "envvars" else value) for name, value in pairs)

    def assignments(self, text: str) -> str:
        """A value of `envvars` as it may be shown."""
        return ASSIGNMENT.sub(lambda found: self._assigned(found, MASK), text) if self._names is not None else text

    def kept(self, pairs: Pairs, before: Pairs) -> tuple[Pairs, list[str]]:
        """Attributes in which `MASK` for a secret means the value it had; and the names that had none. So what
        `autorep -q` shows may be fed back to `jil`."""
        old = {found[1]: found for _, value in _of_envvars(before) for found in ASSIGNMENT.finditer(value)}
        lost: list[str] = []

        def put_back(found: re.Match[str]) -> str:
            if (found[2] if found[2] is not None else found[3].strip()) != MASK or not self.hides(found[1]):
                return found[0]
            if found[1] not in old:
                lost.append(found[1])
                return found[0]
            was = old[found[1]]
            return self._assigned(found, was[2] if was[2] is not None else was[3].strip())

        if self._names is None or not any(MASK in value for _, value in _of_envvars(pairs)):
            return pairs, lost
        new = ((name, ASSIGNMENT.sub(put_back, value) if name == "envvars" else value) for name, value in pairs)
        return tuple(new), lost

    def _assigned(self, found: re.Match[str], value: str) -> str:
        """The assignment with another value, but for that as it was typed."""
        if not self.hides(found[1]):
            return found[0]
        part = 2 if found[2] is not None else 3
        start, end = found.start(part) - found.start(), found.end(part) - found.start()
        return f"{found[0][:start]}{value}{found[0][end:]}"


def _of_envvars(pairs: Pairs) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[0] == "envvars"]
