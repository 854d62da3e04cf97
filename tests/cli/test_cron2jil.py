"""cron2jil: crontabs as cron reads them, as JIL that `jil` loads and that starts when cron would (cli.md §7.6)."""

import shlex
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.command import command_text
from autosys_py.cli import clock
from autosys_py.cli.cron2jil import COMMAND, Settings, command_in_jil, convert, has_user_column, job_name, user_of
from autosys_py.cli.crontab import Entry, Unsaid, Variable, read
from autosys_py.cli.run import run
from autosys_py.cli.timetables import timetable_of
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Shell
from tests.cli.estate import NOW
from tests.instance import LiveInstance

TODAY = date(2025, 2, 3)


def settings(**changes: object) -> Settings:
    return Settings(Path(), "localhost", "", (), "MM/DD/YYYY", TODAY)._replace(**changes)  # type: ignore[arg-type]


def entry(line: str, *, has_user: bool = False) -> Entry:
    [found] = read([line], has_user=has_user)
    assert isinstance(found, Entry), found
    return found


def jil_of(line: str) -> str:
    """The attributes of the one job of a line."""
    [text] = [text for name, text in convert([line], settings()).files.items() if name.endswith(".jil")]
    return text


# What cron reads


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("5", [5]),
        ("0,30", [0, 30]),
        ("10-13", [10, 11, 12, 13]),
        ("*/20", [0, 20, 40]),
        ("10-40/10", [10, 20, 30, 40]),
        ("50/4", [50, 54, 58]),
        ("0-4/2,59", [0, 2, 4, 59]),
        ("07", [7]),
        ("-5", [5]),
    ],
)
def test_minutes(field: str, expected: list[int]) -> None:
    assert list(entry(f"{field} 1 * * * x").minutes) == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("*", {0, 1, 2, 3, 4, 5, 6}),
        ("7", {0}),
        ("0-7", {0, 1, 2, 3, 4, 5, 6}),
        ("mon-fri", {1, 2, 3, 4, 5}),
        ("Fri-Sun", {5, 6, 0}),
        ("5-7", {5, 6, 0}),
        ("SAT,sun", {6, 0}),
        ("*/2", {0, 2, 4, 6}),
    ],
)
def test_days_of_the_week(field: str, expected: set[int]) -> None:
    assert entry(f"0 1 * * {field} x").weekdays == expected


def test_months_have_names() -> None:
    assert entry("0 1 * jan-mar,Dec * x").months == {1, 2, 3, 12}


@pytest.mark.parametrize(
    ("nickname", "minutes", "hours", "days", "months", "weekdays"),
    [
        ("@hourly", [0], 24, 31, 12, 7),
        ("@daily", [0], 1, 31, 12, 7),
        ("@midnight", [0], 1, 31, 12, 7),
        ("@Weekly", [0], 1, 31, 12, 1),
        ("@monthly", [0], 1, 1, 12, 7),
        ("@yearly", [0], 1, 1, 1, 7),
        ("@annually", [0], 1, 1, 1, 7),
    ],
)
def test_nicknames(nickname: str, minutes: list[int], hours: int, days: int, months: int, weekdays: int) -> None:
    found = entry(f"{nickname}\t/bin/x y")
    assert list(found.minutes) == minutes
    assert [len(each) for each in (found.hours, found.days, found.months, found.weekdays)] == [
        hours, days, months, weekdays
    ]  # fmt: skip
    assert found.command == "/bin/x y"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("60 1 * * * x", "minute 60: outside 0 to 59"),
        ("5-2 1 * * * x", "wrong way round"),
        ("0 24 * * * x", "hour 24"),
        ("0 1 0 * * x", "day of month 0"),
        ("0 1 * 13 * x", "month 13"),
        ("0 1 * * 8 x", "day of week 8"),
        ("0 1 * * someday x", "'someday' is no number"),
        ("*/0 1 * * * x", "the step is no number"),
        ("*/x 1 * * * x", "the step is no number"),
        ("1,,2 1 * * * x", "'' is no number"),
        ("² 1 * * * x", "is no number"),
        ("0~30 1 * * * x", "at random"),
        ("0 1 * * *", "five fields and a command are wanted"),
        ("0 1 * * * %in", "there is no command"),
        ("@daily", "there is no command"),
        ("@sometimes x", "no time that cron knows"),
        ("hello", "five fields"),
    ],
)
def test_what_cron_refuses(line: str, reason: str) -> None:
    [found] = read([line], has_user=False)
    assert isinstance(found, Unsaid)
    assert reason in found.reason
    assert found.is_error


