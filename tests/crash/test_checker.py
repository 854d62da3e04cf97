"""The judge sees what it is there to see: a round that went well is spoilt in every way, one at a time."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autosys_py.event_server.driver import driver
from tests.crash.checker import judge
from tests.crash.schedulers import Counts, Round

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120)]


@pytest.fixture(scope="module", name="good")
def _good(tmp_path_factory: pytest.TempPathFactory) -> Round:
    under = Round(tmp_path_factory.mktemp("round") / "r", 5, Counts(), 24)
    under.storm(3)
    under.finish()
    under.close()
    assert under.faults == []
    assert judge(under) == []
    return under


def ledger(change: Callable[[list[str]], object]) -> Callable[[Round], None]:
    def spoil(under: Round) -> None:
        lines = under.ledger.read_text(encoding="utf-8").splitlines()
        change(lines)
        under.ledger.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return spoil


def store(statement: str) -> Callable[[Round], None]:
    def spoil(under: Round) -> None:
        connection = driver.connect(under.store)
        connection.execute(statement)
        connection.commit()
        connection.close()

    return spoil


def forget_a_start(lines: list[str]) -> None:
    lines.remove(next(line for line in lines if line.startswith("s ")))


def another_code(lines: list[str]) -> None:
    number = next(number for number, line in enumerate(lines) if line.startswith("e "))
    lines[number] = " ".join((*lines[number].split()[:2], "77"))


def stranger(lines: list[str]) -> None:
    lines.append("s /x/run/ACE/y/99999/1.1 stranger")


ENDED = "select joid from job_runs where status = 4 and end_time is not null and joid > 1"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (ledger(lambda lines: lines.append(next(line for line in lines if line.startswith("s ")))), "doubled"),
        (ledger(forget_a_start), "missed"),
        (ledger(another_code), "wrong"),
        (ledger(stranger), "extra"),
        (store("update proc_event set text = 'x' where seq = 5"), "broken"),
        (store(f"update job_status set last_end = last_end + 1 where joid in ({ENDED})"), "differ"),
        (store(f"update job_runs set exit_code = 3 where joid in ({ENDED})"), "wrong"),
        (store(f"delete from job_runs where joid in ({ENDED} limit 1)"), "tries"),
        (store("update job_runs set exit_code = -657, status = 6 where status = 4 and joid > 1"), "without an alarm"),
        (store("insert into event select 999999, 117, 1, 10, 0, 0, 0, 0, null, null, '', '', '', '', 0"), "overdue"),
        (store("delete from proc_event where reason = 'c1'"), "command 1"),
    ],
)
def test_what_is_spoilt_is_found(good: Round, tmp_path: Path, spoil: Callable[[Round], None], said: str) -> None:
    kept = good.folder
    good.folder, good.ledger = tmp_path / "r", tmp_path / "r" / "ledger"
    shutil.copytree(kept, good.folder)
    try:
        spoil(good)
        faults = judge(good)
        assert any(said in fault for fault in faults), faults
    finally:
        good.folder, good.ledger = kept, kept / "ledger"
