"""What is measured, as ratios to what this machine can do, and the table of it in `docs/performance.md`.

Seconds say more about a machine than about a program. So each figure stands beside something the machine does at the
same moment without us: spawning a shell, committing a row, importing click, reading a file. The table keeps the last
run's figures; a run that is worse by more than half fails (`guard`), whatever machine it runs on.
"""

import os
import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"
CLEAR_LOSS = 1.5


class Figure(NamedTuple):
    """One line of the table."""

    what: str
    against: str
    measured: float
    goal: float
    unit: str = "×"
    is_rate: bool = False
    """More is better."""
    detail: str = ""
    """In the machine's own units, for whoever knows the machine."""

    @property
    def is_met(self) -> bool:
        return self.measured >= self.goal if self.is_rate else self.measured <= self.goal

    @property
    def row(self) -> str:
        sign = "≥" if self.is_rate else "≤"
        met = "yes" if self.is_met else "no"
        return (
            f"| {self.what} | {self.against} | {sign} {self.goal:g} {self.unit} | "
            f"{self.measured:.2f} {self.unit} | {met} | {self.detail} |"
        )


def guard(figure: Figure) -> Figure:
    """Prints a figure, enters it in the table, fails if it is clearly worse than the table has it."""
    print(f"\n{figure.what}: {figure.measured:.2f} {figure.unit} of {figure.against} ({figure.detail})")
    known = entries()
    former = known.get(figure.what)
    known[figure.what] = figure.row
    _write(known)
    if former is not None:
        before = _measured(former)
        lost = before / figure.measured if figure.is_rate else figure.measured / before
        floor = figure.measured >= figure.goal if figure.is_rate else figure.measured <= figure.goal
        assert lost <= CLEAR_LOSS or floor, f"{figure.what}: {figure.measured:.2f}, was {before:.2f}"
    return figure


def entries() -> dict[str, str]:
    """The rows of the table as it stands, by what they are about."""
    table = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    return {row.split(" | ")[0].removeprefix("| "): row for row in rows}


def _measured(row: str) -> float:
    number = re.match(r"[\d.]+", row.split(" | ")[3])
    assert number is not None
    return float(number[0])


def _write(rows: dict[str, str]) -> None:
    """Only with BENCH_TABLE=write, so that a look at one figure changes no page."""
    if os.environ.get("BENCH_TABLE") != "write":
        return
    head = "| figure | against | goal | measured | met | here |\n| --- | --- | --- | --- | --- | --- |\n"
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    table = "".join(f"{row}\n" for row in rows.values())
    PAGE.write_text(f"{before}{BEGIN}{_machine()}\n\n{head}{table}{END}{after}", encoding="utf-8")


def _machine() -> str:
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores, "
        f"Linux {platform.release().split('-')[0]}, Python {sys.version.split()[0]}."
    )
