"""What a report reads of a SQLite store: of the past only what it shows, of everything only a page at a time."""

from pathlib import Path
from typing import Any

import pytest

from autosys_py.cli import clock
from autosys_py.cli.autorep import COMMAND
from autosys_py.cli.job_rows import rows_of_jobs
from autosys_py.cli.run import run
from autosys_py.core.codes import Status
from autosys_py.event_server.open import open_sqlite
from autosys_py.event_server.queries import QUERIES
from autosys_py.event_server.seam import PAGE
from autosys_py.event_server.sqlite import SqliteStore
from tests.cli.estate import NOW, Estate, retail

REPORTS = (
    "-J RET_CLOSE", "-J RET_CLOSE -d", "-J RET_CLOSE -r -1", "-J RET_CLOSE -d -r -1", "-J RET_CLOSE -L 2",
    "-J RET_CLOSE -d -t", "-J RET_STOCK_BX -d", "-J RET_CLOSE -q",
)  # fmt: skip


class Reader:
    """Runs autorep on a store in a file, and remembers each statement and how many rows it gave."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = folder / "ACE.db"
        self.read: list[tuple[str, int]] = []
        self.estate = retail(open_sqlite(self.path))
        execute = SqliteStore._execute

        def remembered(store: SqliteStore, query: str, parameters: dict[str, Any]) -> Any:
            rows, changed = execute(store, query, parameters)
            self.read.append((query, len(rows)))
            return rows, changed

        monkeypatch.setenv("AUTOUSER", str(folder))
        monkeypatch.setenv("TZ", "UTC")
        monkeypatch.setattr(clock, "now", lambda: NOW)
        monkeypatch.setattr(SqliteStore, "_execute", remembered)

    def __call__(self, line: str) -> list[tuple[str, int]]:
        self.read.clear()
        assert run(COMMAND, line.split()) == 0
        return list(self.read)


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    for variable in ("AUTOSERV", "AUTOSYS_EVENT_SERVER"):
        monkeypatch.delenv(variable, raising=False)
    return Reader(tmp_path, monkeypatch)


@pytest.mark.parametrize("line", REPORTS)
def test_a_report_on_one_job_scans_nothing(line: str, reader: Reader) -> None:
    read = {query for query, _ in reader(line)} - {"revision"}  # of a table of one row
    connection = reader.estate.store._connection  # type: ignore[attr-defined]
    for name in read:
        parameters = dict.fromkeys(QUERIES[name].parameters, 1)
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {QUERIES[name].text}", parameters)]
        assert not any(step.startswith("SCAN") for step in steps), (name, steps)


@pytest.mark.parametrize("line", [line for line in REPORTS if "RET_CLOSE" in line])
def test_the_past_of_other_jobs_costs_nothing(line: str, reader: Reader) -> None:
    before = reader(line)
    _grow(reader.estate)
    assert reader(line) == before


def _grow(estate: Estate) -> None:
    """Fifty runs of another job."""
    joid = estate.head("RET_STOCK_FW").joid
    facts = [estate.status(joid, Status.SUCCESS, "02/03/2025 05:00:00", number) for number in range(100, 150)]
    runs = [
        estate.run(joid, number, "02/03/2025 04:59:00", "02/03/2025 05:00:00", Status.SUCCESS, 0, fact)
        for number, fact in zip(range(100, 150), facts, strict=True)
    ]
    estate.past(facts, runs)


def test_everything_is_read_a_page_at_a_time(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(PAGE + 10):
        reader.estate.job(f"MORE_{number}")
    read = reader("-J ALL")
    assert max(rows for _, rows in read) == PAGE
    assert {query for query, _ in read} <= {"revision", "summaries_in_after"}


def test_the_first_rows_come_at_once(reader: Reader) -> None:
    """Before anything else is read, however much there is."""
    for number in range(PAGE + 10):
        reader.estate.job(f"MORE_{number}")
    reader.read.clear()
    lines = rows_of_jobs(reader.estate.store, "ALL", None).lines
    assert [next(lines).row.name for _ in range(3)] == ["RET_STOCK_BX", "RET_STOCK_FW", "RET_STOCK_MAIL"]
    assert reader.read == [("summaries_in_after", PAGE), ("summaries_in_after", 2)]
