"""Texts to begin with: those of real sites where they are at hand, and ours."""

import re
from functools import cache
from pathlib import Path

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
SCENARIOS = Path(__file__).parents[1] / "scenarios"
TOGETHER = 5
"""Stanzas of one text."""


@cache
def stanzas() -> tuple[str, ...]:
    """A few stanzas each."""
    found = [ESTATE, OBJECTS]
    for path in sorted(CORPUS.glob("*/*.jil")):
        parts = re.split(r"(?=\n[ \t]*insert_)", _read(path))
        found += ["".join(parts[at : at + TOGETHER]) for at in range(0, len(parts), TOGETHER)]
    for path in sorted(SCENARIOS.glob("*.txt")):
        blocks = re.findall(r"(?:^jil\n)((?:    .*\n|\n)+)", _read(path), re.MULTILINE)
        found += [block for block in blocks if block.strip()]
    return tuple(found)


@cache
def calendars() -> tuple[str, ...]:
    found = [*CALENDARS]
    for path in sorted(CORPUS.glob("made/*.txt")):
        records = _read(path).split("\n\n")
        found += ["\n\n".join(records[at : at + 3]) for at in range(0, len(records), 3)]
    return tuple(found)


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


ESTATE = """\
insert_machine: m1
type: a
node_name: localhost
max_load: 100

insert_resource: r1
res_type: R
amount: 3

insert_job: box1   job_type: BOX
date_conditions: 1
days_of_week: all
start_times: "07:00, 12:00"
run_window: "06:30-13:00"

insert_job: a   job_type: CMD
box_name: box1
command: echo "a: b"
machine: m1
job_load: 10
priority: 1
resources: (r1, QUANTITY=2, FREE=Y)
max_run_alarm: 5
n_retrys: 2

insert_job: b   job_type: CMD
box_name: box1
command: x
machine: m1
condition: s(a, 01.00) & v(G) != "no" | e(a) >= 4
term_run_time: 30
box_terminator: 1

insert_job: w   job_type: FW
machine: m1
watch_file: "/tmp/in.dat"
watch_interval: 30
start_mins: 15, 45
date_conditions: 1
must_complete_times: +20
group: night
application: app

override_job: a
n_retrys: 5
"""
OBJECTS = """\
insert_xinst: PRD
xtype: a
xmachine: host
xport: 9000

insert_job_type: 5
command: /opt/x

insert_glob: G1
blob_input: <auto_blobt>line: one
two</auto_blobt>

insert_machine: v1
type: v
machine: localhost
factor: 0.5

insert_connectionprofile: P1
connectionprofile_type: HADOOP

insert_monbro: M1
mode: b
job_filter: j
job_name: x

insert_job: x   job_type: CMD
machine: v1
command: cat
std_in_file: $$blobt
blob_input: <auto_blobt> insert_job: y
</auto_blobt>
condition: s(q^PRD) and n(x) or t(y, 9999) && f(z,0)
envvars: A=1,B="2, 3"
notification_emailaddress: a@example.com
notification_emailaddress: b@example.com
success_codes: 1,3-5,-9
svcdesk_attr: "group="NAME" NO_ACTION"

rename_job: x
new_name: x2

update_job: x2
description: "new: \\"text\\""

delete_job: x2
"""
CONDITIONS = (
    "s(a)",
    "success(a) & failure(b) | done(c)",
    "(s(a) and s(b)) or not_running(c)",
    "s(a, 01.30) & f(b,0) & d(c, 9999)",
    "e(a) >= 4 & exitcode(b, 2.00) != -1",
    'v(GLOBAL) = "yes" | value(other) < 5',
    "n(a^PRD) && t(b) || s(c\\:d)",
    '"s(a) & s(b)"',
    "((((s(a))))) & ((s(b) | s(c)))",
    "SUCCESS(a) AND NOTRUNNING(b) OR TERMINATED(c)",
)
CONDITION_WORDS = (
    "s(", "f(", "success", "exitcode(", "e(a)=", "v(", "value(", "n(", "notrunning", "t(", ")", "(", "&", "|", "and",
    "OR", "&&", "||", "=", "!=", ">=", "<", "^PRD", "^", ", 01.00", ",0", ",9999", ".99", '"', "\\:", "a", "_", "not",
)  # fmt: skip
_TIMED = "insert_job: a job_type: CMD machine: localhost command: x\ndate_conditions: 1\n"
TIMES = tuple(
    _TIMED + text
    for text in (
        'start_times: "10:00, 22:00"\ndays_of_week: mo, we,fr\nrun_window: "09:00-23:00"\ntimezone: US/Eastern\n',
        "start_mins: 0,15,30,45\nrun_window: 22:00 - 02:00\nmax_run_alarm: 5\n",
        'start_times: "10:00,11:00"\nmust_start_times: "10:05,11:05"\nmust_complete_times: "34:00, 12:00"\n',
        'start_times: "02:30"\nmust_start_times: +5\nmust_complete_times: +2880\ntimezone: Europe/Berlin\n',
        'days_of_week: all\nstart_times: "0:00,23:59"\ntimezone: "EST5EDT,M3.2.0,M11.1.0"\n',
        "start_mins: 00,20,40\nterm_run_time: 1\nn_retrys: 20\nauto_delete: 1\n",
        "start_times: '3:00','4:00'\nrun_calendar: HOL\nexclude_calendar: OTHER\n",
    )
)
VALUES = (
    "NULL", "all", "ALL", "y", "n", "mo,tu", "10:00", "24:00", "23:59-00:00", "+5", "00,20,40", "US/Eastern", "s(a)",
    "$$G", "$${G}", "%A%", "<auto_blobt>", "</auto_blobt>", "localhost", "m1", "box1", "BOX", "CMD", "FW", "FT", "9",
    "(r1, QUANTITY=1, FREE=A)", "1-5,9", "0", "-1", "C\\:\\x", '"a b"', '""', "#", "/* x */", "exit", "delete",
)  # fmt: skip
CALENDARS = (
    "calendar: HOL\ndescription: days off\n01/01/2026 00:00:00\n12/25/2026 05:30:00\n03/29/2026 02:30\n",
    "cycle: C1\nstart_date: 01/01/2026\nend_date: 03/31/2026\nstart_date: 07/01/2026\nend_date: 09/30/2026\n",
    "calendar: HOL\n01/01/2026\n\nextended_calendar: E1\nworkday: mo,tu,we,th,fr\nnon_workday: w\nholiday: n\n"
    "holcal: HOL\ncyccal:\nadjust: 1\ncondition: mond#1 or wekd#2 and not eom\n",
    "extended_calendar: E2\nworkday: XXXXX..\nnon_workday:\nholiday:\nholcal:\ncyccal:\nadjust: -2\n"
    "condition: daily\ncondition: mnthd#15\ncondition: 2026/*/1\n",
    'calendar: "two words"\n02/03/2026 06:00:00\n02/03/2026 07:00:00\n',
)
CALENDAR_WORDS = (
    "calendar: ", "extended_calendar: ", "cycle: ", "condition: ", "workday: ", "holiday: ", "non_workday: ",
    "holcal: ", "cyccal: ", "adjust: ", "description: ", "start_date: ", "end_date: ", "and", "or", "not", "(", ")",
    "#1", "#53", "#L", "mx5", "2026/02/29", "*/*/1", "12/31/9999", "02/29/2026", "00:00:61", "E1", "HOL", "minus",
)  # fmt: skip
EVENTS = (
    "sendevent -E SET_GLOBAL -G G=yes\nsendevent -E SET_GLOBAL -G 'a b=c d'\n",
    "sendevent -E FORCE_STARTJOB -J a -P 1\nsendevent -E KILLJOB -J a -K 15,9\n",
    "sendevent -E CHANGE_STATUS -s SUCCESS -J b\nsendevent -E JOB_ON_ICE -J box1\nsendevent -E STARTJOB -J box1\n",
    'sendevent -E COMMENT -J a -C "why: because" -T "02/03/2026 06:30"\nsendevent -E STOP_DEMON\n',
    "sendevent -E ALARM -A JOBFAILURE -J w -C x\nsendevent -E CHANGE_PRIORITY -J a -q 5\n",
    "sendevent -E MACH_OFFLINE -N m1\nsendevent -E STARTJOB -J a\nsendevent -E MACH_ONLINE -N m1\n",
    "sendevent -E JOB_ON_HOLD -I app\nsendevent -E JOB_OFF_HOLD -B night\nsendevent -E DELETEJOB -J box1\n",
)
OPTION_WORDS = (
    "-E", "-J", "-G", "-s", "-A", "-T", "-U", "-C", "-K", "-P", "-q", "-N", "-B", "-I", "-M", "-V", "-d", "-r", "-R",
    "-L", "-o", "-w", "-n", "-t", "-f", "-D", "-F", "-c", "-x", "ALL", "%", "*", "box1", "a", "b", "w", "m1", "G=1",
    "--format", "json", "csv", "02/03/2026", '"02/03/2026 06:30"', "--preview", "--help", "-?", "\\", "'",
)  # fmt: skip
COMMAND_LINES = (
    "autosys why a\nautosys why b --at '02/03/2026 05:00'\nautosys audit -J a% -F 02/03/2026\nautosys audit verify\n",
    "autosys alarms\nautosys messages --format json\nautosys acknowledge 1\nautosys close ALL\nautosys why w\n",
    "autorep -J ALL\nautorep -J box1 -L 1 -d\nautorep -J a% -q\nautorep -G ALL\nautorep -M ALL -s\n",
    "autorep -J a -r -1 -d\nautorep -J ALL --format json\nautorep -V ALL -n\n",
    "autostatus -J a\nautostatus -G G\nautostatus -J a -S ACE\n",
    "job_depends -c -J ALL\njob_depends -d -J box1\njob_depends -t -J ALL -F '02/03/2026 00:00'\n",
    "forecast -J ALL -F '02/03/2026 06:00' -T '02/03/2026 12:00'\nforecast -J box1 -F 02/03/2026\n",
    "sendevent -E STARTJOB -J a --preview\nsendevent -E SET_GLOBAL -G A=1 -T '02/03/2026 07:00'\n",
)
CONFIGURATIONS = (
    "# nothing\nKillSignals=15,9\nKillSignalInterval=30\nUndefinedMachine=offline\n",
    "DateFormat=DD.MM.YYYY\nBoxDeadlock=FAILURE\nMissedMemberTick=latched\nMaxRestartTrys=10\n",
    "EventServer=sqlite:////tmp/x.db\nEventServer_PRD=sqlite:///prd.db\nRestrictForceStart=0\nUnknown=1\n",
    "MessageStream=stdout\nRunAsOwner=never\nRestartConstant=10\nRestartFactor=5\nMaxRestartWait=300\n",
)
KEY_VALUES = ("0", "1", "on", "15,9", "64", "65", "=", "#", "MM/DD/YYYY", "YYYY-MM-DD", "-", "lost", "TERMINATED")
CRONTABS = (
    "MAILTO=joe\nPATH=/bin:/usr/bin\n*/15 8-18 * * mon-fri /opt/x --a 'b: c' % input%more\n",
    "0 3 1,15 * 5 /opt/y \\% > /dev/null 2>&1\n@daily echo hi\n@reboot start\n",
    "30 2 * jan-mar sun root /opt/z\n5-50/5 */2 */3 * * x && y || z; w\n# end\n",
    "CRON_TZ=Europe/Berlin\n59 23 31 12 * a\n0 0 29 2 * b\n0 0 * * 0,7 c\n",
)
CRON_WORDS = (
    "*", "*/5", "1-5", "0,30", "60", "sun", "JAN", "@hourly", "@yearly", "%", "\\%", "MAILTO=", "CRON_TZ=", "SHELL=",
    "RANDOM_DELAY=5", "root", "~", "1-5/2", "31", "L", "?", '"', "'", "#", "insert_job: x", "/*", "$HOME",
)  # fmt: skip
SCRIPTS = (
    "run a 5m exit 3\nrun a#2 90s\nrun b 1h30m signal 9\nrun w lost\n",
    "at 02/03/2026 07:10 sendevent -E SET_GLOBAL -G G=no\nat +2h sendevent -E FORCE_STARTJOB -J b\n# end\n",
    "down +1h +3h\noffline m1 +30m +45m\nfile /tmp/in.dat +1h 100\nfile /tmp/in.dat +2h -\n",
    'at +1m sendevent -E JOB_ON_HOLD -J box1 -C "x y"\nat +10m jil < more.jil\nat +20m sendevent -E KILLJOB -J a\n',
    "at +5m sendevent -E CHANGE_STATUS -s TERMINATED -J box1\nrun box1 5m\nrun a 999d exit 256\n",
)
SCRIPT_WORDS = (
    "run", "at", "down", "offline", "file", "a", "b#1", "a#0", "box1", "w", "m1", "+1h", "+0s", "02/03/2026", "07:00",
    "exit", "signal", "lost", "9", "1d", "5m", "-", "sendevent", "jil", "autocal_asc", "-E", "STARTJOB", "-J", "'",
    "KILLJOB", "CHANGE_STATUS", "-s", "SUCCESS", "SET_GLOBAL", "-G", "G=1", "#", "<", "JOB_ON_ICE", "DELETEJOB",
)  # fmt: skip
RECORDS = (
    "started 1.2.1 boot 1700000000 42\nexit 0 1.2.1\n",
    "started 1.2.1 boot 1700000000 42\nkilled 15,9\nTerminated\nexit 143 1.2.1\n",
    "started 1.2.1 boot 1700000000 42\nsilent 1700000009\nspared\nsh: not found\nexit 127 1.2.1\n",
    "started 9.2.1 boot 1700000000 42\nexit 0 9.2.1\n",
)
