#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SurrealDB, each engine, in one run of alternating rounds: (a) one call per post, (b) the joined text of the source
document, (c) millrace with the best fixed limits known for the engine, (d) millrace as it starts by itself. Every cell runs
on a fresh engine. Prints medians, ratios per round and their bootstrap intervals, and the time per post against N.

  surreal_bench.py --build build/bench [--rounds 5] [--posts 40000] [--engines mem,rocksdb,surrealkv] [--curve]"""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from measuring import BEST_LIMITS as BEST, ROOT, Engine, head, interval_text, load_command  # noqa: E402

SINGLE_POSTS, JOINED_POSTS = 1500, 5000


def rival(engine, posts, count, way):
    with Engine(engine) as server:
        out = subprocess.run(["node", str(ROOT / "bench/load/surreal_rival.mjs"), server.url, "post", str(posts), str(count), way],
                             check=True, stdout=subprocess.PIPE, text=True).stdout
    result = json.loads(out)
    return result["records"] / result["seconds"]


def millrace(build, engine, posts, expected, limits):
    with Engine(engine) as server:
        command = load_command(build, posts, server.url, limits)
        report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        if (found := server.count()) != expected:
            sys.exit(f"surreal_bench: expected {expected} records, found {found}")
    return report["records_written"] / report["seconds"]


def plot(points):
    """Microseconds per post against N, both axes logarithmic, in characters."""
    series = {"one call per post": "o", "millrace": "*"}
    times = [math.log10(t) for values in points.values() for _, t in values]
    low, high, height = math.floor(min(times)), math.ceil(max(times)), 16
    grid = [[" "] * 56 for _ in range(height + 1)]
    for name, mark in series.items():
        for n, t in points[name]:
            grid[round((high - math.log10(t)) / (high - low) * height)][round(math.log10(n) / 5 * 55)] = mark
    for y, row in enumerate(grid):
        value = 10 ** (high - y * (high - low) / height)
        print(f"{value:10,.0f} us |" + "".join(row))
    print(" " * 14 + "+" + "-" * 56)
    print(" " * 14 + "1" + "".join(f"{10 ** k:>11,}" for k in range(1, 6)) + "   posts")
    print(" " * 15 + "   ".join(f"{mark} {name}" for name, mark in series.items()))


def curve(arguments, engine, posts, folder):
    print(f"\ntime per post against N, {engine}, microseconds (medians of {arguments.rounds} rounds)")
    points = {"one call per post": [], "millrace": []}
    for n in (1, 10, 100, 1000, 10000, 100000):
        cut = head(posts, n, f"{folder}/posts-{n}.ndjson")
        ours = [1e6 / millrace(arguments.build, engine, cut, n, BEST[engine]) for _ in range(arguments.rounds)]
        points["millrace"].append((n, statistics.median(ours)))
        if n <= 1000:
            single = [1e6 / rival(engine, cut, n, "single") for _ in range(arguments.rounds)]
            points["one call per post"].append((n, statistics.median(single)))
        single_text = f"{points['one call per post'][-1][1]:12,.0f}" if n <= 1000 else "   as before"
        print(f"  N {n:>7,}   one call {single_text}   millrace {points['millrace'][-1][1]:12,.1f}", flush=True)
    plot(points)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--posts", type=int, default=40000)
    parser.add_argument("--engines", default="rocksdb,surrealkv,mem")
    parser.add_argument("--curve", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="millrace-bench-") as folder:
        posts = pathlib.Path(folder) / "posts.ndjson"
        count = max(arguments.posts, 100000 if arguments.curve else 0)
        subprocess.run([f"{arguments.build}/bin/millrace", "generate", "posts", "--count", str(count), "-o", str(posts)], check=True)
        load = head(posts, arguments.posts, f"{folder}/posts-{arguments.posts}.ndjson")
        for engine in arguments.engines.split(","):
            rows = {"one call": [], "joined": [], "millrace best": [], "millrace auto": []}
            for _ in range(arguments.rounds):
                rows["one call"].append(rival(engine, load, SINGLE_POSTS, "single"))
                rows["millrace best"].append(millrace(arguments.build, engine, load, arguments.posts, BEST[engine]))
                rows["joined"].append(rival(engine, load, JOINED_POSTS, "joined"))
                rows["millrace auto"].append(millrace(arguments.build, engine, load, arguments.posts, None))
            print(f"\n{engine}: posts/s, {arguments.rounds} alternating rounds")
            for name, values in rows.items():
                print(f"  {name:14} median {statistics.median(values):10,.0f}   " + " / ".join(f"{v:,.0f}" for v in values))
            for ours in ("millrace best", "millrace auto"):
                for theirs in ("one call", "joined"):
                    ratios = [a / b for a, b in zip(rows[ours], rows[theirs])]
                    print(f"  {ours} / {theirs}: {statistics.median(ratios):.1f} ({interval_text(ratios, 1)})", flush=True)
            if arguments.curve:
                curve(arguments, engine, posts, folder)


if __name__ == "__main__":
    main()
