"""kill -9 the scheduler at random moments while jobs run: nothing twice, nothing lost, no exit code wrong.

Each job writes its run key into a ledger when it starts and ends with a code of its own. Afterwards the ledger says
what really happened and the store says what was recorded; the two must agree. The seed is printed.
"""

import json
import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.instance import LiveInstance

KILLS = int(os.environ.get("CRASH_KILLS", "200"))
BOXES, MEMBERS = 40, 10

pytestmark = [pytest.mark.crash, pytest.mark.timeout(1800)]


def estate(ledger: Path) -> tuple[str, dict[str, int]]:
    """Boxes of chained and free jobs, and the exit code of each job."""
    stanzas, codes = [], {}
    for box in range(BOXES):
        stanzas.append(f"insert_job: box{box:02}  job_type: box")
        for member in range(MEMBERS):
            name = f"job{box:02}_{member}"
            codes[name] = (box * MEMBERS + member) % 7
            condition = f"condition: d(job{box:02}_{member - 1})" if member % 3 else ""
            command = f'echo "$AUTOSYS_RUN $AUTO_JOB_NAME" >> {ledger}; sleep 0.{member + 1}; exit {codes[name]}'
            stanzas.append(
                f"insert_job: {name}  job_type: cmd  box_name: box{box:02}  machine: localhost\n{condition}\n"
                f"command: {command}"
            )
    return "\n".join(stanzas) + "\n", codes


def test_two_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    seed = int(os.environ.get("CRASH_SEED", str(random.randrange(1_000_000))))
    print(f"seed {seed}, {KILLS} kills")
    chance = random.Random(seed)
    ledger = tmp_path / "ledger"
    instance = LiveInstance(tmp_path / "instance", "RunAsOwner=never\n")
    text, codes = estate(ledger)
    instance.jil(text)
    waiting = [f"box{box:02}" for box in range(BOXES)]
    chance.shuffle(waiting)
    try:
        for kill in range(KILLS):
            instance.start_scheduler(wait=False)
            if waiting and kill % max(1, KILLS // BOXES) == 0:
                instance.send("-E", "STARTJOB", "-J", waiting.pop())
            time.sleep(chance.uniform(0.05, 0.9))
            instance.kill_scheduler()
        for box in waiting:
            instance.send("-E", "STARTJOB", "-J", box)
        instance.start_scheduler("--exit-when-idle", "2").wait(timeout=300)
    finally:
        instance.close()
    check(instance, ledger, codes)


def check(instance: LiveInstance, ledger: Path, codes: dict[str, int]) -> None:
    starts = Counter(line.split()[0] for line in ledger.read_text(encoding="utf-8").splitlines())
    names = Counter(line.split()[1] for line in ledger.read_text(encoding="utf-8").splitlines())
    doubled = {key: count for key, count in starts.items() if count > 1}
    missed = sorted(set(codes) - set(names))
    rows = {row["name"]: row for row in json.loads(instance.run("autorep", "-J", "job%", "--format", "json").stdout)}
    wrong = {name: rows[name]["exit_code"] for name, code in codes.items() if rows[name]["exit_code"] != code}
    unfinished = [name for name, row in rows.items() if row["status"] not in ("SUCCESS", "FAILURE")]
    print(
        f"{len(names)} jobs started {sum(names.values())} times; doubled {len(doubled)}, missed {len(missed)}, "
        f"wrong exit codes {len(wrong)}, unfinished {len(unfinished)}"
    )
    assert not doubled
    assert not missed
    assert not wrong
    assert not unfinished
    assert all(count == 1 for count in names.values())
    print(f"scheduler log: {instance.log.count('CAUAJM_I_40246')} starts")
