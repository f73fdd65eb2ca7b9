#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures `millrace load` side by side with its rivals, in alternating rounds (docs/performance.md). Takes some 70 minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
bench/load/sqlite_bench.py --programs build/bench/bin
bench/load/surreal_bench.py --build build/bench --curve
bench/load/controller_bench.py --build build/bench
bench/load/isolation_bench.py --build build/bench
