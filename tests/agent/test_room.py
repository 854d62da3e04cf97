"""A run folder that cannot be written: nothing is started without its record, and starts wait for better times."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autosys_py.agent import local
from autosys_py.agent.protocol import Report
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey
from tests.agent.local import Bench
from tests.agent.orders import order

LIMIT = resource.getrlimit(resource.RLIMIT_FSIZE)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(local, "_ROOM_PAUSE", 0.02)
    with Bench(tmp_path / "state" / "run") as bench:
        yield bench


@contextmanager
def full_disk() -> Iterator[None]:
    """Files can be made, and nothing can be written to them: what a full disk mostly is. For this very process, so a
    test frees it before it ends."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, LIMIT[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, LIMIT)


def refused(bench: Bench, key: RunKey) -> Report:
    return bench.wait_for(lambda report: report.key == key and report.code is EventCode.AGENT_UNREACHABLE)


def is_back(report: Report) -> bool:
    return report.code is EventCode.AGENT_REACHABLE


def test_a_start_that_cannot_be_recorded_does_not_happen(bench: Bench, tmp_path: Path) -> None:
    with full_disk():
        key = bench.start(f"mkdir {tmp_path}/ran")
        assert refused(bench, key).text.startswith("run folder: ")
        assert not (tmp_path / "ran").exists()
        assert not any(map(is_back, bench.reports))
    bench.wait_for(is_back)
    again = bench.start_order(order(f"mkdir {tmp_path}/ran", (key.joid, key.run_num, key.ntry + 1)))
    assert bench.end_of(again).exit_code == 0
    assert (tmp_path / "ran").is_dir()


def test_a_run_folder_that_is_gone(bench: Bench) -> None:
    shutil.rmtree(bench.root)
    bench.root.write_text("in its place")
    assert "Not a directory" in refused(bench, bench.start("true")).text
    bench.root.unlink()
    bench.root.mkdir()
    bench.wait_for(is_back)
    assert bench.run("exit 3").exit_code == 3


def test_trouble_of_one_job_is_no_trouble_of_the_machine(bench: Bench) -> None:
    (bench.root / "1").write_text("a file where its folder should be")
    key = bench.start("true")
    failed = bench.wait_for(lambda report: report.key == key)
    assert failed.code is EventCode.AGENT_START_FAILED


def test_a_running_job_ends_with_its_own_code_whatever_became_of_the_disk(bench: Bench, tmp_path: Path) -> None:
    key = bench.start(f"until test -e {tmp_path}/go; do sleep 0.01; done; exit 7")
    with full_disk():
        (tmp_path / "go").mkdir()
        assert bench.end_of(key).exit_code == 7


@pytest.mark.parametrize("where", ["std_out_file", "std_err_file"])
def test_output_that_finds_no_room_is_the_jobs_own_matter(bench: Bench, where: str) -> None:
    stream = "" if where == "std_out_file" else " >&2"
    assert bench.run(f"echo text{stream} || exit 9", **{where: "/dev/full"}).exit_code == 9
    assert bench.run(f"echo text{stream}; exit 0", **{where: "/dev/full"}).exit_code == 0


def test_nobody_else_reads_what_a_run_leaves(bench: Bench) -> None:
    key = bench.start("echo secret")
    bench.end_of(key)
    folder = bench.folder(key)
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert modes == {"record": 0o600, "out": 0o600, "err": 0o600}
    for each in (folder, folder.parent, bench.root, bench.root.parent):
        assert each.stat().st_mode & 0o777 == 0o700