def test_comments_blank_lines_and_variables() -> None:
    lines = ["# comment", "", "  ", "PATH=/bin:/usr/bin", "A = ' x y '", '"B"="c"', "C=", "A=b c=d"]
    assert list(read(lines, has_user=False)) == [
        Variable(4, "PATH", "/bin:/usr/bin"),
        Variable(5, "A", " x y "),
        Variable(6, "B", "c"),
        Variable(7, "C", ""),
        Variable(8, "A", "b c=d"),
    ]


@pytest.mark.parametrize(
    ("text", "command", "given"),
    [
        ("date +\\%F", "date +%F", None),
        ("cat % a % b", "cat", (" a ", " b")),
        ("cat%", "cat", ("",)),
        ("x \\% y % \\%", "x % y", (" %",)),
    ],
)
def test_percent_signs(text: str, command: str, given: tuple[str, ...] | None) -> None:
    found = entry(f"0 1 * * * {text}")
    assert (found.command, found.input) == (command, given)


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ("13 * fri", [7, 13, 14, 21, 28]),  # either
        ("* * fri", [7, 14, 21, 28]),
        ("13 * *", [13]),
        ("*/9 * fri", [28]),  # a star restricts nothing: both
        ("10-16 * */3", [12, 15, 16]),  # sunday 0, wednesday 3, saturday 6
        ("29-31 2 *", []),
        ("1,2 feb sun", [2, 9, 16, 23]),
        ("1-7 3 *", []),
    ],
)
def test_day_of_month_and_day_of_week(fields: str, days: list[int]) -> None:
    found = entry(f"0 1 {fields} x").dates(TODAY, 26)
    assert [day.day for day in found if day.month == 2] == [day for day in days if day >= 3]


# What is written


@pytest.mark.parametrize(
    ("times", "attributes"),
    [
        ("30 2 * * *", 'days_of_week: all\nstart_times: "02:30"\n'),
        ("0,30 8-9 * * 1-5", 'days_of_week: mo,tu,we,th,fr\nstart_times: "08:00,08:30,09:00,09:30"\n'),
        ("*/15 * * * *", "days_of_week: all\nstart_mins: 00,15,30,45\n"),
        ("5 * * * sun,sat", "days_of_week: sa,su\nstart_mins: 05\n"),
    ],
)
def test_times(times: str, attributes: str) -> None:
    assert jil_of(f"{times} /bin/x").endswith(f"date_conditions: 1\n{attributes}")


def test_the_whole_of_a_small_file() -> None:
    lines = ["PATH=/bin:/opt", "15 3 1 * * /opt/close.sh -v"]
    written = convert(lines, settings(prefix="fin_", include=("application: FIN",)), "ann")
    assert list(written.files) == ["fin_close.sh_2.cal", "fin_close.sh_2.jil"]
    assert written.files["fin_close.sh_2.jil"] == (
        "# cron2jil: line 2: 15 3 1 * * /opt/close.sh -v\n"
        "# calendar fin_close.sh_2 ends on 2026-02-01: load a new one before\n"
        "insert_job: fin_close.sh_2   job_type: CMD\n"
        "command: /opt/close.sh -v\n"
        "machine: localhost\n"
        "owner: ann\n"
        'envvars: PATH="/bin:/opt"\n'
        "date_conditions: 1\n"
        "run_calendar: fin_close.sh_2\n"
        'start_times: "03:15"\n'
        "application: FIN\n"
    )
    calendar = written.files["fin_close.sh_2.cal"].splitlines()
    assert calendar[:2] == ["calendar: fin_close.sh_2", "03/01/2025"]
    assert len(calendar) == 13


def test_calendars_are_written_in_the_date_format_of_the_site() -> None:
    written = convert(["0 3 1 * * x"], settings(date_format="DD.MM.YYYY"))
    assert written.files["x_1.cal"].splitlines()[1] == "01.03.2025"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/opt/a b", "a_7"),
        ("LANG=C FOO=1 /usr/bin/env x", "env_7"),
        ("( cd /x; y )", "job_7"),
        ('"/opt/my prog"', "my_7"),
        ("~/bin/täglich:x", "t_glich_x_7"),
        ("[ -x /y ] && z", "__7"),
        ("a" * 100, "a" * 62 + "_7"),
    ],
)
def test_names(command: str, name: str) -> None:
    assert job_name("", command, 7) == name


