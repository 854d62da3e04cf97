"""One colour for each status, on paper and on a terminal."""

from autosys_py.core.codes import Status

FILL: dict[Status, str] = {
    Status.RUNNING: "#9ecbff",
    Status.STARTING: "#c5e1ff",
    Status.SUCCESS: "#b5e3b5",
    Status.FAILURE: "#f5a3a3",
    Status.TERMINATED: "#d98f8f",
    Status.ON_ICE: "#d5f0f5",
    Status.INACTIVE: "#f2f2f2",
    Status.ACTIVATED: "#fff3c4",
    Status.RESTART: "#ffd8a8",
    Status.ON_HOLD: "#dcd0f0",
    Status.QUE_WAIT: "#ffe9a8",
    Status.WAIT_REPLY: "#ffb8dc",
    Status.PEND_MACH: "#f0d8b8",
    Status.RESWAIT: "#f0e6a0",
    Status.ON_NOEXEC: "#e4e4e4",
    Status.SUSPENDED: "#d0d0e0",
}
"""For black letters on it."""

SGR: dict[Status, int] = {
    Status.RUNNING: 34,
    Status.STARTING: 36,
    Status.SUCCESS: 32,
    Status.FAILURE: 31,
    Status.TERMINATED: 31,
    Status.RESTART: 33,
    Status.WAIT_REPLY: 35,
    Status.QUE_WAIT: 33,
    Status.PEND_MACH: 33,
    Status.RESWAIT: 33,
    Status.ON_HOLD: 35,
    Status.ON_ICE: 36,
}
"""The colour's number on a terminal; no number, no colour."""
