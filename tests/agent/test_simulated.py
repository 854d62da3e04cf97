"""A simulated run does what it was told to, when it was told to."""

import pytest

from autosys_py.agent.protocol import Agent, Report
from autosys_py.agent.simulated import SimulatedAgent, SimulatedOutcome
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey
from tests.agent.orders import order

KEY = RunKey(1, 1, 1)


class Clock:
    now = 1000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def agent(clock: Clock) -> SimulatedAgent:
    return SimulatedAgent(clock)


def test_it_is_an_agent(agent: SimulatedAgent) -> None:
    as_agent: Agent = agent
    as_agent.close()


def test_a_run_reports_running_at_once_and_its_end_after_a_minute(agent: SimulatedAgent, clock: Clock) -> None:
    agent.start(order())
    assert agent.collect(5) == [Report(EventCode.AGENT_RUNNING, KEY, 1000)]
    assert agent.next_report_at() == 1060
    clock.now = 1059
    assert agent.collect(5) == []
    clock.now = 1070
    assert agent.collect(5) == [Report(EventCode.AGENT_ENDED, KEY, 1060, exit_code=0)]
    assert agent.next_report_at() is None


def test_plans_count_starts(agent: SimulatedAgent, clock: Clock) -> None:
    agent.plan("job", SimulatedOutcome(runtime=10, exit_code=3))
    agent.plan("job", SimulatedOutcome(runtime=20, exit_code=None), start=2)
    agent.plan("job", SimulatedOutcome(start_failure="no such owner", permanent=True), start=3)
    for run_num in (1, 2, 3):
        agent.start(order(key=(1, run_num, 1)))
    clock.now = 2000
    assert agent.collect(0)[2:] == [
        Report(EventCode.AGENT_START_FAILED, RunKey(1, 3, 1), 1000, text="no such owner", permanent=True),
        Report(EventCode.AGENT_ENDED, RunKey(1, 1, 1), 1010, exit_code=3),
        Report(EventCode.AGENT_LOST, RunKey(1, 2, 1), 1020),
    ]


def test_a_killed_run_dies_at_the_first_signal_in_the_same_second(agent: SimulatedAgent, clock: Clock) -> None:
    agent.start(order())
    agent.collect(0)
    clock.now = 1005
    agent.kill(KEY, (15, 9), 30)
    assert agent.collect(0) == [Report(EventCode.AGENT_ENDED, KEY, 1005, exit_code=-15, killed=True)]
    clock.now = 1100
    assert agent.collect(0) == []
    assert agent.kills == [(1005, KEY, (15, 9))]


def test_a_repeated_start_is_the_same_run(agent: SimulatedAgent, clock: Clock) -> None:
    agent.start(order())
    agent.collect(0)
    clock.now = 1010
    agent.start(order())
    assert agent.collect(0) == [Report(EventCode.AGENT_RUNNING, KEY, 1000)]
    clock.now = 1060
    assert len(agent.collect(0)) == 1
    assert len(agent.starts) == 1


def test_an_adopted_run_tells_its_end_again(agent: SimulatedAgent, clock: Clock) -> None:
    agent.start(order())
    clock.now = 1060
    ended = agent.collect(0)[-1]
    agent.adopt([order()])
    assert agent.collect(0) == [ended]
    agent.acknowledge([ended])
    assert agent.acknowledged == [ended]
    agent.adopt([order(key=(2, 2, 1))])
    assert [report.code for report in agent.collect(0)] == [EventCode.AGENT_LOST]
