#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""process_large_dataset beside the loop whose vector grows, and beside one that reserves: peak memory of the results and time, each run
in a fresh process, alternating rounds. Results are 16 bytes each.

  dataset_bench.py --build build/bench [--points 4194305,4194303,…] [--rounds 5] [--no-goals]

allocated: what malloc and mmap held at once for the results. resident: the kernel's peak (VmHWM) beyond the input, which counts only
pages that were touched. A vector of 2^n + 1 elements has just doubled: it holds the old and the new memory, of which the new is mostly
untouched. At 2^n - 1 it holds little more than its elements by the end, and the most that exact allocation can save is a third.
The goal, half of the peak saved, is held against the size above a power of two, in both figures."""
import argparse
import json
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import measuring

KINDS = ["exact", "reserved", "growing"]
MIB = 1 << 20


def measure(build, points, rounds):
    runs = {kind: [] for kind in KINDS}
    for number in range(rounds):
        for kind in KINDS if number % 2 == 0 else reversed(KINDS):
            printed = measuring.run([f"{build}/bin/dataset_job", kind, points])[2]
            runs[kind].append(json.loads(printed))
    hashes = {run["hash"] for kind in KINDS for run in runs[kind]}
    if len(hashes) != 1:
        raise measuring.Failed(f"results differ: {hashes}")
    return runs


def median(runs, what):
    return statistics.median(run[what] for run in runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--points", default=",".join(str(2**power + one) for power in (22, 24) for one in (1, -1)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-goals", action="store_true", help="for a build that is not optimised, or sizes too small to see")
    arguments = parser.parse_args()
    print(measuring.machine("."))
    missed = False
    for points in map(int, arguments.points.split(",")):
        runs = measure(arguments.build, points, arguments.rounds)
        growing = runs["growing"]
        print(f"{points:,} points, {points * 16 / MIB:.1f} MiB of results, hash {growing[0]['hash']}")
        for kind in KINDS:
            seconds = [run["seconds"] * 1e3 for run in runs[kind]]
            saved = {what: 1 - median(runs[kind], what) / median(growing, what) for what in ("allocated_bytes", "resident_bytes")}
            print(f"  {kind:<9} allocated {median(runs[kind], 'allocated_bytes') / MIB:7.1f} MiB ({saved['allocated_bytes']:4.0%} saved)  "
                  f"resident {median(runs[kind], 'resident_bytes') / MIB:7.1f} MiB ({saved['resident_bytes']:4.0%} saved)  "
                  f"{statistics.median(seconds):8.2f} ms ({measuring.interval_text(seconds, 2)})")
            above = points & (points - 1) and not (points - 1) & (points - 2)
            # Two pages of 2 MiB at the ends of a mapping are no matter at sizes worth measuring.
            missed |= kind == "exact" and above and min(saved.values()) < 0.49
    if missed and not arguments.no_goals:
        print("less than half of the peak is saved above a power of two")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(measuring.stop_on_failure(main))
