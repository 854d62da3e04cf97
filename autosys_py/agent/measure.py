"""What this host is and how busy it is: the real resources of rule L-08 and the free CPU of rule L-10."""

import os
import re

from autosys_py.core.model import Readings

MEGABYTE = 1024 * 1024
_SYSTEMS = {"SunOS": "SOLARIS", "HP-UX": "HPUX", "Darwin": "MACOS"}


class Meter:
    """Measures this host when it is called."""

    def __init__(self) -> None:
        system = os.uname()
        version = re.match(r"\d+(\.\d+)*", system.release)
        self._os_type = _SYSTEMS.get(system.sysname, system.sysname.upper())
        self._os_version = version[0] if version else None
        self._is_new = True

    def __call__(self) -> Readings:
        """Readings of this moment. Free CPU is that since the call before; at the first it is not known."""
        import psutil

        busy = psutil.cpu_percent(interval=None)
        memory = psutil.virtual_memory()
        free, self._is_new = None if self._is_new else round(100 - busy), False
        return Readings(
            self._os_type,
            self._os_version,
            psutil.cpu_count(),
            int(memory.total // MEGABYTE),
            int(memory.percent),
            free,
        )
