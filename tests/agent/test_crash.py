"""Schedulers are killed at any moment; every run happens exactly once, and its true end is known."""

import random
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tests.agent.local import Bench
from tests.agent.orders import order

RUNS, KILLS = 100, 8

SCHEDULER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from autosys_py.agent.local import LocalAgent
    from tests.agent.orders import order
    agent = LocalAgent(Path(sys.argv[1]))
    print("up", flush=True)
    for number in range(1, int(sys.argv[3]) + 1):
        agent.start(order(f"echo {number} >> {sys.argv[2]}; exit {number % 100}", (1, number, 1)))
        agent.collect(0.001)
""")


@pytest.mark.crash
@pytest.mark.parametrize("seed", range(2))
def test_exactly_once(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    ran = tmp_path / "ran"
    for _ in range(KILLS):
        command = [sys.executable, "-c", SCHEDULER, str(tmp_path / "run"), str(ran), str(RUNS)]
        scheduler = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert scheduler.stdout is not None
        scheduler.stdout.readline()
        time.sleep(chance.uniform(0, 0.03))
        scheduler.kill()
        scheduler.communicate()
    with Bench(tmp_path / "run") as bench:
        keys = []
        for number in range(1, RUNS + 1):
            keys.append(bench.start_order(order(f"echo {number} >> {ran}; exit {number % 100}", (1, number, 1))))
        assert [bench.end_of(key).exit_code for key in keys] == [key.run_num % 100 for key in keys]
    assert sorted(map(int, ran.read_text().split())) == list(range(1, RUNS + 1))
