"""Which time the machine has been switched on: nothing that ran outlives a change of it."""

from pathlib import Path


def boot_id() -> str:
    """`-` where there is none (no Linux): the locks alone tell then."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "-"