@pytest.mark.parametrize(
    ("lines", "command"),
    [
        (["SHELL=/bin/bash", "0 1 * * * cat; wc # &"], ["/bin/bash", "-c", "cat; wc # &"]),
        (["SHELL=/bin/sh", "0 1 * * * cat; wc"], ["cat;", "wc"]),
        (["", "0 1 * * * cat & %it's%b"], ["printf", "%s\\n", "it's", "b", "|", "/bin/sh", "-c", "cat &"]),
    ],
)
def test_the_shell_and_its_input(lines: list[str], command: list[str]) -> None:
    text = convert(lines, settings()).files["cat_2.jil"]
    [line] = [line for line in text.splitlines() if line.startswith("command: ")]
    assert shlex.split(command_text(line.removeprefix("command: "))) == command


@pytest.mark.parametrize(
    "command",
    [
        "/opt/x --type: full",
        "x machine: y job_type: z",
        "rm /d/* /*",
        "/* x",
        '"/opt/my prog"',
        '"a" "b"',
        "echo '\"'",
        'curl http://h:80/x "a:b"',
        "x insert_job: y",
        "C:\\x",
    ],
)
def test_any_command_comes_through(command: str) -> None:
    typed = command_in_jil(command)
    assert typed is not None
    run_text = command_text(typed)
    plain = run_text.removesuffix(' # "').removeprefix("exec ").replace('""/*', "/*")
    assert plain == command


def test_what_jil_cannot_hold_is_said() -> None:
    written = convert(["0 1 * * * a\x01b"], settings())
    assert written.files == {}
    assert [(note.text, note.is_error) for note in written.notes] == [("skipped: JIL cannot hold its command", True)]


@pytest.mark.parametrize(
    ("lines", "note"),
    [
        (["* * * * * x"], "skipped: it starts every minute"),
        (["@reboot x"], "@reboot: no schedule starts a job with the machine"),
        (["0 1 30 2 * x"], "skipped: no day of the next year is meant"),
        (["MAILTO=ops"], "MAILTO: output is not mailed; it is in std_out_file and std_err_file"),
        (["RANDOM_DELAY=9"], "RANDOM_DELAY: no start is put off at random"),
    ],
)
def test_notes(lines: list[str], note: str) -> None:
    written = convert(lines, settings())
    assert written.files == {}
    assert [(each.text, each.is_error) for each in written.notes] == [(note, False)]


def test_nobody_is_mailed() -> None:
    assert convert(["MAILTO=", 'MAILTO=""'], settings()).notes == []


def test_a_variable_that_jil_cannot_hold() -> None:
    written = convert(['A=say "hi" now', "0 1 * * * x"], settings())
    assert "envvars" not in written.files["x_2.jil"]
    assert written.notes[0].text == "variable A: JIL cannot hold its value"


def test_too_many_times_are_several_jobs() -> None:
    text = convert(["*/5 8-17 * * * x"], settings()).files["x_1.jil"]
    assert [line.split()[1] for line in text.splitlines() if line.startswith("insert_job")] == [
        "x_1_1",
        "x_1_2",
        "x_1_3",
    ]
    assert "# 3 jobs: so many start times are too long for one" in text


# The column of users


def test_a_column_of_users(tmp_path: Path) -> None:
    home = tmp_path / "tab"
    assert has_user_column(Path("/etc/crontab"), [])
    assert has_user_column(Path("/etc/cron.d/x"), [])
    assert has_user_column(home, ["# m h dom mon dow user  command"])
    assert has_user_column(home, ["# |  |  |  |  .---- day of week (0 - 6) (Sunday=0) OR sun,mon", "0 1 * * * root x"])
    assert has_user_column(home, ["0 1 * * * root run-parts /x", "@daily root y"])
    assert not has_user_column(home, ["0 1 * * * root"])
    assert not has_user_column(home, ["0 1 * * * root x", "0 1 * * * /bin/y z"])
    assert not has_user_column(home, ["# nothing"])


def test_the_user_owns_the_job() -> None:
    written = convert(["0 1 * * *  ops\t/bin/x  y"], settings(), has_user=True)
    assert "command: /bin/x  y\nmachine: localhost\nowner: ops\n" in written.files["x_1.jil"]


def test_whose_crontab_it_is() -> None:
    assert user_of(Path("/var/spool/cron/crontabs/ann")) == "ann"
    assert user_of(Path("/home/ann/crontab")) == ""


# The command


