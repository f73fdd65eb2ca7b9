#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs a build into a folder of its own, and builds and runs the examples over find_package(millrace) alone.
#   Usage: scripts/install_test.sh BUILD-FOLDER
set -euo pipefail
build=$(realpath "$1")
source=$(realpath "$(dirname "$0")/..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$build" --prefix "$folder/prefix" >"$folder/log"
for archive in "$folder"/prefix/lib*/libmillrace_*.a "$folder"/prefix/lib/*/libmillrace_*.a; do
  # GCC's intermediate code would make the user's plain link a slow one, or fail with another release of GCC.
  if [ -e "$archive" ] && readelf -SW "$archive" 2>/dev/null | grep '\.gnu\.lto_' >/dev/null; then echo "$archive holds intermediate code" >&2; exit 1; fi
done
cmake -G Ninja -S "$source/examples" -B "$folder/examples" -DCMAKE_PREFIX_PATH="$folder/prefix" >>"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
cmake --build "$folder/examples"
ctest --test-dir "$folder/examples" --no-tests=error --output-on-failure
"$folder/prefix/bin/millrace" --version
