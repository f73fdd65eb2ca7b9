#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Asks millrace and the real SurrealDB engine the same random queries for so many seconds, and tells what differs (docs/processing.md).
#   Usage: scripts/difference.sh [SECONDS [SEED]]     600 seconds and a new seed when not given
# A panic in the engine ends the run with the query that it was asked last; the run goes on with the next seed.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
seed=${2:-$RANDOM}
build=build/ci
report=build/difference
mkdir -p "$report"
cmake --preset ci --log-level=NOTICE
cmake --build --preset ci --target query_runner

end=$((SECONDS + seconds))
worst=0
while [ "$SECONDS" -lt "$end" ]; do
  status=0
  node tests/difference/difference.mjs --runner "$build/bin/query_runner" --seconds $((end - SECONDS)) --seed "$seed" \
    --last "$report/last_query" --report "$report/$seed.txt" || status=$?
  [ "$status" != 2 ] || exit 2
  if [ "$status" -gt 2 ]; then
    echo "difference: the engine ended (status $status) at seed $seed, when it was asked:"
    cat "$report/last_query"
    echo
  fi
  [ "$status" -le "$worst" ] || worst=$status
  seed=$((seed + 1))
done
echo "difference: what differs is in $report/*.txt"
exit "$worst"
