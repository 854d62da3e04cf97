"""The statements of `queries.sql` by name."""

import re
from pathlib import Path
from typing import NamedTuple

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_COMMENT = re.compile(r"--.*")
_PARAMETER = re.compile(r":(\w+)")


class Query(NamedTuple):
    """One statement."""

    text: str
    """With parameters as `:name`, without comments."""
    parameters: tuple[str, ...]
    """Their names, in order of appearance."""

    @property
    def by_position(self) -> str:
        """The same with `?` for each parameter: rows of a bulk are bound faster as tuples than as dictionaries."""
        return _PARAMETER.sub("?", self.text)


def parse(text: str) -> dict[str, Query]:
    """Queries by name; what stands before the first one is for the reader."""
    _, *parts = _NAME.split(text)
    return {name: _query(body) for name, body in zip(parts[::2], parts[1::2], strict=True)}


def _query(body: str) -> Query:
    text = _COMMENT.sub("", body).strip().rstrip(";")
    return Query(text, tuple(_PARAMETER.findall(text)))


QUERIES = parse(Path(__file__).with_name("queries.sql").read_text(encoding="utf-8"))
