"""Statuses in colour, for a terminal alone.

A colour is put around the letters and takes no column: what stands behind them stays where it is.
"""

from autosys_py.core.codes import Status

COLOURS = {
    Status.SUCCESS: "green",
    Status.FAILURE: "bold red",
    Status.TERMINATED: "red",
    Status.RUNNING: "cyan",
    Status.STARTING: "cyan",
    Status.RESTART: "magenta",
    Status.WAIT_REPLY: "bold magenta",
    Status.QUE_WAIT: "yellow",
    Status.RESWAIT: "yellow",
    Status.PEND_MACH: "yellow",
    Status.ON_HOLD: "blue",
    Status.ON_ICE: "blue",
}
"""INACTIVE and ACTIVATED have the terminal's own."""
_CODES = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "blue": "34", "magenta": "35", "cyan": "36"}
"""By ANSI X3.64."""
_END = "\x1b[0m"


def painted(cell: str, status: Status) -> str:
    """A cell in the colour of a status, the blanks behind its text in none."""
    colour = COLOURS.get(status)
    text = cell.rstrip()
    if not colour or not text:
        return cell
    codes = ";".join(_CODES[word] for word in colour.split())
    return f"\x1b[{codes}m{text}{_END}{cell[len(text) :]}"
