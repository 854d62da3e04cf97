"""Start orders as the scheduler would give them, in one line."""

from autosys_py.agent.protocol import StartOrder
from autosys_py.core.model import RunKey


def order(
    command: str = "",
    key: RunKey | tuple[int, int, int] = (1, 1, 1),
    job_type: str = "CMD",
    name: str = "job",
    variables: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
    **attributes: str,
) -> StartOrder:
    """An order for `command`; further attributes by name, `variables` are the globals."""
    given = {"command": command, **attributes} if command else attributes
    return StartOrder(RunKey(*key), name, job_type, tuple(given.items()), variables or {}, environment or {})
