"""What the agent measures of its host."""

import os

from autosys_py.agent.measure import Meter


def test_a_host_knows_itself() -> None:
    meter = Meter()
    first, second = meter(), meter()
    assert first.free_cpu is None
    assert second.free_cpu is not None
    assert 0 <= second.free_cpu <= 100
    assert second.os_type == os.uname().sysname.upper()
    assert second.os_version is not None
    assert os.uname().release.startswith(second.os_version)
    assert second.cpu_count
    assert second.physical_memory
    assert second.physical_memory > 64
    assert second.memory_in_use is not None
