"""What existing scripts do with the output, done by shells on whole processes: each sentence of cli.md §10."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autosys_py.core.codes import Status
from autosys_py.core.model import JobState
from autosys_py.event_server.open import open_store
from tests.cli.estate import retail
from tests.cli.stock import stock
from tests.instance import LiveInstance

BIN = Path(sys.executable).parent
SHELLS = [
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"there is no {name}"))
    for name in ("bash", "dash")
]


class Site:
    """An instance on disk and a shell whose environment names it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTO")}
        self.environment = {**kept, "AUTOUSER": str(folder), "TZ": "UTC", "PATH": f"{BIN}:{os.environ['PATH']}"}

    def sh(self, script: str, shell: str = "bash") -> str:
        """What a script prints, both streams."""
        done = subprocess.run(
            [shell, "-c", script],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    store = open_store(f"sqlite:///{folder}/ACE.db")
    long = JobState(Status.SUCCESS, run_num=12345678, ntry=1, exit_code=7, last_start=1738562400, last_end=1738562460)
    retail(store).job("RET_LONG", state=long)
    store.close()
    return Site(folder)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("script", "out"),
    [
        # The job summary: row 1 is line 4, words 1 to 8 of a finished job
        ("autorep -J RET_CLOSE | sed -n 4p | awk '{print $6}'", "FA\n"),
        ("autorep -J RET_CLOSE | tail -1 | awk '{print $1, $2, $3, $4, $5, $6, $7, $8}'",
         "RET_CLOSE 02/02/2025 23:00:00 02/02/2025 23:02:17 FA 40/1 3\n"),
        ("autorep -J RET_CLOSE | wc -l", "4\n"),
        ("autorep -j RET_STOCK_BX -l0 | wc -l", "4\n"),
        ("autorep -J RET_STOCK_BX -L0 | awk 'NR==4 {print $4, $5}'", "----- RU\n"),
        ("autorep -J ALL | tail -n +4 | awk '{print $1}' | sort | head -1", "RET_CLOSE\n"),
        ("autorep -J ALL | sed -n 2p | cut -c1-8", "Job Name\n"),
        ("autorep -J ALL | sed -n 3p | cut -c1-5", "_____\n"),
        ("autorep -J RET_CLOSE | grep RET_CLOSE | cut -c66-84", "02/02/2025 23:00:00\n"),
        ("autorep -J RET_CLOSE | tail -1 | cut -c123-", "3      \n"),
        ("autorep -J ALL | grep -c ' FA '", "1\n"),
        ("autorep -J ALL | grep -c 'AC/NE '", "1\n"),
        ("autorep -J ALL | tail -n +4 | sed 's/[^ ].*//' | awk '{print length($0)}' | tr -d '\\n'", "01100"),
        ("autorep -J RET_LONG | tail -1 | cut -c125- | tr -d ' '", "7\n"),
        ("autorep -J RET_LONG | awk 'NR==4 {split($7, run, \"/\"); print run[1] + 0, run[2] + 0, $8}'",
         "12345678 1 7\n"),
        ("autorep -J ALL | perl -ne 'print \"$1\\n\" if /^ *(\\S+) .* (?:FA|TE) /'", "RET_CLOSE\n"),
        ("autorep -J RET% -w -D | sed 1,3d | while read name rest; do echo $name; done | wc -l", "5\n"),
        ("autorep -J ALL | sed -n '4,$p' | grep '^ ' | cut -c2- | cut -d' ' -f1", "RET_STOCK_FW\nRET_STOCK_MAIL\n"),
        ("autorep -J RET_CLOSE | tail -n 1 | tr -s ' ' | cut -d' ' -f 6,7,8", "FA 40/1 3\n"),
        ("set -- $(autorep -J RET_CLOSE | sed -n 4p); echo $1 $6 $#", "RET_CLOSE FA 8\n"),
        ("set -- $(autorep -J RET_STOCK_MAIL | sed -n 4p); echo $2 $3 $4 $#", "----- ----- AC/NE 5\n"),
        ("autorep -J NOSUCH 2>/dev/null | wc -c", "0\n"),
        ("autorep -J RET_CLOSE -r -1 | sed -n 4p | awk '{print $7}'", "39/1\n"),
        ("autorep -J RET_CLOSE -r -9 2>/dev/null | grep -c RET_CLOSE", "0\n"),
        ("autorep -J ALL -s FA | awk '{print $1}'", "RET_CLOSE\n"),
        ("autorep -V ALL -n | wc -l", "0\n"),
        ("autorep -M ALL -n | awk '$1 == \"node-b\" {print $NF}'", "Offline\n"),
        ("autorep -G RET_GO | tail -1 | awk '{print $2}'", "Y\n"),
        ("autorep -d -J RET_CLOSE | grep -A1 ALARM | tail -1 | awk '{print $1}'", "JOBFAILURE\n"),
        # autostatus: one word
        ('[ "$(autostatus -J RET_CLOSE)" = FAILURE ] && echo failed', "failed\n"),
        ("autostatus -j RET_STOCK_BX | wc -w", "1\n"),
        ("s=$(autostatus -J NOSUCH 2>&1); case \"$s\" in *'Invalid job/box name:'*) echo unknown;; esac", "unknown\n"),
        ("autostatus -G RET_GO", "Y\n"),
        # sendevent: silence, and the refused force start first
        ("x=$(sendevent -P 1 -E KILLJOB -K 15 -J RET_CLOSE 2>&1); echo \"[$x] $?\"", "[] 0\n"),
        ("sendevent -E FORCE_STARTJOB -J RET_STOCK_BX 2>&1 | head -1",
         "CAUAJM_I_60001 Job (RET_STOCK_BX) has already started. FORCE_STARTJOB has no effect.\n"),
        ("sendevent -E STARTJOB -J NOSUCH >/dev/null 2>&1; echo $?", "1\n"),
        # Exit codes and order of streams
        ("autorep -J NOSUCH >/dev/null 2>&1; echo $?", "1\n"),
        ("autorep -J NO% ; echo $?", "0\n"),
        ("autorep >/dev/null 2>&1; echo $?", "2\n"),
        ("autorep -J ALL | head -2 | tail -1 | cut -c1-3; echo $?", "Job\n0\n"),
    ],
)  # fmt: skip
def test_script(script: str, out: str, shell: str, site: Site) -> None:
    assert site.sh(script, shell) == out


