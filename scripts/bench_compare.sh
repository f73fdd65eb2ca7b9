#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds another commit beside this tree with the preset bench, and compares the Google Benchmark programs of both, alternating
# (docs/benchmarks.md). What is not committed here counts.   Usage: scripts/bench_compare.sh BASE [options of bench.py compare]
# Exit status: 0 nothing is slower; 1 something is; 2 anything else.
set -euo pipefail
trap 'echo "bench-compare: that failed; nothing was compared" >&2; exit 2' ERR
cd "$(dirname "$0")/.."
# A hook of git says by these which tree git means; here two are meant.
unset $(git rev-parse --local-env-vars)
base=${1:-}
[ -n "$base" ] || { echo "bench-compare: which commit to compare with? make bench-compare BASE=main" >&2; exit 2; }
shift
# The leading dash is git's own affair, and no name of a commit.
commit=$(git rev-parse --verify --quiet --end-of-options "$base^{commit}") ||
  { echo "bench-compare: '$base' is no commit that git knows here; nothing was built" >&2; exit 2; }

here=$(pwd -P)
source=build/bench-base/source
# Of a folder, its repository and where its files begin: a moved or copied worktree belongs to none or to another.
place() { git -C "$1" rev-parse --path-format=absolute --git-common-dir --show-toplevel 2>/dev/null || true; }
git worktree prune
if [ -e "$source/.git" ] && [ "$(place "$source")" = "$(git rev-parse --path-format=absolute --git-common-dir; echo "$here/$source")" ]; then
  git -C "$source" checkout --quiet --force --detach "$commit"
else
  rm -rf "$source"
  mkdir -p build/bench-base
  git worktree add --quiet --force --detach "$source" "$commit"
fi

cmake --preset bench --log-level=NOTICE >build/bench-base/configure.log
cmake --build --preset bench
found=$(python3 -c 'import sys; sys.path.insert(0, "bench/analysis"); import programs; print(*programs.google_programs("build/bench/bin"))')
programs=()
for program in $found; do
  if ninja -C build/bench -t query "bin/$program" >build/bench-base/query.log 2>&1; then
    programs+=("bin/$program")
  else
    rm "build/bench/bin/$program"  # an earlier tree left it here
  fi
done

cd "$source"
grep -q '"bench"' CMakePresets.json || { echo "bench-compare: $base has no preset bench: nothing to compare with" >&2; exit 2; }
cmake --preset bench --log-level=NOTICE >"$here/build/bench-base/configure.log"
targets=()
for program in "${programs[@]}"; do
  if ninja -C build/bench -t query "$program" >"$here/build/bench-base/query.log" 2>&1; then targets+=("$program"); fi
done
[ ${#targets[@]} -gt 0 ] || { echo "bench-compare: $base has none of these benchmarks: ${programs[*]}" >&2; exit 2; }
# Programs of another commit that was built here before are not this one's.
find build/bench/bin -type f -delete 2>/dev/null || true
cmake --build --preset bench --target "${targets[@]}"

cd "$here"
exec bench/analysis/bench.py compare "$source/build/bench/bin" build/bench/bin --html build/bench-report.html \
  --json build/bench-compare.json --title "millrace: this tree against $base" "$@"
