"""Start orders as the scheduler would give them, in one line."""

from collections.abc import Mapping

from autosys_py.agent.protocol import StartOrder
from autosys_py.core.model import RunKey


def order(
    command: str = "",
    key: RunKey | tuple[int, int, int] = (1, 1, 1),
    job_type: str = "CMD",
    name: str = "job",
    variables: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
    attributes: Mapping[str, str] | None = None,
    **more: str,
) -> StartOrder:
    """An order for `command`; further attributes by name or as a mapping, `variables` are the globals."""
    given = {**({"command": command} if command else {}), **(attributes or {}), **more}
    return StartOrder(RunKey(*key), name, job_type, tuple(given.items()), variables or {}, environment or {})
