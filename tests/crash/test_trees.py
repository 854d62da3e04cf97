"""Jobs that do not want to die: after KILLJOB nothing of them is left in time, or an alarm says what is."""

import os
import time
from pathlib import Path

import pytest

from tests.agent.local import is_alive
from tests.instance import LiveInstance

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]

INTERVAL = 2
"""KillSignalInterval: the time of grace that a job has, in seconds."""

AFTER = 2
"""Seconds after it in which everything must be over, on a machine that has nothing else to do."""

FLEER = """
import os, sys, time
for number in range(int(sys.argv[2])):
    if os.fork():
        os._exit(0)
    os.setsid()
    with open(sys.argv[1], "a") as pids:
        pids.write(f"{os.getpid()}\\n")
    time.sleep(float(sys.argv[3]))
time.sleep(600)
"""

STUBBORN = {
    "good": "sleep 600",
    "deaf": "trap '' TERM; while :; do sleep 0.2; done",
    "deaf_group": "trap '' TERM HUP INT; (echo $$ >> PIDS; sleep 600) & (sleep 600) & wait; sleep 600",
    "setsid": "setsid sh -c 'echo $$ >> PIDS; sleep 600' & wait; sleep 600",
    "double_fork": "(setsid sh -c '(echo $$ >> PIDS; exec sleep 600) &' &); sleep 600",
    "naked": "(env -i setsid sh -c 'echo $$ >> PIDS; cd /; trap \"\" TERM; while :; do sleep 1; done' &); sleep 600",
    "stopped": "kill -STOP $$; sleep 600",
    "stopped_child": "setsid sh -c 'echo $$ >> PIDS; kill -STOP $$; sleep 600' & wait; sleep 600",
    "hundred": "for i in 1 2 3 4 5 6 7 8 9 10; do sh -c 'echo $$ >> PIDS; for j in 1 2 3 4 5 6 7 8 9 10; do "
    "sleep 600 & echo $! >> PIDS; done; wait' & done; wait",
    "again": "trap 'setsid sh -c \"echo \\$\\$ >> PIDS; sleep 600\" & exit 3' TERM; while :; do sleep 0.1; done",
    "fleeing": "python3 FLEER PIDS 400 0.05 & sleep 600",
    "ended": "(setsid sh -c 'echo $$ >> PIDS; sleep 600' &); exec sleep 600",
}
"""Commands; each writes the pids of what it leaves about into PIDS."""


@pytest.mark.parametrize("dies", [False, True], ids=["", "and the scheduler is killed between the signals"])
def test_nothing_outlives_a_kill(tmp_path: Path, dies: bool) -> None:
    instance = LiveInstance(tmp_path / "instance", f"RunAsOwner=never\nKillSignalInterval={INTERVAL}\n")
    (tmp_path / "fleer").write_text(FLEER, encoding="utf-8")
    stanzas = []
    for name, command in STUBBORN.items():
        text = command.replace("PIDS", str(tmp_path / name)).replace("FLEER", str(tmp_path / "fleer"))
        line = f"echo $$ >> {tmp_path / name}; {text}"
        stanzas.append(f"insert_job: {name}  group: stubborn  machine: localhost\ncommand: {line}\n")
    instance.jil("".join(stanzas))
    try:
        instance.start_scheduler()
        instance.send("-E", "STARTJOB", "-B", "stubborn")
        instance.wait_for(lambda: all((tmp_path / name).exists() for name in STUBBORN), "all to run")
        instance.wait_for(lambda: len((tmp_path / "hundred").read_text().split()) >= 111, "a hundred children")
        time.sleep(0.5)
        limit = (INTERVAL + AFTER) * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        begun = time.monotonic()
        instance.send("-E", "KILLJOB", "-B", "stubborn")
        if dies:
            time.sleep(0.4 * INTERVAL)
            instance.kill_scheduler()
            instance.start_scheduler()
            begun = time.monotonic()  # the time of grace begins anew
        instance.wait_for(
            lambda: not living(tmp_path, instance) or time.monotonic() - begun > limit, "the end", limit + 20
        )
        took, left = time.monotonic() - begun, living(tmp_path, instance)
        print(f"\nafter {took:.1f} s of {limit:.1f}: {len(STUBBORN)} jobs, left without an alarm {left}")
        assert not left
        for name in STUBBORN:
            instance.wait_for_status(name, "TERMINATED")
    finally:
        instance.close()


def living(folder: Path, instance: LiveInstance) -> dict[str, list[int]]:
    """What lives of jobs for which there is no alarm."""
    found = {name: [pid for pid in map(int, (folder / name).read_text().split()) if is_alive(pid)] for name in STUBBORN}
    said = [line for line in instance.log.splitlines() if "KILLJOBFAIL" in line]
    return {name: pids for name, pids in found.items() if pids and not any(f"JOB: {name} " in line for line in said)}
