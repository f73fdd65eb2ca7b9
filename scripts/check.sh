#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The unit and contract tests under the sanitizers (address and undefined, then thread), and a longer run of each fuzz target.
#   Usage: scripts/check.sh [seconds for each fuzz target, 60]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
for preset in asan tsan; do
  cmake --preset "$preset" --log-level=NOTICE
  cmake --build --preset "$preset"
  ctest --preset "$preset"
done

targets=(ndjson json csv rejects http gateway text cow_string row json_value query evaluate)
cmake --preset fuzz --log-level=NOTICE
cmake --build --preset fuzz --target "${targets[@]/%/_fuzz}"
for target in "${targets[@]}"; do
  mkdir -p "build/fuzz/corpus/$target"  # what is found goes there, not into the repository
  more=()
  if [ "$target" = query ] || [ "$target" = evaluate ]; then
    python3 tests/fuzz/seeds.py "$target" "build/fuzz/seeds/$target"
    more=(-dict=tests/fuzz/surrealql.dict -timeout=60 "build/fuzz/seeds/$target")
  fi
  build/fuzz/bin/"$target"_fuzz -max_total_time="$seconds" -print_final_stats=1 "build/fuzz/corpus/$target" "tests/fuzz/corpus/$target" "${more[@]}"
done
