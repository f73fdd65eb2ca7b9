#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds preset coverage, runs the unit and contract tests, and prints which share of each room's lines they ran (gcovr counts).
   Usage: coverage.py [--goal 90] [--report-only]        --report-only: the counters are there already

Exits with 1 below the goal, in percent of all lines of src/. build/coverage/html/index.html shows every line."""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/coverage"
WORST_SHOWN = 15


def run(*command, **options):
    subprocess.run([str(word) for word in command], cwd=ROOT, check=True, **options)


def build_and_test():
    run("cmake", "--preset", "coverage", "--log-level=NOTICE")
    for counters in BUILD.rglob("*.gcda"):  # of an earlier run: they would add up
        counters.unlink()
    run("cmake", "--build", "--preset", "coverage", env=os.environ | {"CCACHE_DISABLE": "1"})  # .gcno files are not in a cache's key
    run("ctest", "--preset", "coverage")


def count():
    """Files of src/ with their lines and the lines that ran."""
    (BUILD / "html").mkdir(exist_ok=True)
    summary = BUILD / "coverage.json"
    run("gcovr", "--root", ROOT, "--filter", f"{ROOT}/src/", "--object-directory", BUILD, "--exclude-unreachable-branches", "-j", os.cpu_count(),
        "--json-summary", summary, "--html-details", BUILD / "html/index.html", BUILD, stdout=subprocess.DEVNULL)
    return json.loads(summary.read_text(encoding="utf-8"))["files"]


def percent(covered, lines):
    return 100 * covered / lines if lines else 100.0


def table(files):
    """Rows of (room, files, lines, lines that ran), the sum last."""
    rooms = {}
    for file in files:
        row = rooms.setdefault(file["filename"].split("/")[2], [0, 0, 0])
        for place, value in enumerate((1, file["line_total"], file["line_covered"])):
            row[place] += value
    rows = [(room, *row) for room, row in sorted(rooms.items())]
    return rows + [("all", *(sum(row[place] for row in rows) for place in (1, 2, 3)))]


def show(files):
    """Prints the table and gives the share of all lines."""
    print("| room | files | lines | run by tests |\n|---|---|---|---|")
    rows = table(files)
    for room, number, lines, covered in rows:
        print(f"| {room} | {number} | {lines} | {percent(covered, lines):.1f} % |")
    worst = sorted(files, key=lambda file: file["line_covered"] - file["line_total"])[:WORST_SHOWN]
    print("\nMost lines that no test ran:")
    for file in worst:
        missed = file["line_total"] - file["line_covered"]
        print(f"  {missed:4} of {file['line_total']:4}  {file['filename']}")
    return percent(rows[-1][3], rows[-1][2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goal", type=float, default=90)
    parser.add_argument("--report-only", action="store_true")
    options = parser.parse_args()
    if not options.report_only:
        build_and_test()
    files = count()
    if not files:
        sys.exit("coverage: no counters in build/coverage")
    share = show(files)
    if share < options.goal:
        print(f"\ncoverage: {share:.1f} % of the lines of src/, less than {options.goal:g} %", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