def tab(tmp_path: Path, text: str) -> str:
    path = tmp_path / "tab"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return str(path)


@pytest.fixture(autouse=True)
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setenv("TZ", "UTC")


def test_the_command(sh: Shell, tmp_path: Path) -> None:
    (tmp_path / "more").write_text("permission: gx\n")
    out = tmp_path / "out"
    out.mkdir()
    crontab = tab(tmp_path, "0 1 * * * x\r\n* * * * * y\n")
    options = ("-d", str(out), "-i", str(tmp_path / "more"), "-m", "node-a", "-p", "p.")
    done = sh("cron2jil", "-f", crontab, *options)
    assert (done.code, done.out) == (0, "")
    assert done.err == f"CAUAJM_W_99070 {crontab}, line 2: skipped: it starts every minute\n"
    text = (out / "p.x_1.jil").read_text()
    assert "command: x\nmachine: node-a\n" in text
    assert "\npermission: gx\n" in text


def test_a_line_that_is_wrong_stops_no_other(sh: Shell, tmp_path: Path) -> None:
    done = sh("cron2jil", "-f", tab(tmp_path, "0 1 * * 9 x\n0 1 * * * \x1b[31my\n0 1 * * * z\n"), "-d", str(tmp_path))
    assert done.code == 1
    assert "\x1b" not in done.err
    assert [path.name for path in tmp_path.glob("*.jil")] == ["z_3.jil"]


@pytest.mark.parametrize("line", [(), ("-f",), ("-z",), ("x",)])
def test_wrong_lines(sh: Shell, line: tuple[str, ...]) -> None:
    done = sh("cron2jil", *line)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "usage: cron2jil -f crontab [-d directory] [-i include]\n                [-m machine] [-p prefix]\n"
    )


def test_what_is_not_there(sh: Shell, tmp_path: Path) -> None:
    assert sh("cron2jil", "-f", "/no/such").err.count("\n") == 1
    done = sh("cron2jil", "-f", tab(tmp_path, ""), "-d", "/no/such")
    assert (done.code, done.err) == (1, "CAUAJM_E_99082 Cannot write /no/such: no such directory\n")


def test_it_opens_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOUSER", str(tmp_path / "none"))
    assert run(COMMAND, ["-f", tab(tmp_path, "0 1 * * * x\n"), "-d", str(tmp_path)]) == 0
    assert not (tmp_path / "none").exists()


# Into the store, and as cron would start


CRONTAB = r"""
SHELL=/bin/bash
PATH=/usr/local/bin:/bin
CRON_TZ=Europe/Zurich
MAILTO=ops
0 1 * * * /opt/nightly.sh > /dev/null 2>&1
*/10 8-18 * * 1-5 /opt/poll "a b" 'c:d'
17 * * * * cd / && run-parts --report /etc/cron.hourly
0 0 13 * 5 /opt/friday
0 0 */2 * 1 /opt/odd
30 4 1,15 * * /opt/date +\%F
0 22 * jan,jul sun /opt/x machine: y
@weekly /opt/weekly % line one % line "two"
5 0 29 2 * /opt/leap
0 5 * * * "/opt/my prog" /* all
"""


def test_what_it_writes_is_loaded(tmp_path: Path) -> None:
    instance = LiveInstance(tmp_path / "instance")
    folder = tmp_path / "out"
    folder.mkdir()
    done = instance.run("cron2jil", "-f", tab(tmp_path, CRONTAB), "-d", str(folder))
    assert "Traceback" not in done.stderr
    calendars = sorted(folder.glob("*.cal"))
    assert len(calendars) == 4
    for path in calendars:
        assert "Insert Successful" in instance.run("autocal_asc", "-I", str(path)).stdout
    for path in sorted(folder.glob("*.jil")):
        loaded = instance.run("jil", text=path.read_text())
        assert loaded.stderr == "", path.read_text()
        assert "I_50205" in loaded.stdout
    assert len(instance.run("autorep", "-J", "%").stdout.splitlines()) == 3 + 8 + 2


def cron_starts(found: Entry, first: datetime, count: int) -> list[datetime]:
    """What cron does, minute by minute: the day decided as its manual says."""
    starts: list[datetime] = []
    moment = first
    while len(starts) < count:
        moment += timedelta(minutes=1)
        by_month, by_week = moment.day in found.days, moment.isoweekday() % 7 in found.weekdays
        is_day = (by_month or by_week) if found.either_day else (by_month and by_week)
        if not (is_day and moment.month in found.months):
            moment = moment.replace(hour=23, minute=59)
        elif moment.hour in found.hours and moment.minute in found.minutes:
            starts.append(moment)
    return starts


