"""autoflags and time0 (cli.md §7.2, §7.6)."""

import os
from collections.abc import Callable

import pytest

from autosys_py import __version__
from tests.cli.conftest import Shell
from tests.cli.estate import NOW

NUMBER, PATCH = ".".join(__version__.split(".")[:2]), ".".join(__version__.split(".")[2:]) or "0"


# autoflags


def test_each_flag(sh: Shell) -> None:
    def flag(letters: str) -> str:
        done = sh("autoflags", f"-{letters}")
        assert (done.code, done.err, done.out[-1:]) == (0, "", "\n")
        return done.out[:-1]

    assert flag("o") == os.uname().sysname.upper()
    assert (flag("d"), flag("v"), flag("r"), flag("i")) == ("SQLITE", NUMBER, "0", PATCH)
    assert flag("n") == os.uname().nodename.split(".")[0]
    assert flag("f").split(".")[0] == flag("n")
    assert flag("rvd") == f"SQLITE {NUMBER} 0"  # in the order of -a
    assert flag("a") == " ".join(flag(letter) for letter in "iodvrhnf")
    assert len(flag("a").split(" ")) == 8
    assert int(flag("h"), 16) >= 0
    assert sh("autoflags", "-i", "-x") == (0, f"{NUMBER}.0.{PATCH}\n", "")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("postgresql+psycopg://db/x", "POSTGRESQL"), ("oracle://db/x", "ORA"), ("mssql+pyodbc://db/x", "MSQ"),
        ("sybase://db/x", "SYB"), ("sqlite+pysqlite:////tmp/x", "SQLITE"),
    ],
)  # fmt: skip
def test_databases(url: str, word: str, sh: Shell, configure: Callable[[str], None], store: object) -> None:
    configure(f"EventServer={url}\n")
    assert sh("autoflags", "-d") == (0, f"{word}\n", "")


def test_no_flag_is_wrong_usage(sh: Shell) -> None:
    done = sh("autoflags")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("CAUAJM_E_40003 The specified parameters are not valid.\n\nAutoSys-py Version Utility\n")


# time0


def test_the_present(sh: Shell) -> None:
    assert sh("time0") == (0, f"\nCAUAJM_I_50096 Current AutoTime(internal): {NOW}\n", "")


def test_both_ways(sh: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sh("time0", "-A", str(NOW)) == (0, "CAUAJM_I_50097 External Time: 02/03/2025 06:00:00\n", "")
    assert sh("time0", "-T", "2/3/25 6:00") == (0, f"CAUAJM_I_50099 Autotime(internal): {NOW}\n", "")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert sh("time0", "-A", str(NOW)).out == "CAUAJM_I_50097 External Time: 02/03/2025 15:00:00\n"
    assert sh("time0", "-T", "02/03/2025 15:00:00").out == f"CAUAJM_I_50099 Autotime(internal): {NOW}\n"
    assert sh("time0", "-A", "-1").out == "CAUAJM_I_50097 External Time: 01/01/1970 08:59:59\n"


def test_date_format(sh: Shell, configure: Callable[[str], None]) -> None:
    configure("DateFormat=DD.MM.YYYY\n")
    assert sh("time0", "-A", str(NOW)).out == "CAUAJM_I_50097 External Time: 03.02.2025 06:00:00\n"
    assert sh("time0", "-T", "02/03/2025").err == (
        "CAUAJM_E_40018 An invalid date/time has been specified: 02/03/2025\n"
        "CAUAJM_E_40022 Ensure the date format is specified as: DD.MM.YYYY HH:MM\n"
    )


def test_a_format_of_ones_own(sh: Shell) -> None:
    assert sh("time0", "-O", "%Y%m%d") == (0, "20250203\n", "")
    assert sh("time0", "-A", "0", "-O", "%d\x1b[2J\udcff").out == "01\\x1b[2J\\xff\n"


def test_parts(sh: Shell) -> None:
    out = sh("time0", "-S", "-A", str(NOW)).out
    assert out == (
        "CAUAJM_I_50097 External Time: 02/03/2025 06:00:00\n\n"
        "  tm_sec = 0\n  tm_min = 0\n  tm_hour = 6\n  tm_mday = 3\n  tm_mon = 1\n  tm_year = 2025\n"
        "  tm_wday = 1\n  tm_yday = 33\n  tm_isdst = 0\n"
    )


def test_summer_time(sh: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    assert sh("time0", "-S", "-T", "07/01/2025").out.endswith("  tm_isdst = 1\n")


@pytest.mark.parametrize("number", ["x", "", "1e9", "99999999999999", "-99999999999999", "1" * 30, "٣"])
def test_what_is_no_moment(number: str, sh: Shell) -> None:
    assert sh("time0", f"-A{number}" if number.startswith("-") else "-A", *([] if number[:1] == "-" else [number])) == (
        2, "", f"CAUAJM_E_99054 Invalid number of seconds since 1970: {number}\n"
    )  # fmt: skip


@pytest.mark.parametrize("seconds", [-62135510400, 253402214400])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def test_the_ends_of_time(seconds: int, zone: str, sh: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    assert sh("time0", f"-A{seconds}", "-S").code == 0


def test_both_is_wrong_usage(sh: Shell) -> None:
    assert sh("time0", "-A", "1", "-T", "02/03/2025").code == 2
