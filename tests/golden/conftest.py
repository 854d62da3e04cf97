"""The instance in memory of the command tests."""

from tests.cli.conftest import configure, estate, sh, store

__all__ = ["configure", "estate", "sh", "store"]
