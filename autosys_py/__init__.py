"""AutoSys-py: an open workload scheduler that speaks JIL, sendevent and autorep."""

__version__ = "0.1.0"
