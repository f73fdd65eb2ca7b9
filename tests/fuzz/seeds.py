# SPDX-License-Identifier: Apache-2.0
"""The cases of tests/surrealql/cases as inputs for the fuzz targets `query` and `evaluate`: a file each.

Usage: seeds.py query|evaluate FOLDER [EVERY]     with EVERY, only each so-manieth case
"""
import json
import pathlib
import sys


def cases(folder):
    """(query, [record line]) of each case: README.md there says what a line is."""
    for path in sorted(folder.glob("*.cases")):
        records = ["{}"]
        for line in path.read_text().split("\n"):
            if line.startswith("## "):
                records = ["{}"]
            elif line == "@input":
                records = []
            elif line.startswith("+ "):
                records.append(line[2:])
            elif line and not line.startswith("#"):
                is_value = line.startswith("= ")
                query = line[2 * is_value:].split("\t")[0]
                query = json.loads(query) if query.startswith('"') else query
                yield f"SELECT VALUE {query} FROM $input" if is_value else query, list(records)


def main(target, out, every=1):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    here = pathlib.Path(__file__).resolve().parent
    for number, (query, records) in enumerate(cases(here.parent / "surrealql" / "cases")):
        if number % int(every) or (target == "evaluate" and "\n" in query):
            continue
        text = query if target == "query" else "\n".join([chr(48 + number % 60) + query, *records[:8]])
        (out / f"case_{number:04}").write_text(text)


main(*sys.argv[1:])