def test_no_part_of_a_pipe_fails(site: Site) -> None:
    assert site.sh("set -o pipefail; autorep -J ALL | head -1; echo $?") == "\n0\n"


def test_the_other_family_of_scripts_drops_the_last_line(site: Site) -> None:
    (site.folder / "config.ACE").write_text("AutorepTrailingBlank=1\nMessageStream=stdout\n")
    try:
        assert site.sh("autorep -J RET_CLOSE | tail -2 | head -1 | awk '{print $6}'") == "FA\n"
        assert site.sh("autorep -J ALL | sed '$d' | tail -1 | awk '{print $1}'") == "RET_LONG\n"
        assert site.sh('x=$(autostatus -J NOSUCH); echo "$x"') == "CAUAJM_E_50004 Invalid job/box name: NOSUCH\n"
    finally:
        (site.folder / "config.ACE").unlink()


# job_depends: the first word below the dashes is the atom or the dependent, the last one T or F

ATOMS = "sed -n '/Atomic Condition/,/^$/p' | tail -n +3 | grep ."
DEPENDENTS = "sed -n '/Dependent Job Name/,/^___/p' | tail -n +3 | grep -v ^___"


@pytest.fixture(scope="module")
def stock_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("stock")
    store = open_store(f"sqlite:///{folder}/ACE.db")
    stock(store)
    store.close()
    return Site(folder)


# autorep -q: a file of definitions that scripts take apart


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("autorep -J RET_STOCK_BX -q -L0 | grep '^/\\* -\\{17\\} [^ ]* -\\{17\\} \\*/ $' | awk '{print $3}'",
         "RET_STOCK_BX\n"),
        ("autorep -J ALL -q | awk '$1 == \"insert_job:\" {print $2, $NF}' | sort | head -3",
         "RET_CLOSE CMD\nRET_NIGHT_BX BOX\nRET_NIGHT_TALLY CMD\n"),
        ("autorep -J RET_CLOSE -q | grep insert_job | cut -d: -f3 | tr -d ' '", "CMD\n"),
        ("autorep -J RET_STOCK_BX -q | sed -n 's/^ *insert_job: *\\([^ ]*\\).*/\\1/p' | head -2",
         "RET_STOCK_BX\nRET_STOCK_LOAD\n"),
        ("autorep -J RET_CLOSE -q | sed -n 's/^machine: //p'", "node-a\n"),
        ("autorep -J RET_CLOSE -q | awk -F': ' '$1 == \"command\" {print $2}'", "close\n"),
        ("autorep -J RET_NIGHT_BX -q -L0 | grep -A6 '^/\\* ---' | tail -1 | cut -d: -f1", "days_of_week\n"),
        ("autorep -J RET_NIGHT_BX -q -L0 | awk '/^\\/\\* ---/ {n = NR} NR == n + 6 {print $1}'", "days_of_week:\n"),
        ("autorep -J ALL -q | perl -00 -ne '$n++ if /^ *insert_job:/; END {print \"$n\\n\"}'", "8\n"),
        ("autorep -J ALL -q | grep -v '^ *[a-z_]*: ' | grep -v '^ */\\*' | grep -v '^$' | wc -l", "0\n"),
        ("autorep -J RET_STOCK_BX -q | grep '^ insert_job' | wc -l", "2\n"),
        ("autorep -qj RET_CLOSE -l0 | wc -l; autorep -dj RET_CLOSE | wc -l; autorep -cj X >/dev/null 2>&1; echo $?",
         "13\n7\n2\n"),
    ],
)  # fmt: skip
def test_script_about_definitions(script: str, out: str, shell: str, stock_site: Site) -> None:
    assert stock_site.sh(script, shell) == out


