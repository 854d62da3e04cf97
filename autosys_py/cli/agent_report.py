"""`autorep -M machine -p`: the agent of a real machine (cli.md §3.5).

Every machine that is this host is served by the agent of the scheduler on this host; what is on others nobody tells.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from autosys_py import __version__
from autosys_py.cli.machine_report import select_machines
from autosys_py.cli.messages import refusal
from autosys_py.cli.names import is_pattern
from autosys_py.cli.nodes import local_nodes
from autosys_py.core.text import visible

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer

UNKNOWN = "-----"
PLUG_INS = ("runner", "filemon")
"""What runs commands, and what watches files."""
AGENT = "WA_AGENT"


class Agent(NamedTuple):
    """What the report says; None = nobody here knows."""

    machine: str
    type: str
    node_name: str
    agent_name: str
    operating_system: str | None
    agent_release: str | None
    agent_build: str | None
    plug_ins: list[str]


def agent_of(store: "EventServer", name: str) -> Agent:
    """The agent of a machine. Raises Refused for a pattern, an unknown machine, and a virtual one."""
    if is_pattern(name):
        raise refusal(50103)
    machine = select_machines(store, name)[0]
    if machine.is_virtual:
        raise refusal(50114)
    node = machine.node_name or machine.name
    agent = dict(machine.attributes).get("agent_name", "") or AGENT
    if node not in local_nodes() and not node.startswith("127."):
        return Agent(machine.name, machine.type, node, agent, None, None, None, [])
    system = os.uname()
    return Agent(
        machine.name, machine.type, node, agent, f"{system.sysname} {system.release}", __version__, "0", list(PLUG_INS)
    )  # fmt: skip


def agent_lines(agent: Agent) -> Iterator[str]:
    """The report as text."""
    yield f"Machine Name: {visible(agent.machine)}"
    yield f"Type: {visible(agent.type)}"
    yield f"Node Name: {visible(agent.node_name)}"
    yield f"Agent Name: {visible(agent.agent_name)}"
    yield f"Operating System: {agent.operating_system or UNKNOWN}"
    yield f"Agent Release: {agent.agent_release or UNKNOWN}"
    yield f"Agent Build: {agent.agent_build or UNKNOWN}"
    yield "Active Plug-ins:"
    yield from (f"     {each}" for each in agent.plug_ins or (UNKNOWN,))