@pytest.mark.parametrize(
    "times",
    [
        "0 1 * * *",
        "*/7 * * * *",
        "5,35 6-20/3 * * 1-5",
        "0 0 13 * 5",
        "0 12 */3 * 1",
        "30 4 1-7 * *",
        "1 2 * 3,4 0,3",
        "@weekly",
    ],
)
def test_jobs_start_when_cron_would(times: str) -> None:
    from autosys_py.cli.define import Definer, load
    from autosys_py.core.model import NamedObject
    from autosys_py.jil.calendars import read_calendars

    store, zone = MemoryStore(), ZoneInfo("UTC")
    written = convert([f"{times} x"], settings())
    for name, text in written.files.items():
        if name.endswith(".cal"):
            [calendar] = read_calendars(text, "MM/DD/YYYY")
            assert calendar.accepted
            with store.transaction():
                store.put_object(NamedObject(calendar.kind, calendar.name, "", calendar.attributes))
    [answer] = load(Definer(store, zone, "op@host"), written.files["x_1.jil"], NOW)
    assert answer.accepted, answer.faults
    assert answer.defined is not None
    timetable, job = timetable_of(store, zone), answer.defined
    starts: list[datetime] = []
    due = timetable.next_start(job, NOW)
    while due is not None and len(starts) < 40:
        starts.append(datetime.fromtimestamp(due, UTC))
        due = timetable.next_start(job, due)
    assert len(starts) >= 15  # a calendar of a year may hold no more
    assert starts == cron_starts(entry(f"{times} x"), datetime.fromtimestamp(NOW, UTC), len(starts))


SYSTEM = """# /etc/crontab: system-wide crontab
SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/bin
MAILTO="ops@example.com,root"
HOME = /

# m h dom mon dow user\tcommand
17 *\t* * *\troot    cd / && run-parts --report /etc/cron.hourly
25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
52 6\t1 * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }
*/5 * * * *\troot\t/usr/bin/flock -n /tmp/l -c "sync.sh -a" >> /var/log/x.log 2>&1
0 2 * * *\troot\t[ "$(date +\\%u)" = 7 ] && /opt/weekly "a\tb"
0 9 * * MON-FRI\twww-data\tcurl -s "http://h/?key=a%20b"
@reboot root /opt/start
@daily\tnobody\tfind /tmp -name '*.tmp' -mtime +7 -exec rm {} \\;
* * * * * root /opt/beat
0 0 L * * root x
H * * * * root x
15 10 ? * 6#3 root x
"""


def test_the_crontab_of_a_system() -> None:
    """As distributions bring it, and what people put below it; Jenkins and Quartz are not cron."""
    written = convert(SYSTEM.splitlines(), settings(), has_user=True)
    commands = {}
    for name, text in written.files.items():
        if name.endswith(".jil"):
            fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line and line[0] != "#")
            commands[name] = (fields["owner"], command_text(fields["command"]))
    monthly = "test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }"
    assert commands == {
        "cd_8.jil": ("root", "cd / && run-parts --report /etc/cron.hourly"),
        "test_9.jil": ("root", monthly.replace("monthly", "daily")),
        "test_10.jil": ("root", monthly),
        "flock_11.jil": ("root", '/usr/bin/flock -n /tmp/l -c "sync.sh -a" >> /var/log/x.log 2>&1'),
        "__12.jil": ("root", '[ "$(date +%u)" = 7 ] && /opt/weekly "a\tb"'),
        "curl_13.jil": ("www-data", "printf '%s\\n' '20b\"' | /bin/sh -c 'curl -s \"http://h/?key=a'"),
        "find_15.jil": ("nobody", "find /tmp -name '*.tmp' -mtime +7 -exec rm {} \\;"),
    }
    assert [(note.line, note.is_error) for note in written.notes] == [
        (4, False), (10, False), (14, False), (16, False), (17, True), (18, True), (19, True)
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "Europe/Berlin x", "Europe/Ber\tlin", "E" * 60])
def test_a_zone_that_jil_would_refuse_is_an_error(zone: str) -> None:
    written = convert([f"CRON_TZ={zone}", "0 3 * * * x"], settings())
    assert not written.files
    assert [(note.line, note.is_error) for note in written.notes] == [(2, True)]
    assert written.notes[0].text == f"skipped: CRON_TZ={zone} is no time zone of this host"
