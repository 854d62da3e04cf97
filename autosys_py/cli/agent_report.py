"""`autorep -M machine -p`: the agent of a real machine (cli.md §3.5).

Every machine that is this host is served by the agent of the scheduler on this host; what is on others nobody tells.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

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


def agent_lines(store: "EventServer", name: str) -> Iterator[str]:
    """The report. Raises Refused for a pattern, an unknown machine, and a virtual one."""
    if is_pattern(name):
        raise refusal(50103)
    machine = select_machines(store, name)[0]
    if machine.is_virtual:
        raise refusal(50114)
    node = machine.node_name or machine.name
    is_here = node in local_nodes() or node.startswith("127.")
    system = os.uname()
    yield f"Machine Name: {visible(machine.name)}"
    yield f"Type: {visible(machine.type)}"
    yield f"Node Name: {visible(node)}"
    yield f"Agent Name: {visible(dict(machine.attributes).get('agent_name', '') or AGENT)}"
    yield f"Operating System: {f'{system.sysname} {system.release}' if is_here else UNKNOWN}"
    yield f"Agent Release: {__version__ if is_here else UNKNOWN}"
    yield f"Agent Build: {'0' if is_here else UNKNOWN}"
    yield "Active Plug-ins:"
    yield from (f"     {each}" for each in (PLUG_INS if is_here else (UNKNOWN,)))
