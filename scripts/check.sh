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
if [ -x tests/fuzz/run.sh ]; then tests/fuzz/run.sh "$seconds"; fi
