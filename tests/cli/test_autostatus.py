"""autostatus: one bare line (cli.md §4)."""

import pytest

from tests.cli.conftest import Shell
from tests.cli.estate import Estate


@pytest.mark.parametrize(
    ("line", "out"),
    [
        ("-J RET_CLOSE", "FAILURE\n"),
        ("-j RET_STOCK_MAIL", "ACTIVATED/ON_NOEXEC\n"),
        ("-J RET_STOCK%", "RUNNING\nSUCCESS\nACTIVATED/ON_NOEXEC\n"),
        ("-J RET_STOCK_F_", "SUCCESS\n"),
        ("-J NO%", ""),
        ("-G RET_GO", "Y\n"),
        ("-G RET_EMPTY", "\n"),
        ("-G ALL", "\nY\n"),
    ],
)
def test_a_line_each(line: str, out: str, sh: Shell, estate: Estate) -> None:
    assert sh("autostatus", *line.split()) == (0, out, "")


@pytest.mark.parametrize(
    ("line", "code", "text"),
    [
        ("-J NOSUCH", 1, "CAUAJM_E_50004 Invalid job/box name: NOSUCH\n"),
        ("-J NO_SUCH", 1, "CAUAJM_E_50004 Invalid job/box name: NO_SUCH\n"),
        ("-G NOSUCH", 1, "CAUAJM_E_50005 Invalid Global Variable Name: NOSUCH\n\n"),
        ("-J A -G B", 2, "CAUAJM_E_50002 Cannot specify both -J and -G options.\n"),
        ("-J RET_CLOSE -S XXX", 1, "CAUAJM_E_50141 Instance XXX is not present on this system\n\n"),
        ("-J RET_CLOSE -S toolong", 1, "CAUAJM_E_50141 Instance toolong is not present on this system\n\n"),
    ],
)
def test_errors(line: str, code: int, text: str, sh: Shell, estate: Estate) -> None:
    assert sh("autostatus", *line.split()) == (code, "", text)


def test_no_option(sh: Shell, estate: Estate) -> None:
    done = sh("autostatus")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("CAUAJM_E_50001 Error in command line for autostatus.\n\nAutoSys-py Status Utility\n")


def test_a_hostile_value(sh: Shell, estate: Estate) -> None:
    estate.globals(BAD="\x1b[31m\nred")
    assert sh("autostatus", "-G", "BAD").out == "\\x1b[31m\\nred\n"
