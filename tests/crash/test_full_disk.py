"""A disk that is really full: a small file system of our own, filled to the last byte while jobs run.

Needs a kernel that lets an ordinary user mount one in a namespace of his own (`unshare -Urm`).
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.instance import LiveInstance

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]

CAN_MOUNT = subprocess.run(["unshare", "-Urm", "true"], capture_output=True).returncode == 0
ROUNDS = 3


@pytest.mark.skipif(not CAN_MOUNT, reason="no namespaces for ordinary users here")
def test_a_full_disk_loses_nothing_and_heals(tmp_path: Path) -> None:
    script = (
        f"mount -t tmpfs -o size=6m none {tmp_path} && exec {sys.executable} -m tests.crash.test_full_disk {tmp_path}"
    )
    done = subprocess.run(["unshare", "-Urm", "sh", "-c", script], capture_output=True, text=True)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


def fill(file: Path) -> None:
    """To the last byte."""
    size = 1 << 20
    with file.open("ab", buffering=0) as filling:
        while size:
            try:
                size = size if filling.write(b"." * size) == size else size // 2
            except OSError:
                size //= 2


def scenario(folder: Path) -> None:
    live = LiveInstance(folder / "instance", "RunAsOwner=never\nGlobalPendMachDelay=0\n")
    gates = Path("/tmp") / f"gates{os.getpid()}"  # elsewhere, where there is room
    gates.mkdir()
    ledger = gates / "ledger"
    numbers = range(ROUNDS)
    live.jil(
        "".join(
            f"insert_job: long{n}  machine: localhost\n"
            f"command: until test -e {gates}/go{n}; do sleep 0.05; done; exit 7\n"
            f"insert_job: next{n}  machine: localhost  condition: f(long{n})  command: echo next{n} >> {ledger}\n"
            for n in numbers
        )
        + "".join(
            f"insert_job: asked{n}_{m}  machine: localhost  command: echo asked{n}_{m} >> {ledger}\n"
            for n in numbers
            for m in range(10)
        )
    )
    scheduler = live.start_scheduler()
    asked = []
    try:
        for n in numbers:
            live.send("-E", "STARTJOB", "-J", f"long{n}")
            live.wait_for_status(f"long{n}", "RUNNING")
            fill(folder / "filling")
            os.truncate(folder / "filling", (folder / "filling").stat().st_size - n * 60_000)
            for m in range(10):
                done = live.run("sendevent", "-E", "STARTJOB", "-J", f"asked{n}_{m}", check=False)
                assert done.returncode in (0, 75), done
                assert done.returncode == 0 or done.stderr.count("\n") == 1, done.stderr
                if done.returncode == 0:
                    asked.append(f"asked{n}_{m}")
            (gates / f"go{n}").touch()
            time.sleep(3)  # the log may find no room to say so
            assert scheduler.poll() is None
            (folder / "filling").unlink()
            live.wait_for_status(f"next{n}", "SUCCESS", 60)
        live.wait_for(lambda: all(live.status(each) == "SUCCESS" for each in asked), "what was acknowledged", 90)
        rows = {row["name"]: row for row in json.loads(live.run("autorep", "-J", "ALL", "--format", "json").stdout)}
        assert [rows[f"long{n}"]["exit_code"] for n in numbers] == [7] * ROUNDS
        lines = ledger.read_text().splitlines()
        assert sorted(lines) == sorted([*asked, *(f"next{n}" for n in numbers)]), lines
        print(live.run("autosys", "audit", "verify").stdout.strip())
        print(live.run("autosys", "alarms", "--all").stdout.strip())
        print(f"{ROUNDS} full disks: {len(asked)} of {10 * ROUNDS} events acknowledged, all of them run once")
        assert live.stop_scheduler() == 0
    finally:
        live.close()


if __name__ == "__main__":
    scenario(Path(sys.argv[1]))
