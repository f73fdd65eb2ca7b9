#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measures the Google Benchmark programs of a build with the preset bench, keeps the run under its time and commit in
# build/bench-baselines, and writes build/bench-report.html with the history (docs/benchmarks.md).   Usage: scripts/bench_micro.sh [options]
set -euo pipefail
cd "$(dirname "$0")/.."
# Not git describe: a tag may have a slash in it, the name of a file none.
name=$(date -u +%Y%m%d-%H%M%S)-$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
git diff --quiet HEAD 2>/dev/null || name+=-dirty
exec bench/analysis/bench.py save "$name" build/bench/bin --html build/bench-report.html "$@"
