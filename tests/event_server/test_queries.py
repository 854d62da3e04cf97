"""The loader of `queries.sql`, and that the file holds neither too much nor too little."""

import re
from pathlib import Path

from autosys_py.event_server import queries
from autosys_py.event_server.queries import QUERIES, Query, parse

SOURCES = Path(queries.__file__).parent
USED = re.compile(r'\.(?:rows|row|pages|returned|change|change_many)\(\s*"(\w+)"')


def test_a_query_is_its_text_without_comments() -> None:
    text = (
        "-- head\n\n-- name: one\n-- why: because\nselect a\nfrom t where b = :b; -- end\n\n-- name: two\nselect 1;\n"
    )
    assert parse(text) == {"one": Query("select a\nfrom t where b = :b", ("b",)), "two": Query("select 1", ())}


def test_parameters_by_position() -> None:
    query = Query("insert into t values (:b, :a)", ("b", "a"))
    assert query.by_position == "insert into t values (?, ?)"


def test_every_query_is_used_and_every_used_one_exists() -> None:
    used = {name for path in SOURCES.glob("*.py") for name in USED.findall(path.read_text(encoding="utf-8"))}
    assert used == set(QUERIES)


def test_names_are_unique() -> None:
    text = (SOURCES / "queries.sql").read_text(encoding="utf-8")
    names = re.findall(r"^-- name: (\w+)$", text, re.MULTILINE)
    assert len(names) == len(set(names))


def test_bulk_statements_take_each_parameter_once() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py"))
    for name in re.findall(r'\.change_many\(\s*"(\w+)"', source):
        parameters = QUERIES[name].parameters
        assert len(parameters) == len(set(parameters)), name


def test_statements_are_portable() -> None:
    for name, query in QUERIES.items():
        for word in ("pragma", "insert or ", "replace into", "json_", "unixepoch", "datetime(", "rowid", "::"):
            assert word not in query.text.lower(), f"{name}: {word}"