@pytest.mark.parametrize("shell", SHELLS)
def test_what_autorep_prints_jil_takes(shell: str, site: Site, tmp_path: Path) -> None:
    script = f"""
        cd {tmp_path} && autorep -J ALL -q > jobs.jil
        AUTOUSER={tmp_path}/other; export AUTOUSER
        jil < jobs.jil >/dev/null 2>&1 || echo refused
        autorep -J ALL -q | diff - jobs.jil && echo the same
    """
    assert site.sh(script, shell) == "the same\n"


def test_a_whole_estate_moves_to_another_instance(stock_site: Site, tmp_path: Path) -> None:
    """Machines before jobs, members before virtual machines, and no complaint."""
    script = f"""
        cd {tmp_path} && for what in -M -V -X -J; do autorep $what ALL -q; done > all.jil
        AUTOUSER={tmp_path}/other; export AUTOUSER
        jil < all.jil >/dev/null || echo refused
        for what in -M -V -X -J; do autorep $what ALL -q; done | diff - all.jil && echo the same
    """
    assert stock_site.sh(script) == "the same\n"


# The scheduler at work: what was sent is soon seen, and the log has its words where they always were


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A job that succeeded and one that failed, by a scheduler that has ended since."""
    folder = tmp_path_factory.mktemp("live")
    instance = LiveInstance(folder, "RunAsOwner=never\n")
    try:
        instance.jil("insert_job: RET_A  command: true  machine: localhost\n")
        instance.jil("insert_job: RET_B  command: exit 3  machine: localhost  alarm_if_fail: 1\n")
        instance.start_scheduler()
        for name, status in (("RET_A", "SUCCESS"), ("RET_B", "FAILURE")):
            instance.send("-E", "STARTJOB", "-J", name)
            instance.wait_for_status(name, status)
        instance.send("-E", "SET_GLOBAL", "-G", "RET_GO=now")
        instance.wait_for(lambda: "EVENT: SET_GLOBAL" in instance.log, "the global")
        assert instance.stop_scheduler() == 0
    finally:
        instance.close()
    yield Site(folder)


LOG = '"$AUTOUSER/out/event_demon.ACE"'


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("autorep -J RET_B | awk 'NR==4 {print $6, $NF}'; autostatus -J RET_A", "FA 3\nSUCCESS\n"),
        (f"awk '/EVENT: STARTJOB/ {{print $7}}' {LOG}", "RET_A\nRET_B\n"),
        (f"awk '/EVENT: CHANGE_STATUS/ && /STATUS: FAILURE/ {{print $9}}' {LOG}", "RET_B\n"),
        (f"grep 'STATUS: SUCCESS ' {LOG} | awk '{{print $6, $7, $8, $9}}'", "STATUS: SUCCESS JOB: RET_A\n"),
        (f"grep ' ALARM: JOBFAILURE ' {LOG} | awk '{{print $5, $6, $7, $9}}'", "ALARM ALARM: JOBFAILURE RET_B\n"),
        (f"grep 'STATUS: FAILURE' {LOG} | cut -c28-66", "CAUAJM_I_40245 EVENT: CHANGE_STATUS    \n"),
        (f"grep 'STATUS: FAILURE' {LOG} | cut -c67-101", "STATUS: FAILURE         JOB: RET_B \n"),
        (f"sed -n 's/.*STATUS: FAILURE.*MACHINE: \\([^ ]*\\).*/\\1/p' {LOG}", "localhost\n"),
        (f"sed -n 's/.*STATUS: FAILURE.*EXITCODE:  //p' {LOG}", "3\n"),
        (f"perl -ne 'print \"$1 $2\\n\" if /STATUS: (\\w+)\\s+JOB: (\\S+)/' {LOG} | grep RET_A",
         "STARTING RET_A\nRUNNING RET_A\nSUCCESS RET_A\n"),
        (f"grep -c '^\\[[0-9][0-9]/[0-9][0-9]/[0-9]\\{{4\\}} [0-9:]\\{{8\\}}\\]      ' {LOG} | sed 's/[0-9].*/all/'",
         "all\n"),
        (f"grep -v '^\\[../../.... ..:..:..\\]      [^ ]' {LOG} | wc -l", "0\n"),
        (f"awk '/EVENT: SET_GLOBAL/ {{print $(NF-2), $NF}}' {LOG}", "RET_GO now\n"),
        (f"sed -n 's/.*connected for RET_A \\(.*\\)\\]/\\1/p' {LOG}", "1.1.1\n"),
        ("autosyslog -e -l 100 -p 'EVENT: STARTJOB' | awk '{print $7}'", "RET_A\nRET_B\n"),
    ],
)  # fmt: skip
def test_script_about_the_log(script: str, out: str, shell: str, live: Site) -> None:
    assert live.sh(script, shell) == out


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("script", "out"),
    [
        (f"job_depends -c -w -J RET_STOCK_BX | {ATOMS} | awk '{{print $1, $NF}}'", "s(RET_CLOSE) T\nv(RET_GO) F\n"),
        (f"job_depends -c -J RET_STOCK_BX | {ATOMS} | awk '$NF == \"F\" {{print $1}}'", "v(RET_GO)\n"),
        (f"job_depends -c -w -J RET_STOCK_BX | {ATOMS} | sed 's/.*(\\([^)]*\\)).*/\\1/'", "RET_CLOSE\nRET_GO\n"),
        (f"job_depends -c -J RET_STOCK_BX | {DEPENDENTS} | awk '{{print $1}}'", "RET_REPORT\n"),
        ("job_depends -c -J RET_CLOSE | grep -c ' F$'", "0\n"),
        ("job_depends -c -J ALL | grep '^RET' | awk '{print $1}' | wc -l", "8\n"),
        ("job_depends -c -J RET_STOCK_BX | awk 'NR == 7 {print $2}'", "SUCCESS\n"),
        ("job_depends -c -J RET_STOCK_BX | sed -n 7p | cut -c34-40", "SUCCESS\n"),
        ("job_depends -d -J ALL | tail -n +8 | awk '$2 == \"Yes\" {print $1}'", "RET_STOCK_LOAD\nRET_NIGHT_BX\n"),
        ("job_depends -t -J ALL -F '02/04/2025 00:00' | grep -c '02/04/2025'", "2\n"),
        ("job_depends -r -J ALL | awk '$NF == \"No\" {print $1, $2}'", "RET_REPORT LICENCE\n"),
        ("job_depends -c -J NOSUCH 2>/dev/null; echo $?", "1\n"),
        ("job_depends -c -J NOSUCH 2>&1 | awk '{print $1}'", "CAUAJM_E_50081\n"),
        ("job_depends -c >/dev/null 2>&1; echo $?", "2\n"),
        ("job_depends -d -J ALL | head -3 | tail -1 | awk '{print $1, $2, $3}'; echo $?", "Job Dependency Report\n0\n"),
        ("job_depends -c -J ALL 2>&1 | head -1 | wc -l", "1\n"),
        ("autorep -Q ALL -n | tail -n +4 | awk '{print $2, $3}'", "RET_REPORT RW\nRET_STOCK_MAIL QU\n"),
        ("autorep -M node-a -p | awk -F': ' '/^Machine Name/ {print $2}'", "node-a\n"),
        ("chk_auto_up -Q; [ $? -eq 1 ] && echo no scheduler", "no scheduler\n"),
        ("chk_auto_up -r 10 >/dev/null 2>&1 || echo up", ""),
        ("autoflags -r", "0\n"),
        ("time0 -T '02/03/2025 06:00' | awk '{print $NF}'", "1738562400\n"),
        ("time0 | awk '{print $NF}' | tail -1 | grep -c '^[0-9]*$'", "1\n"),
        ("astail -f /no/such/file 2>&1; echo $?", "/no/such/file: No such file or directory\n1\n"),
        ("autosyslog -j RET_CLOSE >/dev/null 2>&1; echo $?", "1\n"),
    ],
)
def test_script_about_dependencies(script: str, out: str, shell: str, stock_site: Site) -> None:
    assert stock_site.sh(script, shell) == out
