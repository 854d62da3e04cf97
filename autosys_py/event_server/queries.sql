-- Every statement the event store runs, for SQLite and PostgreSQL alike; `queries.py` reads this file.
--
-- A statement begins with its name and the reason why it is the way it is, and ends where the next one begins.
-- Columns stand in the order of the functions in `rows.py`. Parameters are `:name`; those of statements that run for
-- many rows at once stand in the order of the row, each once. Schema and indexes: `tables.py`.


-- Life

-- name: revision
-- Asked at every opening, instead of importing Alembic.
select version_num from alembic_version;

-- name: setting
select value from setting where key = :key;

-- name: put_setting
insert into setting (key, value) values (:key, :value)
on conflict (key) do update set value = excluded.value;

-- name: draw_number
-- Drawn and read in one statement, inside a writing transaction: numbers never repeat and never leave a gap.
update counter set value = value + 1 where name = :name returning value;

-- name: raise_number
-- The scheduler numbers runs and facts in memory and leaves the highest here. Never lowered.
update counter set value = :value where name = :name and value < :value;

-- name: number
select value from counter where name = :name;


-- Definitions

-- name: head
select joid, job_ver, name, job_type, box_joid, application, job_group
from job where name = :name and is_current = 1;

-- name: heads
select joid, job_ver, name, job_type, box_joid, application, job_group
from job where is_current = 1 order by joid;

-- name: names
-- What a shell completes. Compared by length and not by a range, because other databases sort in other orders; goes over
-- the index of names alone.
select name from job
where is_current = 1 and substr(name, 1, length(:beginning)) = :beginning order by name limit :limit;

-- name: members
select joid, job_ver, name, job_type, box_joid, application, job_group
from job where box_joid = :box_joid and is_current = 1 order by joid;

-- name: definition
select joid, job_ver, name, job_type, box_joid, compiled, attributes, sent_by, time
from job where joid = :joid and is_current = 1;

-- name: definition_version
select joid, job_ver, name, job_type, box_joid, compiled, attributes, sent_by, time
from job where joid = :joid and job_ver = :job_ver;

-- name: definitions_after
-- Read page by page, so that no lock and no cursor outlives a statement while the reader prints at leisure.
select joid, job_ver, name, job_type, box_joid, compiled, attributes, sent_by, time
from job where is_current = 1 and joid > :after order by joid limit :limit;

-- name: jobs_naming
select joid from job_cond where name = :name order by joid;

-- name: newest_version
-- Over all versions and not only the current one: the number of a deleted version is not given again.
select max(job_ver) from job where joid = :joid;

-- name: insert_definition
insert into job
    (joid, job_ver, is_current, name, job_type, box_joid, application, job_group, attributes, compiled, sent_by, time)
values
    (:joid, :job_ver, 1, :name, :job_type, :box_joid, :application, :job_group, :attributes, :compiled, :sent_by,
     :time);

-- name: insert_version
-- A version that never is the current one: the definition with an override laid over it.
insert into job
    (joid, job_ver, is_current, name, job_type, box_joid, application, job_group, attributes, compiled, sent_by, time)
values
    (:joid, :job_ver, 0, :name, :job_type, :box_joid, :application, :job_group, :attributes, :compiled, :sent_by,
     :time);

-- name: retire_definition
-- The one column of a version that ever changes: runs and facts go on pointing at the rest.
update job set is_current = 0 where joid = :joid and is_current = 1;

-- name: insert_condition_name
insert into job_cond (name, joid) values (:name, :joid);

-- name: delete_condition_names
delete from job_cond where joid = :joid;

-- name: delete_state
delete from job_status where joid = :joid;

-- name: machines
select name, type, node_name, max_load, factor, opsys, offline, attributes from machine order by name;

-- name: machine
select name, type, node_name, max_load, factor, opsys, offline, attributes from machine where name = :name;

