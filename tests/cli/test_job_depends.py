"""job_depends: options, messages, selections, hostile text (cli.md §6)."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence

import pytest

from autosys_py.core.codes import Status
from autosys_py.core.condition import Atom, Condition, Kind
from autosys_py.core.model import Definition, Job, JobState, Outcome
from autosys_py.event_server.memory import MemoryStore
from autosys_py.event_server.protocol import StatusRow
from autosys_py.report.dependencies import RULE, long_text, short_text
from tests.cli.conftest import Shell
from tests.cli.estate import NOW, Estate, succeeds
from tests.cli.stock import stock


@pytest.fixture
def depends(sh: Shell, store: MemoryStore) -> Shell:
    stock(store)
    return lambda *arguments: sh("job_depends", *arguments)


def names(out: str) -> list[str]:
    """First words of the rows of `-d` and `-t`."""
    return [line.split()[0] for line in out.split("\n")[7:] if line[:36].strip()]


# Messages


def test_a_mode_must_be_said(depends: Shell) -> None:
    code = "CAUAJM_E_50074"
    modes = "c Current Condition Status", "d Dependencies Only (from Job Definition)", "t Time Dependencies (Forecasts)"
    expected = "".join(
        f"{line}\n" for line in (f"{code} Must specify Mode:", *(f"{code}\t{mode}" for mode in modes), "")
    )
    assert depends() == (2, "", expected)
    assert depends("-J", "RET_CLOSE") == (2, "", expected)


@pytest.mark.parametrize(
    ("line", "code", "text"),
    [
        ("-c -d -J A", 2,
         "40017 Parameters -c, -d, -r, and -t are mutually exclusive. Only one of these parameters can be specified."),
        ("-crJ A", 2,
         "40017 Parameters -c, -d, -r, and -t are mutually exclusive. Only one of these parameters can be specified."),
        ("-c", 2, "50073 JobName is required."),
        ("-t -J ALL", 2, "50075 FROM Date/Time required for 't' (time dependency) Option."),
        ("-t -J ALL -F 2025", 2, "50078 Invalid FROM date specified. (MM/DD/YYYY HH:MM)"),
        ("-t -J ALL -F 02/04/2025 -T x", 2, "50078 Invalid TO date specified. (MM/DD/YYYY HH:MM)"),
        ("-t -J ALL -F 02/04/2025 -T 02/03/2025", 2, "50080 The TO time is BEFORE the FROM time!"),
        ("-t -J ALL -F 12/31/9999", 2, "50078 Invalid FROM date specified. (MM/DD/YYYY HH:MM)"),
        ("-t -J ALL -F 02/04/2025 -T 12/31/9999", 2, "50078 Invalid TO date specified. (MM/DD/YYYY HH:MM)"),
        ("-t -J ALL -F 01/01/0001", 2, "50078 Invalid FROM date specified. (MM/DD/YYYY HH:MM)"),
        ("-c -J NOSUCH", 1, "50081 Job NOSUCH not found in database."),
        ("-d -J NOSUCH", 1, "50081 Job NOSUCH not found in database."),
        ("-r -J NO_SUCH", 1, "50081 Job NO_SUCH not found in database."),
        ("-t -J NOSUCH -F 02/04/2025", 1, "50081 Job NOSUCH not found in database."),
    ],
)  # fmt: skip
def test_message(line: str, code: int, text: str, depends: Shell) -> None:
    assert depends(*line.split()) == (code, "", f"CAUAJM_E_{text}\n")


@pytest.mark.parametrize("line", ["-q", "-c -J A -B G", "-d -J A B", "-c -S ACE -J A", "-dL x -J A", "--wide -c -J A"])
def test_wrong_usage_begins_with_an_empty_line(line: str, depends: Shell) -> None:
    done = depends(*line.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("\nCAUAJM_E_40003 The specified parameters are not valid.\n\nAutoSys-py Job Depends Uti")


def test_a_missing_argument(depends: Shell) -> None:
    done = depends("-c", "-J")
    assert (done.code, done.err.split("\n")[:2]) == (2, ["", "CAUAJM_E_50130 Argument missing for option -J"])


def test_help_and_version(depends: Shell) -> None:
    assert depends("-c", "-?").out.startswith("\nAutoSys-py Job Depends Utility\n\nUSAGE: job_depends -c")
    assert depends("-x").out.startswith("AutoSys-py Job Depends Utility ")


def test_the_names_of_a_report_fold_in_case_but_for_t(depends: Shell) -> None:
    assert depends("-C", "-j", "RET_CLOSE") == depends("-c", "-J", "RET_CLOSE")
    assert depends("-t", "-J", "ALL", "-f", "02/04/2025", "-T", "02/04/2025 04:30").out.count("RET_") == 2


def test_values_may_wait(depends: Shell) -> None:
    assert depends("-J", "-w", "-c", "RET_CLOSE") == depends("-c", "-w", "-J", "RET_CLOSE")


# Which jobs


@pytest.mark.parametrize("mode", [["-c"], ["-d"], ["-r"], ["-t", "-F", "02/04/2025"]])
def test_a_pattern_that_matches_nothing_prints_nothing(mode: list[str], depends: Shell) -> None:
    assert depends(*mode, "-J", "NO%") == (0, "", "")
    assert depends(*mode, "-B", "NONE") == (0, "", "")


def test_groups_and_applications(depends: Shell) -> None:
    assert names(depends("-d", "-I", "RETAIL").out) == ["RET_STOCK_BX", "RET_NIGHT_BX"]
    assert names(depends("-d", "-B", "MAIL").out) == ["RET_STOCK_MAIL"]
    assert depends("-d", "-B", "MAIL", "-I", "RETAIL").out == ""
    without = ["RET_CLOSE", "RET_STOCK_LOAD", "RET_STOCK_SUB", "RET_REPORT", "RET_NIGHT_TALLY"]
    assert names(depends("-d", "-B", "", "-I", "").out) == without
    assert names(depends("-d", "-B", " ", "-I", " ").out) == without
    assert depends("-c", "-I", "RETAIL").out.count("\nJob Name  ") == 2
    assert depends("-r", "-B", "MAIL").out.count("input job <MAIL>") == 1


def test_levels(depends: Shell) -> None:
    assert names(depends("-d", "-L", "0", "-J", "RET_STOCK_BX").out) == ["RET_STOCK_BX"]
    assert names(depends("-dL1", "-J", "RET_STOCK_BX").out) == ["RET_STOCK_BX", "RET_STOCK_LOAD", "RET_STOCK_SUB"]
    whole = names(depends("-d", "-J", "RET_STOCK_BX").out)
    assert whole == ["RET_STOCK_BX", "RET_STOCK_LOAD", "RET_STOCK_SUB", "RET_STOCK_MAIL"]
    assert names(depends("-d", "-L", "-J", "RET_STOCK_BX").out) == whole
    assert names(depends("-tL0", "-F", "02/04/2025", "-J", "RET_NIGHT%").out) == ["RET_NIGHT_BX"]


def test_a_name_with_an_underscore_is_first_a_name(depends: Shell) -> None:
    assert depends("-c", "-J", "RET_STOCK_BX").out.count("\nJob Name  ") == 1
    assert depends("-c", "-J", "RET_STOCK_B_").out.count("\nJob Name  ") == 1
    assert depends("-c", "-J", "_ET_CLOSE").out.count("\nJob Name  ") == 1


# What is true now


def status_of(out: str, atom: str) -> list[str]:
    return next(line.split()[1:] for line in out.split("\n") if line.strip().startswith(atom))


def test_look_back_is_that_of_the_scheduler(depends: Shell, store: MemoryStore) -> None:
    """The evaluator is the one of the scheduler, the moment is now."""
    assert status_of(depends("-c", "-J", "RET_STOCK_LOAD").out, "s(RET_CLOSE,24.00)") == ["SUCCESS", "T"]
    Estate(store).stands("RET_CLOSE", last_end=NOW - 24 * 3600 - 1)
    assert status_of(depends("-c", "-J", "RET_STOCK_LOAD").out, "s(RET_CLOSE,24.00)") == ["SUCCESS", "F"]


def test_globals_and_other_instances(depends: Shell, store: MemoryStore) -> None:
    estate = Estate(store)
    estate.write(Outcome(globals={"RET_GO": "Y"}))
    assert status_of(depends("-c", "-J", "RET_STOCK_BX").out, "v(RET_GO)")[-2:] == ["Y", "T"]
    estate.write(Outcome(globals={"RET_GO": None}))
    assert status_of(depends("-c", "-J", "RET_STOCK_BX").out, "v(RET_GO)")[-2:] == ["-----", "F"]
    estate.write(Outcome(externals={"RET_ELSEWHERE^PRD": JobState(Status.FAILURE, exit_code=5, last_end=NOW)}))
    assert status_of(depends("-c", "-J", "RET_STOCK_LOAD").out, "e(")[-2:] == ["FAILURE", "F"]


def test_the_condition_of_an_override_is_the_one_that_counts(sh: Shell, store: MemoryStore) -> None:
    from zoneinfo import ZoneInfo

    from autosys_py.cli.define import Definer, load

    stock(store)
    text = "override_job: RET_REPORT condition: s(RET_CLOSE)\n"
    assert all(each.accepted for each in load(Definer(store, ZoneInfo("UTC"), "joe@desk", "offline"), text, NOW))
    assert "   Condition: s(RET_CLOSE)\n" in sh("job_depends", "-c", "-J", "RET_REPORT").out
    assert "s(RET_STOCK_BX)\n" in sh("job_depends", "-d", "-J", "RET_REPORT").out  # by definition


def test_a_job_whose_resources_are_its_own_already_lacks_nothing(depends: Shell) -> None:
    """RET_CLOSE keeps two of three licences, so that for its next run it needs no more (rule L-07)."""
    out = depends("-r", "-J", "RET_CLOSE").out
    assert out.split("\n")[6].split() == ["RET_CLOSE", "LICENCE", "2", "1", "Yes"]


# By date


def test_starts_in_a_range(depends: Shell) -> None:
    def starts(*options: str) -> list[str]:
        out = depends("-t", "-J", "RET_STOCK_LOAD", *options).out
        return [line[36:52] for line in out.split("\n")[7:] if line.startswith("RET")]

    assert starts("-F", "2/4/2025") == ["02/04/2025 05:00"]
    assert starts("-e", "-F", "2/4/2025") == ["02/04/2025 05:00", "02/04/2025 17:00"]
    assert starts("-F", "02/04/2025 05:00") == ["02/04/2025 05:00"]
    assert starts("-F", "02/04/2025 05:01") == ["02/04/2025 17:00"]
    assert starts("-F", "02/04/2025 17:01") == []
    assert starts("-e", "-F", "02/04/2025 12:00", "-T", "02/05/2025 05:00") == ["02/04/2025 17:00", "02/05/2025 05:00"]
    assert starts("-e", "-F", "02/04/2025", "-T", "02/05/2025")[-1] == "02/05/2025 17:00"
    assert len(starts("-e", "-F", "01/01/2025", "-T", "12/31/2029")) == 2 * (365 * 5 + 1)


def test_a_member_that_starts_by_date_in_a_box_that_does_not_stands_alone(depends: Shell) -> None:
    out = depends("-t", "-J", "RET_STOCK_BX", "-F", "02/04/2025").out
    assert [line[:20] for line in out.split("\n")[7:] if line.startswith("RET")] == ["RET_STOCK_LOAD      "]


@pytest.mark.parametrize("day", ["01/01/1970", "12/31/9997"])
def test_the_first_and_the_last_day(day: str, depends: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for zone in ("UTC", "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        assert depends("-t", "-e", "-J", "RET_STOCK_LOAD", "-F", day).out.count("\nRET_STOCK_LOAD") == 2


def test_days_without_a_start(depends: Shell) -> None:
    assert "RET_NIGHT" not in depends("-t", "-J", "RET_NIGHT%", "-F", "02/05/2025").out  # a Wednesday


def test_zone_and_date_format(
    depends: Shell, configure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    configure("DateFormat=YYYY/MM/DD\n")
    out = depends("-t", "-J", "RET_STOCK_LOAD", "-F", "2025/02/04 12:00").out
    assert (
        "RET_STOCK_LOAD                      2025/02/04 17:00" in out
    )  # the schedule is read in the client's zone too
    assert depends("-t", "-J", "ALL", "-F", "02/04/2025").err == (
        "CAUAJM_E_50078 Invalid FROM date specified. (YYYY/MM/DD HH:MM)\n"
    )


# Text


def test_atoms_are_one_word_and_what_it_compares_with() -> None:
    def atom(text: str, kind: Kind = Kind.SUCCESS, **details: str) -> Atom:
        return Atom(kind, "A", text=text, **details)  # type: ignore[arg-type]

    assert short_text(atom("Success ( A )")) == "s(A)"
    assert long_text(atom("s(A,\n 01.30 )")) == "SUCCESS(A,01.30)"
    assert long_text(atom("e( A^PRD )<=4", Kind.EXITCODE, comparison="<=")) == "EXITCODE(A^PRD) <= 4"
    assert short_text(atom('value(A)="a (b)  c"', Kind.VALUE, comparison="=")) == 'v(A) = "a (b)  c"'
    assert short_text(atom('n("A : B")', Kind.NOTRUNNING)) == 'n("A : B")'
    assert short_text(atom("nothing known")) == "nothing known"


def test_hostile_text_is_shown_and_columns_stay(sh: Shell, store: MemoryStore) -> None:
    estate = Estate(store)
    estate.job("\u65e5\u672c", state=JobState(Status.SUCCESS))
    bad = Condition((Atom(Kind.VALUE, "G\x1b[2J", comparison="=", operand="x", text='v(G\x1b[2J) = "x\ny"'),), (0,))
    evil = Definition(Job(0, 0, "EVIL", "CMD", condition=bad), (("condition", bad.atoms[0].text),))
    with store.transaction():
        store.put_first_states({store.put_definition(evil).joid: JobState()})
    definition = succeeds("\u65e5\u672c")
    estate.job("WIDE", condition=definition)
    estate.globals(**{"G\x1b[2J": "\x1b[31mred\nX"})
    done = sh("job_depends", "-c", "-J", "ALL")
    assert done.code == 0
    assert "\x1b" not in done.out
    lines = done.out.split("\n")
    assert '   v(G\\x1b[2J) = "x\\ny"' + " " * 26 + "\\x1b[31mred\\nX F" in lines
    assert "\u65e5\u672c" + " " * 29 + "SUCCESS" in done.out  # two characters, four columns
    assert lines.count(RULE) == 4


def test_long_names_push_the_rest_right(sh: Shell, store: MemoryStore) -> None:
    name = "N" * 40
    Estate(store).job(name)
    row = sh("job_depends", "-c", "-J", name).out.split("\n")[6]
    assert row == f"{name} INACTIVE             No                   No              No"


# Size


def test_a_command_imports_only_what_it_needs() -> None:
    script = (
        "import sys; from autosys_py.cli import agent_report, astail, autoflags, autosyslog, chk_auto_up, clock,"
        " condition_report, demand_report, job_depends, queue_report, start_report, time0, timetables;"
        "print([name for name in sys.modules if name.split('.')[0] in ('sqlalchemy', 'lark', 'rich', 'click')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_report_on_everything_reads_the_store_as_it_goes(
    sh: Shell, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the first job's conditions are looked at, the last job has not been read yet."""
    stock(store)
    read: list[str] = []
    seen: list[int] = []
    statuses, naming = store.statuses, store.jobs_naming

    def reading(joids: Sequence[int] | None = None) -> Iterator[StatusRow]:
        for row in statuses(joids):
            read.append(row.head.name)
            yield row

    def noting(name: str) -> list[int]:
        seen.append(len(read))
        return naming(name)

    monkeypatch.setattr(store, "statuses", reading)
    monkeypatch.setattr(store, "jobs_naming", noting)
    sh("job_depends", "-c", "-J", "ALL")
    assert seen[0] == 1
    assert read == [head.name for head in store.heads()]
