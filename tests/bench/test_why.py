"""`autosys why` costs the same among 1,000 jobs and 100,000: it looks at a job and its surroundings (`make bench`)."""

from pathlib import Path

import pytest

from tests.bench.test_jil import cost_of
from tests.instance import LiveInstance

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]

SIZES = (1_000, 100_000)
ASKED = {
    "member": (),
    "hub": (),
    "many": (),
    "queued": (),
    "member --at": ("--at", "{now}"),
    "misspelt": (),
}
MEMBERS = 1_000


def estate(jobs: int) -> str:
    """Boxes of a thousand members, a job that half of them name, one that names 200 and one with load units."""
    stanzas = ["insert_machine: m   node_name: localhost   max_load: 10", "insert_job: hub   command: x   machine: m"]
    for number in range(jobs):
        box = number // MEMBERS
        if number % MEMBERS == 0:
            stanzas.append(f"insert_job: box{box}   job_type: box")
        name = "member" if number == jobs // 2 else f"job{number}"
        condition = "   condition: s(hub)" if number % 2 == 0 else ""
        stanzas.append(f"insert_job: {name}   box_name: box{box}   command: x   machine: localhost{condition}")
    many = " & ".join(f"s(job{number})" for number in range(200))
    stanzas.append(f"insert_job: many   command: x   machine: localhost   condition: {many}")
    stanzas.append("insert_job: queued   command: x   machine: m   job_load: 20   priority: 5")
    return "\n".join(stanzas) + "\n"


def test_it_costs_no_more_among_a_hundred_times_as_many(tmp_path: Path) -> None:
    costs: dict[str, list[float]] = {what: [] for what in ASKED}
    nothing = tmp_path / "nothing"
    nothing.touch()
    for jobs in SIZES:
        instance = LiveInstance(tmp_path / str(jobs), "RunAsOwner=never\n")
        instance.run("jil", "-q", text=estate(jobs))
        instance.start_scheduler()
        instance.send("-E", "STARTJOB", "-J", "queued")
        instance.send("-E", "CHANGE_STATUS", "-s", "FAILURE", "-J", "hub")
        instance.wait_for_status("queued", "QUE_WAIT", 60)
        now = instance.run("date", "+%m/%d/%Y %H:%M:%S").stdout.strip()
        for what, options in ASKED.items():
            job = what.split()[0]
            command = ["autosys", "why", job, *(each.format(now=now) for each in options)]
            expected = 1 if job == "misspelt" else 0
            costs[what].append(min(cost_of(command, instance, nothing, expected).cpu for _ in range(3)))
        assert instance.stop_scheduler() == 0
    for what, (small, large) in costs.items():
        print(f"\nwhy {what}: {small:.3f} s CPU of {SIZES[0]}, {large:.3f} of {SIZES[1]}: {large / small:.2f} times")
    assert all(large < 1.5 * small + 0.05 for small, large in costs.values())