-- name: put_machine
insert into machine (name, type, node_name, max_load, factor, opsys, offline, attributes)
values (:name, :type, :node_name, :max_load, :factor, :opsys, :offline, :attributes)
on conflict (name) do update set
    type = excluded.type, node_name = excluded.node_name, max_load = excluded.max_load, factor = excluded.factor,
    opsys = excluded.opsys, offline = excluded.offline, attributes = excluded.attributes;

-- name: put_machine_offline
-- The scheduler's word on a machine. What `jil` wrote meanwhile is newer than what the scheduler remembers, and stays.
insert into machine (name, type, node_name, max_load, factor, opsys, offline, attributes)
values (:name, :type, :node_name, :max_load, :factor, :opsys, :offline, :attributes)
on conflict (name) do update set offline = excluded.offline;

-- name: delete_machine
delete from machine where name = :name;

-- name: objects
select kind, name, part, attributes, sent_by, time from object where kind = :kind order by name, part;

-- name: objects_named
select kind, name, part, attributes, sent_by, time from object where kind = :kind and name = :name order by part;

-- name: object
select kind, name, part, attributes, sent_by, time from object
where kind = :kind and name = :name and part = :part;

-- name: put_object
-- One table for all kinds: nothing ever joins them, and what they hold is text that the language reads.
insert into object (kind, name, part, attributes, sent_by, time)
values (:kind, :name, :part, :attributes, :sent_by, :time)
on conflict (kind, name, part) do update set
    attributes = excluded.attributes, sent_by = excluded.sent_by, time = excluded.time;

-- name: delete_object
delete from object where kind = :kind and name = :name and part = :part;

-- name: delete_objects_of_job
-- What belongs to a job under its name. A job that is given the name later must not find it.
delete from object where kind in ('blob', 'override')
    and name = (select name from job where joid = :joid and is_current = 1);


-- Events

-- name: insert_event
-- A timer that is already there is not inserted again: the unique index event_timer holds for job_ver > 0. Then
-- nothing is returned.
insert into event
    (code, due, priority, joid, job_ver, run_num, ntry, status, exit_code, name, value, sent_by, reason, sent)
values
    (:code, :due, :priority, :joid, :job_ver, :run_num, :ntry, :status, :exit_code, :name, :value, :sent_by, :reason,
     :sent)
on conflict do nothing
returning eoid;

-- name: insert_events
-- The same for many at once, where nobody asks for the numbers.
insert into event
    (code, due, priority, joid, job_ver, run_num, ntry, status, exit_code, name, value, sent_by, reason, sent)
values
    (:code, :due, :priority, :joid, :job_ver, :run_num, :ntry, :status, :exit_code, :name, :value, :sent_by, :reason,
     :sent)
on conflict do nothing;

-- name: timer
-- `job_ver > 0` says to the planner that the partial index will do.
select eoid from event
where joid = :joid and job_ver = :job_ver and code = :code and due = :due and run_num = :run_num and ntry = :ntry
    and value = :value and job_ver > 0;

-- name: due_events
-- The inner query sorts what is due on the index alone, however long the backlog is; only the winners are fetched.
select eoid, code, due, priority, joid, job_ver, run_num, ntry, status, exit_code, name, value, sent_by, reason, sent
from event
where eoid in (select eoid from event where due <= :now order by priority, due, eoid limit :limit)
order by priority, due, eoid;

-- name: next_due
select min(due) from event;

-- name: pending_events
select eoid, code, due, priority, joid, job_ver, run_num, ntry, status, exit_code, name, value, sent_by, reason, sent
from event where joid = :joid order by due, eoid;

-- name: delete_events
-- The number of rows deleted is compared with the number of events processed.
delete from event where eoid = :eoid;


-- The scheduler

-- name: jobs_after
-- `load` reads what decides and leaves commands and descriptions where they are.
select joid, job_ver, name, job_type, box_joid, compiled
from job where is_current = 1 and joid > :after order by joid limit :limit;

