#!/bin/sh
# Runs one command and records how it ended; see spool.py for the record and how its lines are judged.
#
#   runner.sh "KEY BOOT TIME" COMMAND...
#   runner.sh "KEY BOOT TIME" eval SCRIPT      a script that ends in `exec`: in a subshell of ours, one shell less to start
#
# The agent opens everything: 0 = /dev/null, 1 = the job's output, 8 = its error output (the job's own script moves
# it to 2), 9 = the record, locked, and 2 = the record too, so that the shell's word on a signal lands there. dash
# writes that word to the 2 of the command it waited for, so the redirection of 2 must not stand on "$@".
#
# The exit line names the run again: after a power loss the end of a file may be what another file had there before.
#
# The braces make the shell read all of this before it runs any of it: an upgrade may replace the file meanwhile.
# `AUTOSYS_FAIL_POINT` is for tests that kill the runner, see failpoints.py.
# The traps are for jobs that signal their own process group; a caught signal is back at its default in "$@".
{
    trap : HUP INT QUIT USR1 USR2 PIPE ALRM TERM VTALRM PROF XCPU XFSZ
    [ "$AUTOSYS_FAIL_POINT" != runner.begun:kill ] || kill -9 $$
    echo "started $1 $$" >&9 || exit 1
    autosys_run=${1%% *}
    [ "$AUTOSYS_FAIL_POINT" != runner.started:kill ] || kill -9 $$
    shift
    if [ "$1" = eval ]; then
        (exec 9>&-; eval "$2")
    else
        "$@" 9>&-
    fi
    code=$?
    [ "$AUTOSYS_FAIL_POINT" != runner.finished:kill ] || kill -9 $$
    echo "exit $code $autosys_run" >&9 || exit 1
    [ "$AUTOSYS_FAIL_POINT" != runner.recorded:kill ] || kill -9 $$
    exit
}
