#!/bin/sh
# Runs examples/eod.jil for real in an instance of its own (demo-instance/), then shows what an operator would look at.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
export AUTOUSER="$here/demo-instance" AUTOSERV=ACE
unset AUTOSYS_EVENT_SERVER

if [ -e "$AUTOUSER/scheduler.pid" ]; then # a demo that was cut off may still run; its number may be another's by now
    left=$(cat "$AUTOUSER/scheduler.pid")
    if tr '\0' ' ' < "/proc/$left/cmdline" 2>/dev/null | grep -q 'eventor --exit-when-idle'; then
        kill "$left" 2>/dev/null || true
    fi
fi
rm -rf "$AUTOUSER"
mkdir -p -m 700 "$AUTOUSER/feed"
printf 'RestartConstant=1\nRestartFactor=1\n' > "$AUTOUSER/config.ACE" # wait 2 seconds between two tries, not 15
touch "$AUTOUSER/feed/lock"

echo '$ jil < examples/eod.jil'
jil -q < "$here/examples/eod.jil"

echo '$ eventor &'
eventor --exit-when-idle 3 &
scheduler=$!
echo "$scheduler" > "$AUTOUSER/scheduler.pid"
trap 'kill "$scheduler" 2>/dev/null || true' INT TERM EXIT

echo '$ sendevent -E STARTJOB -J EOD_MASTER'
sendevent -E STARTJOB -J EOD_MASTER -C "the demo"

# The price file arrives late, as it does.
(sleep 3; printf 'EURUSD,1.0871\nUSDJPY,151.20\nGBPUSD,1.2644\n' > "$AUTOUSER/feed/prices_$(date +%Y%m%d).csv") &

wait "$scheduler"
trap - INT TERM EXIT
rm -f "$AUTOUSER/scheduler.pid"

echo
echo '$ autorep -J EOD_MASTER'
autorep -J EOD_MASTER
echo
echo '$ autorep -J EOD_LOAD -d'
autorep -J EOD_LOAD -d
echo
echo "The scheduler log: $AUTOUSER/out/event_demon.ACE"
echo "Look further with: AUTOUSER=$AUTOUSER $(command -v autorep) -J ALL"
autostatus -J EOD_MASTER | grep -qx SUCCESS
