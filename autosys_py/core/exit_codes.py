"""What an exit code means (rules R-03, R-04)."""

from typing import Any, NamedTuple, Self

Ranges = tuple[tuple[int, int], ...]
"""Inclusive ranges of exit codes."""


class ExitRule(NamedTuple):
    """`fail_codes` alone decides, else `success_codes` alone, else 0..`max_exit_success`."""

    fail_codes: Ranges = ()
    success_codes: Ranges = ()
    max_exit_success: int = 0

    def is_success(self, code: int) -> bool:
        if self.fail_codes:
            return not _listed(code, self.fail_codes)
        if self.success_codes:
            return _listed(code, self.success_codes)
        return 0 <= code <= self.max_exit_success

    def to_json(self) -> list[Any]:
        return [self.fail_codes, self.success_codes, self.max_exit_success]

    @classmethod
    def from_json(cls, stored: list[Any]) -> Self:
        fail, success, threshold = stored
        return cls(_ranges(fail), _ranges(success), threshold)


DEFAULT_RULE = ExitRule()
"""Only 0 is SUCCESS."""


def _listed(code: int, ranges: Ranges) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _ranges(stored: list[list[int]]) -> Ranges:
    return tuple((low, high) for low, high in stored)