-- name: states_after
-- Through `job`, because a turn that was under way may have written the state of a job just deleted.
select
    job.joid, status, noexec, run_num, ntry, last_start, last_end, end_seq, exit_code, machine, since, latched,
    next_start, box_run, box_ntry, forced, killed, retries, system_restarts, before_hold, queue_priority,
    must_slot, holds, chain, later_starts, run_date
from job join job_status on job_status.joid = job.joid
where is_current = 1 and job.joid > :after order by job.joid limit :limit;

-- name: open_runs
select joid, run_num, ntry, job_ver, machine, start_time, end_time, status, exit_code, forced, first_seq,
    job_load, virtual_machine, run_date
from job_runs where end_time is null order by joid, run_num, ntry;

-- name: counts
select kind, name, part, value from count order by kind, name, part;

-- name: effects
select kind, joid, run_num, ntry, job_ver, machine, value from effect order by number;

-- name: last_fact
-- Where the chain of hashes goes on.
select seq, hash from proc_event order by seq desc limit 1;

-- name: insert_facts
insert into proc_event
    (seq, code, time, processed, cause, eoid, joid, run_num, ntry, status, noexec, alarm, exit_code, machine, name,
     value, text, sent_by, reason, notes, changes, hash)
values
    (:seq, :code, :time, :processed, :cause, :eoid, :joid, :run_num, :ntry, :status, :noexec, :alarm, :exit_code,
     :machine, :name, :value, :text, :sent_by, :reason, :notes, :changes, :hash);

-- name: put_states
insert into job_status
    (joid, status, noexec, run_num, ntry, last_start, last_end, end_seq, exit_code, machine, since, latched,
     next_start, box_run, box_ntry, forced, killed, retries, system_restarts, before_hold, queue_priority,
     must_slot, holds, chain, later_starts, run_date)
values
    (:joid, :status, :noexec, :run_num, :ntry, :last_start, :last_end, :end_seq, :exit_code, :machine, :since,
     :latched, :next_start, :box_run, :box_ntry, :forced, :killed, :retries, :system_restarts, :before_hold,
     :queue_priority, :must_slot, :holds, :chain, :later_starts, :run_date)
on conflict (joid) do update set
    status = excluded.status, noexec = excluded.noexec, run_num = excluded.run_num, ntry = excluded.ntry,
    last_start = excluded.last_start, last_end = excluded.last_end, end_seq = excluded.end_seq,
    exit_code = excluded.exit_code, machine = excluded.machine, since = excluded.since, latched = excluded.latched,
    next_start = excluded.next_start, box_run = excluded.box_run, box_ntry = excluded.box_ntry,
    forced = excluded.forced, killed = excluded.killed, retries = excluded.retries,
    system_restarts = excluded.system_restarts, before_hold = excluded.before_hold,
    queue_priority = excluded.queue_priority, must_slot = excluded.must_slot, holds = excluded.holds,
    chain = excluded.chain, later_starts = excluded.later_starts,
    run_date = excluded.run_date;

-- name: put_runs
-- Which version a run was started with and by which fact never changes; where and how it goes does.
insert into job_runs
    (joid, run_num, ntry, job_ver, machine, start_time, end_time, status, exit_code, forced, first_seq, job_load,
     virtual_machine, run_date)
values
    (:joid, :run_num, :ntry, :job_ver, :machine, :start_time, :end_time, :status, :exit_code, :forced, :first_seq,
     :job_load, :virtual_machine, :run_date)
on conflict (joid, run_num, ntry) do update set
    job_ver = excluded.job_ver, machine = excluded.machine, start_time = excluded.start_time,
    end_time = excluded.end_time, status = excluded.status, exit_code = excluded.exit_code,
    forced = excluded.forced, first_seq = excluded.first_seq, job_load = excluded.job_load,
    virtual_machine = excluded.virtual_machine, run_date = excluded.run_date;

-- name: put_globals
insert into global_value (name, value, last_changed) values (:name, :value, :last_changed)
on conflict (name) do update set value = excluded.value, last_changed = excluded.last_changed;

