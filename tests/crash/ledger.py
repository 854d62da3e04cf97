"""What really happened: the lines that jobs wrote themselves, and processes that are still there."""

import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from autosys_py.agent.local import RUNNER
from autosys_py.core.model import RunKey


@dataclass(slots=True)
class Ledger:
    """The lines of all jobs, read once."""

    starts: Counter[RunKey] = field(default_factory=Counter)
    names: dict[RunKey, str] = field(default_factory=dict)
    codes: dict[RunKey, int] = field(default_factory=dict)
    """What each run was about to exit with; a run that was killed before has none."""


def read_ledger(path: Path) -> Ledger:
    found = Ledger()
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        kind, folder, last = line.split()
        key = key_of_folder(folder)
        if kind == "s":
            found.starts[key] += 1
            found.names[key] = last
        else:
            found.codes[key] = int(last)
    return found


def key_of_folder(folder: str) -> RunKey:
    """The run of `.../RUN_NUM/JOID.NTRY`."""
    run_num, name = folder.split("/")[-2:]
    joid, ntry = name.split(".")
    return RunKey(int(joid), int(run_num), int(ntry))


def runners(place: Path) -> dict[int, RunKey]:
    """The living runners of the instance in that folder, by pid."""
    found = {}
    for pid in _pids():
        words = _read(pid, "cmdline").split("\0")
        if len(words) < 3 or words[1] != RUNNER or not _leads_session(pid):  # a child that has not become the job yet
            continue
        if f"AUTOSYS_RUN={place}/" in _read(pid, "environ"):
            joid, run_num, ntry = map(int, words[2].split()[0].split("."))
            found[pid] = RunKey(joid, run_num, ntry)
    return found


def left_of(place: Path) -> dict[int, str]:
    """Every process of a job of that instance, by pid: what it runs."""
    return {
        pid: _read(pid, "cmdline").replace("\0", " ")
        for pid in _pids()
        if f"AUTOSYS_RUN={place}/" in _read(pid, "environ")
    }


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names, not paths


def _leads_session(pid: int) -> bool:
    try:
        return os.getsid(pid) == pid
    except ProcessLookupError:
        return False


def _read(pid: int, name: str) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    return ""
