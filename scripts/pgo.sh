#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds build/pgo/bin/millrace: an instrumented build runs scripts/pgo_commands.txt, and what it saw guides the second build. A profile
# that is still of these sources is used again.   Usage: scripts/pgo.sh [--anew]
set -euo pipefail
cd "$(dirname "$0")/.."
source=$PWD
build=$source/build/pgo
export CCACHE_DISABLE=1  # what is built depends on files that a cache may not know of

# Runs a program of tools/surreal-dev, whose standard input is its leash, and sets SURREAL.
start_surreal() {
  command -v node >/dev/null && [ -d tools/surreal-dev/node_modules ] || { echo "pgo: no Node, or tools/surreal-dev is not set up: not trained on SurrealDB"; return; }
  coproc SERVER { cd tools/surreal-dev && exec node server.mjs --listen 127.0.0.1:0 --engine mem:// --exit-with-parent; }
  local line
  read -r line <&"${SERVER[0]}"
  SURREAL=$(sed -nE 's|^listening [^ ]*:([0-9]+)/rpc.*|ws://root:root@127.0.0.1:\1/train|p' <<<"$line")
  [ -n "$SURREAL" ] || { echo "pgo: the server says: $line" >&2; exit 1; }
  export SURREAL
}

# Other forms of the first posts, and a file with a bad record in ten.
make_inputs() {
  head -n 60000 posts.ndjson >few.ndjson
  gzip -k few.ndjson
  python3 - <<'PY'
import csv, json
posts = [json.loads(line) for line in open("few.ndjson", encoding="utf-8")]
json.dump(posts, open("few.json", "w", encoding="utf-8"))
fields = list(dict.fromkeys(name for post in posts for name in post))
with open("few.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.DictWriter(file, fields)
    writer.writeheader()
    writer.writerows(posts)
with open("bad.ndjson", "w", encoding="utf-8") as file:
    for number, post in enumerate(posts[:20000]):
        file.write('{"title": 1}\n' if number % 20 == 0 else "{broken\n" if number % 20 == 10 else json.dumps(post) + "\n")
PY
}

train() {
  local folder=$1 command status trained=0
  unset SURREAL  # of the caller's: not ours to write into
  start_surreal
  cd "$folder"
  while IFS= read -r command; do
    [[ -z $command || $command == \#* ]] && continue
    [[ $command == *'$SURREAL'* && -z ${SURREAL:-} ]] && continue
    echo "pgo: $command"
    status=0
    PATH="$build/bin:$PATH" PGO_SCRIPTS="$source/scripts" bash -c "$command" >command.out 2>&1 </dev/null || status=$?
    [ "$status" -le 1 ] || { cat command.out >&2; echo "pgo: '$command' exits with $status" >&2; exit 1; }  # 1: some are rejected
    [ -e few.ndjson ] || make_inputs
    trained=$((trained + 1))
  done <"$source/scripts/pgo_commands.txt"
  echo "pgo: trained on $trained commands"
}

compiler() { sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt"; }
if [ "${1:-}" = --anew ] || ! [ -e "$build/CMakeCache.txt" ] || ! python3 scripts/pgo_profile.py check --folder "$build/profile" --compiler "$(compiler)"; then
  rm -rf "$build/profile"
  cmake --preset pgo -DMILLRACE_PGO=generate --log-level=NOTICE
  mkdir -p "$build/profile"
  python3 scripts/pgo_profile.py write --folder "$build/profile" --note sources.new --compiler "$(compiler)"
  cmake --build --preset pgo --target millrace_command
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  (train "$folder")
  mv "$build/profile/sources.new" "$build/profile/sources.json"  # of before the build: what changes meanwhile is stale
fi
cmake --preset pgo --log-level=NOTICE
cmake --build --preset pgo