-- name: delete_globals
delete from global_value where name = :name;

-- name: put_external_jobs
insert into external_job (instance, name, status, exit_code, last_end, end_seq, since)
values (:instance, :name, :status, :exit_code, :last_end, :end_seq, :since)
on conflict (instance, name) do update set
    status = excluded.status, exit_code = excluded.exit_code, last_end = excluded.last_end,
    end_seq = excluded.end_seq, since = excluded.since;

-- name: external_jobs
select instance, name, status, exit_code, last_end, end_seq, since from external_job order by instance, name;

-- name: put_external_instances
insert into external_instance (instance, seq, digest, fault) values (:instance, :seq, :digest, :fault)
on conflict (instance) do update set seq = excluded.seq, digest = excluded.digest, fault = excluded.fault;

-- name: external_instances
select instance, seq, digest, fault from external_instance order by instance;

-- name: delete_external_instances
delete from external_instance where instance = :instance;

-- name: put_counts
insert into count (kind, name, part, value) values (:kind, :name, :part, :value)
on conflict (kind, name, part) do update set value = excluded.value;

-- name: insert_effects
insert into effect (kind, joid, run_num, ntry, job_ver, machine, value)
values (:kind, :joid, :run_num, :ntry, :job_ver, :machine, :value);

-- name: delete_effects
delete from effect where kind = :kind and joid = :joid and run_num = :run_num and ntry = :ntry;

-- name: put_alarms
-- What was raised never changes; what operators did about it does.
insert into alarm
    (number, alarm, time, joid, job_name, run_num, ntry, text, state, changed_by, changed, comment)
values
    (:number, :alarm, :time, :joid, :job_name, :run_num, :ntry, :text, :state, :changed_by, :changed, :comment)
on conflict (number) do update set
    state = excluded.state, changed_by = excluded.changed_by, changed = excluded.changed, comment = excluded.comment;

-- name: put_messages
-- What was asked never changes; what came of it does.
insert into message
    (number, time, joid, job_name, run_num, ntry, status, exit_code, text, answer, answered_by, answered, comment)
values
    (:number, :time, :joid, :job_name, :run_num, :ntry, :status, :exit_code, :text, :answer, :answered_by, :answered,
     :comment)
on conflict (number) do update set
    answer = excluded.answer, answered_by = excluded.answered_by, answered = excluded.answered,
    comment = excluded.comment;

-- name: notifications
select seq, joid, job_ver, since, due, tries from notification order by seq;

-- name: put_notifications
insert into notification (seq, joid, job_ver, since, due, tries)
values (:seq, :joid, :job_ver, :since, :due, :tries)
on conflict (seq) do update set due = excluded.due, tries = excluded.tries;

-- name: delete_notifications
delete from notification where seq = :seq;

-- name: lease
select holder, time from lease;

-- name: put_lease
-- One row at most: `one` is always 1.
insert into lease (one, holder, time) values (1, :holder, :time)
on conflict (one) do update set holder = excluded.holder, time = excluded.time;

-- name: renew_lease
-- No row changed means that somebody else holds it now.
update lease set time = :time where holder = :holder;

-- name: delete_lease
delete from lease where holder = :holder;


-- Reports

-- name: status
select
    job.joid, job_ver, name, job_type, box_joid, application, job_group,
    status, noexec, run_num, ntry, last_start, last_end, end_seq, exit_code, machine, since, latched,
    next_start, box_run, box_ntry, forced, killed, retries, system_restarts, before_hold, queue_priority,
    must_slot, holds, chain, later_starts, run_date
from job join job_status on job_status.joid = job.joid
where job.joid = :joid and is_current = 1;

-- name: statuses_after
-- In pages, for the same reason as definitions_after.
select
    job.joid, job_ver, name, job_type, box_joid, application, job_group,
    status, noexec, run_num, ntry, last_start, last_end, end_seq, exit_code, machine, since, latched,
    next_start, box_run, box_ntry, forced, killed, retries, system_restarts, before_hold, queue_priority,
    must_slot, holds, chain, later_starts, run_date
