"""The configuration file: known keys, legal values, one clear line for a wrong one."""

import pytest

from autosys_py.core.configuration import Configuration, ConfigurationError, parse


def warnings_of(text: str) -> list[str]:
    found: list[str] = []
    parse(text, found.append)
    return found


def test_an_empty_file_is_the_defaults() -> None:
    assert parse("", pytest.fail) == Configuration()
    assert parse("# nothing\n\n", pytest.fail) == Configuration()


def test_values_are_checked_and_spelt_as_documented() -> None:
    found = parse("KillSignals = 2, 9\nBoxDeadlock=failure\nKillSignalInterval=5\nDateFormat=YYYY-MM-DD\n", pytest.fail)
    assert (found.KillSignals, found.kill_signals, found.BoxDeadlock) == ("2,9", (2, 9), "FAILURE")
    assert (found.KillSignalInterval, found.DateFormat) == (5, "YYYY-MM-DD")


def test_a_vendor_file_loads_without_warnings_and_a_misspelt_key_warns() -> None:
    assert warnings_of("AutoServerPort=9000\nDBMaintTime=03:30\nNotifyAckTimeout=30\nProvider=ORA\n") == []
    assert warnings_of("KillSignal=9\n") == ["line 1: unknown key KillSignal"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("RestrictForceStart=2", "line 1: RestrictForceStart=2 is not one of 0, 1"),
        ("ISDBGACTIV=a b", "line 1: ISDBGACTIV=a b is not OFF or a list of words like LIGHT,JOB"),
        (
            "LOGROLLOVER=OFF,MIDNIGHT",
            "line 1: LOGROLLOVER=OFF,MIDNIGHT is not OFF or a list of MIDNIGHT, SIZE(megabytes), PURGE(days)",
        ),
        ("\nKillSignals=KILL", "line 2: KillSignals=KILL is not a list of signal numbers like 15,9"),
        ("KillSignalInterval=-1", "line 1: KillSignalInterval=-1 is not a whole number from 0 to 3600"),
        ("DateFormat=MM/DD", "line 1: DateFormat=MM/DD is not an order of MM, DD, YYYY joined by / - or ."),
        ("GlobalPendMachDelay=3601", "line 1: GlobalPendMachDelay=3601 is not a whole number from 0 to 3600"),
        (
            "GlobalPendMachInterval=60,0",
            "line 1: GlobalPendMachInterval=60,0 is not seconds[,burst], at most 3600 seconds",
        ),
        (
            f"MaxRestartTrys={'9' * 5000}",
            f"line 1: MaxRestartTrys={'9' * 5000} is not a whole number from 0 to 1000000",
        ),
        (f"KillSignals={'9' * 5000}", f"line 1: KillSignals={'9' * 5000} is not a list of signal numbers like 15,9"),
        ("nonsense", "line 1: 'nonsense' is not of the form Key=value"),
    ],
)
def test_a_bad_value_names_line_and_legal_values(text: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(text, pytest.fail)
    assert str(caught.value) == complaint


def test_the_stores_of_other_instances() -> None:
    found = parse("EventServer_PRD=sqlite:////p.db\nEventServer_1=x\nEventServer_D01 = sqlite:////d.db\n", pytest.fail)
    assert (found.event_server_of("PRD"), found.event_server_of("D01")) == ("sqlite:////p.db", "sqlite:////d.db")
    assert (found.event_server_of("ACE"), found.EventServer) == ("", "")


def test_a_bad_pending_status_has_its_own_message() -> None:
    """E40190 (rule L-15)."""
    with pytest.raises(ConfigurationError) as caught:
        parse("GlobalPendMachStatus=RUNNING", pytest.fail)
    assert caught.value.code == 40190
    assert str(caught.value).endswith("is not one of FAILURE, INACTIVE, ON_ICE, PEND_MACH, SUCCESS, TERMINATED")


def test_the_pace_of_leaving_pend_mach() -> None:
    paces = [parse(f"GlobalPendMachInterval={each}", pytest.fail).pending_pace for each in ("0", "30", "60, 5")]
    assert paces == [(0, 1), (30, 1), (60, 5)]


def test_the_wait_between_tries_grows_to_its_limit() -> None:
    waits = [Configuration().restart_wait(tries) for tries in (1, 2, 3, 58, 100)]
    assert waits == [15, 20, 25, 300, 300]
