"""How long jil takes and how much memory, for estates of three sizes and for input that is no JIL (`make bench`).

Seconds move with the machine, so each figure stands beside what a plain loop of this Python costs at that moment; what
must hold is that time grows with the input and no faster.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.bench.figures import Figure, guard
from tests.bench.machine import loop_seconds
from tests.instance import LiveInstance

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

SIZES = (10_000, 30_000, 100_000)
MEGABYTE = 1 << 20


class Cost(NamedTuple):
    """Of one whole process."""

    wall: float
    cpu: float
    """Seconds."""
    memory: float
    """Megabytes at its peak."""


def cost_of(command: list[str], instance: LiveInstance, source: Path, expected: int = 0) -> Cost:
    """Runs a command on a file."""
    begin = time.monotonic()
    with source.open("rb") as text:
        process = subprocess.Popen(
            command, stdin=text, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=instance.environment
        )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == expected
    return Cost(time.monotonic() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def split_seconds(source: Path) -> float:
    """CPU seconds of a Python that reads the file and splits its lines at the colon."""
    read = "import sys\nwith open(sys.argv[1]) as text:\n    rows = [line.partition(':') for line in text]"
    begin = os.times()
    subprocess.run([sys.executable, "-c", read, str(source)], check=True)
    end = os.times()
    return end.children_user + end.children_system - begin.children_user - begin.children_system


def test_loading_is_linear(tmp_path: Path) -> None:
    costs = []
    loop = loop_seconds()
    for jobs in SIZES:
        instance = LiveInstance(tmp_path / str(jobs))
        source = tmp_path / f"{jobs}.jil"
        source.write_text("".join(estate(jobs)), encoding="utf-8")
        cost = cost_of(["jil", "-q"], instance, source)
        costs.append(cost)
        print(
            f"\njil, {jobs} jobs: {cost.wall:.2f} s, {cost.cpu:.2f} s CPU = {cost.cpu / loop:.1f} loops, "
            f"{cost.cpu / jobs * 1e6:.0f} us a job, {cost.memory:.0f} MB"
        )
    first, _, last = costs
    split = split_seconds(source)
    what = f"`jil` of {SIZES[-1]} jobs, CPU"
    detail = f"{last.cpu:.1f} s, {split:.2f} s"
    guard(Figure(what, "reading the file and splitting its lines", last.cpu / split, 12, detail=detail))
    guard(Figure(f"memory of `jil` for {SIZES[-1]} jobs", "at its peak", last.memory, 500, "MB"))
    growth = (last.cpu / SIZES[-1]) / (first.cpu / SIZES[0])
    print(f"a job among {SIZES[-1]} costs {growth:.2f} times one among {SIZES[0]}")
    assert growth < 1.3


def estate(jobs: int) -> list[str]:
    """Boxes of 20, half of the members with a condition."""
    stanzas = []
    for number in range(jobs):
        box = number - number % 20
        if number == box:
            stanzas.append(f'insert_job: box{box}   job_type: BOX\ndescription: "box {box}"\nowner: root\n\n')
            continue
        condition = f"condition: s(job{number - 1})\n" if number % 2 == 0 else ""
        stanzas.append(
            f"insert_job: job{number}   job_type: CMD\nbox_name: box{box}\ncommand: /opt/batch/run.sh {number}\n"
            f"machine: localhost\nowner: root\npermission: gx,wx\ndate_conditions: 0\n{condition}"
            f'description: "job {number}"\nstd_out_file: "/var/log/batch/{number}.out"\nalarm_if_fail: 1\n\n'
        )
    return stanzas


@pytest.mark.parametrize(
    ("what", "begin", "line"),
    [
        ("unknown attributes", "", 'insert_job: a\nfoo: bar baz /* x\n*/ "quoted\n" colon: x\n'),
        ("one line of quotes and colons", "insert_job: a\ncommand: ", '" a: \\" b : /* '),
        ("lines of quotes and colons", "insert_job: a\ncommand: ", '" a: \\" b : /* \n'),
        ("open comment", "", "/* never closed "),
        ("open blob", "insert_job: a\nblob_input: <auto_blobt>", "x\n"),
    ],
)
def test_garbage_is_read_in_linear_time(what: str, begin: str, line: str, tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance")
    instance.jil("")
    costs = []
    for megabytes in (16, 64):
        source = tmp_path / "garbage"
        source.write_text(begin + line * (megabytes * MEGABYTE // len(line)), encoding="utf-8")
        costs.append(cost_of(["jil", "-q", "-V", "none"], instance, source, expected=1))
    small, large = costs
    print(
        f"\n{what}: 16 MB {small.cpu:.1f} s, 64 MB {large.cpu:.1f} s, {large.cpu / small.cpu:.1f} times, "
        f"{large.memory:.0f} MB"
    )
    assert large.cpu / small.cpu < 5


@pytest.mark.parametrize("text", ["(" * 100_000 + "s(A)" + ")" * 100_000, "(" * 200_000, "s(A)&" * 40_000 + "s(A)"])
def test_deep_conditions(text: str) -> None:
    """Longer than a statement may be, so the parser alone is asked."""
    from autosys_py.jil.conditions import ConditionError, parse

    def seconds(condition: str) -> float:
        begin = time.process_time()
        try:
            parse(condition)
        except ConditionError as error:
            assert error.code == 10018
        return time.process_time() - begin

    parse("s(A) | s(B)")
    quarter = (
        text[: len(text) // 4]
        if ")" not in text
        else text.replace("(" * 100_000, "(" * 25_000).replace(")" * 100_000, ")" * 25_000)
    )
    small, large = seconds(quarter), seconds(text)
    print(f"\n{text[:12]}...: {len(quarter)} characters {small:.2f} s, {len(text)} {large:.2f} s")
    assert large < 6 * small + 0.2