from job join job_status on job_status.joid = job.joid
where is_current = 1 and job.joid > :after order by job.joid limit :limit;

-- name: summary
select
    job.joid, job_ver, name, job_type, box_joid, status, noexec, run_num, ntry, last_start, last_end, exit_code,
    queue_priority, machine, next_start
from job join job_status on job_status.joid = job.joid
where job.joid = :joid and is_current = 1;

-- name: summaries_after
-- The columns of a report alone: all of a state would take three times as long.
select
    job.joid, job_ver, name, job_type, box_joid, status, noexec, run_num, ntry, last_start, last_end, exit_code,
    queue_priority, machine, next_start
from job join job_status on job_status.joid = job.joid
where is_current = 1 and job.joid > :after order by job.joid limit :limit;

-- name: summaries_in_after
-- Box after box, so that a report on everything needs no list of everything; box 0 is what stands in none.
select
    job.joid, job_ver, name, job_type, box_joid, status, noexec, run_num, ntry, last_start, last_end, exit_code,
    queue_priority, machine, next_start
from job join job_status on job_status.joid = job.joid
where box_joid = :box_joid and is_current = 1 and job.joid > :after order by job.joid limit :limit;

-- name: global_value
select value from global_value where name = :name;

-- name: globals
select name, value, last_changed from global_value order by name;

-- name: holders
select joid from job_status where holds <> '' order by joid;

-- name: queued
-- For `autosys why` alone, which is why no index is kept for it: 100,000 states take some milliseconds.
select joid from job_status where status in (12, 14, 15) order by joid;

-- name: run
select joid, run_num, ntry, job_ver, machine, start_time, end_time, status, exit_code, forced, first_seq,
    job_load, virtual_machine, run_date
from job_runs where joid = :joid and run_num = :run_num and ntry = :ntry;

-- name: runs
select joid, run_num, ntry, job_ver, machine, start_time, end_time, status, exit_code, forced, first_seq,
    job_load, virtual_machine, run_date
from job_runs where joid = :joid order by run_num desc, ntry desc limit :limit;

-- name: run_tries
select joid, run_num, ntry, job_ver, machine, start_time, end_time, status, exit_code, forced, first_seq,
    job_load, virtual_machine, run_date
from job_runs where joid = :joid and run_num = :run_num order by ntry;

-- name: run_numbers
select distinct run_num from job_runs where joid = :joid order by run_num desc limit :limit;

-- name: next_run_number
select min(run_num) from job_runs where joid = :joid and run_num > :run_num;

-- name: facts
select
    seq, code, time, processed, cause, eoid, joid, run_num, ntry, status, noexec, alarm, exit_code, machine, name,
    value, text, sent_by, reason, notes, changes
from proc_event where joid = :joid and seq between :first_seq and :last_seq order by seq;

-- name: all_facts
select
    seq, code, time, processed, cause, eoid, joid, run_num, ntry, status, noexec, alarm, exit_code, machine, name,
    value, text, sent_by, reason, notes, changes
from proc_event where seq >= :first_seq order by seq limit :limit;

-- name: facts_by_people
-- 106 and 905: the alarm FORCED_PAST_CONDITION, which holds what a force start went past.
select
    seq, code, time, processed, cause, eoid, joid, run_num, ntry, status, noexec, alarm, exit_code, machine, name,
    value, text, sent_by, reason, notes, changes
from proc_event where seq >= :first_seq and (sent_by <> '' or (code = 106 and alarm = 905)) order by seq limit :limit;

-- name: facts_changing
-- `part` is how a change of the job's state begins in the JSON: some are part of another job's fact.
select
    seq, code, time, processed, cause, eoid, joid, run_num, ntry, status, noexec, alarm, exit_code, machine, name,
    value, text, sent_by, reason, notes, changes
