"""The estate of `job_depends` and `autorep -Q`: written in JIL, with states as a scheduler would have left them."""

from zoneinfo import ZoneInfo

from autosys_py.cli.define import Definer, load
from autosys_py.core.codes import Status
from autosys_py.core.model import Holding, JobState, Outcome
from autosys_py.event_server.protocol import EventServer
from tests.cli.estate import NOW, Estate, moment

JIL = r"""
insert_machine: node-a
type: a
max_load: 100
insert_machine: node-b
type: a
max_load: 50
insert_machine: both
type: v
machine: node-a
machine: node-b
insert_xinst: PRD
xtype: a
xmachine: prd
xport: 9000
insert_resource: LICENCE
res_type: R
amount: 3
insert_resource: PAPER
res_type: D
machine: node-b
amount: 2

insert_job: RET_CLOSE job_type: CMD
machine: node-a
command: close
resources: (LICENCE, quantity=2, FREE=A)
insert_job: RET_STOCK_BX job_type: BOX
condition: s(RET_CLOSE) & v(RET_GO) = "Y"
application: RETAIL
box_success: s(RET_STOCK_LOAD)
insert_job: RET_STOCK_LOAD job_type: CMD
box_name: RET_STOCK_BX
machine: node-a
command: load
date_conditions: 1
days_of_week: all
start_times: "05:00, 17:00"
condition: success( RET_CLOSE ,24.00 ) & exitcode(RET_ELSEWHERE^PRD) <= 4 & n(NOWHERE)
insert_job: RET_STOCK_SUB job_type: BOX
box_name: RET_STOCK_BX
insert_job: RET_STOCK_MAIL job_type: CMD
box_name: RET_STOCK_SUB
machine: both
command: mail
job_load: 30
priority: 5
group: MAIL
insert_job: RET_REPORT job_type: CMD
machine: both
command: report
job_load: 40
condition: success(RET_STOCK_BX)
resources: (LICENCE, quantity=2) and (PAPER, quantity=1)
insert_job: RET_NIGHT_BX job_type: BOX
date_conditions: 1
days_of_week: mo,tu
start_times: "04:00"
application: RETAIL
insert_job: RET_NIGHT_TALLY job_type: CMD
box_name: RET_NIGHT_BX
machine: node-b
command: tally
"""


def stock(store: EventServer) -> Estate:
    """RET_CLOSE was closed and holds licences again, RET_REPORT waits for one, RET_STOCK_MAIL for load."""
    estate = Estate(store)
    answers = load(Definer(store, ZoneInfo("UTC"), "joe@desk", "offline"), JIL, NOW)
    assert all(answer.accepted for answer in answers), [fault.text for each in answers for fault in each.faults]
    ended = moment("02/03/2025 03:00:00")
    estate.stands("RET_STOCK_BX", status=Status.SUCCESS, run_num=41, ntry=1, last_end=ended)
    estate.stands("RET_CLOSE", status=Status.SUCCESS, last_end=ended, holds=(Holding("LICENCE", "", 2, "A"),))
    estate.stands("RET_REPORT", status=Status.RESWAIT, since=ended + 60)
    estate.stands("RET_STOCK_MAIL", status=Status.QUE_WAIT, since=ended + 90, noexec=False)
    estate.stands("RET_STOCK_LOAD", status=Status.ACTIVATED, noexec=True, run_num=41)
    told = {"RET_ELSEWHERE^PRD": JobState(Status.FAILURE, exit_code=3, last_end=ended, since=ended)}
    estate.write(Outcome(externals=dict(told), globals={"RET_GO": "N"}))
    return estate