from proc_event where seq <= :last_seq and changes like :part order by seq;

-- name: hashes
select seq, hash from proc_event where seq >= :first_seq order by seq limit :limit;

-- name: alarm
select number, alarm, time, joid, job_name, run_num, ntry, text, state, changed_by, changed, comment
from alarm where number = :number;

-- name: alarms_after
select number, alarm, time, joid, job_name, run_num, ntry, text, state, changed_by, changed, comment
from alarm where number > :after order by number limit :limit;

-- name: open_alarms_after
-- On an index of the open ones alone: a year of closed ones costs nothing.
select number, alarm, time, joid, job_name, run_num, ntry, text, state, changed_by, changed, comment
from alarm where state = 43 and number > :after order by number limit :limit;

-- name: messages_after
select number, time, joid, job_name, run_num, ntry, status, exit_code, text, answer, answered_by, answered, comment
from message where number > :after order by number limit :limit;

-- name: open_messages_after
-- On an index of those without an answer alone.
select number, time, joid, job_name, run_num, ntry, status, exit_code, text, answer, answered_by, answered, comment
from message where answer = '' and number > :after order by number limit :limit;

-- Archiving, and the audit trail

-- name: seals
-- By the index on joid: seals belong to no job, as few facts do.
select value from proc_event where joid = 0 and code = :code order by seq;

-- name: audit_facts
-- What somebody sent: a walk over the past that hands over little of it.
select
    seq, code, time, processed, cause, eoid, joid, run_num, ntry, status, noexec, alarm, exit_code, machine, name,
    value, text, sent_by, reason, notes, changes
from proc_event where seq >= :first_seq and sent_by <> '' order by seq limit :limit;

-- name: delete_facts
delete from proc_event where seq = :seq;

-- name: ended_runs
select joid, run_num, ntry, job_ver, machine, start_time, end_time, status, exit_code, forced, first_seq,
    job_load, virtual_machine, run_date
from job_runs
where (joid, run_num, ntry) > (:joid, :run_num, :ntry) and end_time < :before
order by joid, run_num, ntry limit :limit;

-- name: delete_runs
delete from job_runs where joid = :joid and run_num = :run_num and ntry = :ntry and end_time is not null;

-- name: versions_after
select joid, job_ver, name, job_type, box_joid, compiled, attributes, sent_by, time, is_current
from job where (joid, job_ver) > (:joid, :job_ver) order by joid, job_ver limit :limit;

-- name: delete_versions
-- Nothing may point at it. Of a job that is there the newest version stays, so that its number is not given again; of
-- one that is deleted the last stays as long as the past speaks of it.
delete from job where joid = :joid and job_ver = :job_ver and is_current = 0
    and not exists (select 1 from job_runs where job_runs.joid = job.joid and job_runs.job_ver = job.job_ver)
    and not exists (select 1 from effect where effect.joid = job.joid and effect.job_ver = job.job_ver)
    and not exists (select 1 from event where event.joid = job.joid and event.job_ver = job.job_ver)
    and not exists (select 1 from notification where notification.joid = job.joid
        and notification.job_ver = job.job_ver)
    and (exists (select 1 from job newer where newer.joid = job.joid and newer.job_ver > job.job_ver)
        or not exists (select 1 from proc_event where proc_event.joid = job.joid)
            and not exists (select 1 from job other where other.joid = job.joid and other.is_current = 1));

-- name: durations
-- Timers that wait for so many seconds (codes.DURATIONS): moved along when the clock was set. A scan, as below.
select eoid, code, due, priority, joid, job_ver, run_num, ntry, status, exit_code, name, value, sent_by, reason, sent
from event where code in (103, 114, 138, 930, 931, 932) order by eoid;

-- name: waiting_orders
-- What people sent and no scheduler has taken in: a scan of the events that are still to happen.
select eoid, code, due, priority, joid, job_ver, run_num, ntry, status, exit_code, name, value, sent_by, reason, sent
from event where sent_by <> '' order by eoid;
