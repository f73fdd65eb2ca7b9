#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`millrace load` with nothing set against the best fixed limits. For each store: a sweep of fixed settings finds the best
cell; then controller and best cell alternate, pair by pair, each on a fresh database, and the ratio of their records a second
is given with its 95 % interval. The best cell's figure is that of the pairs, not that of the sweep.

  controller_bench.py --build build/bench [--stores sqlite,rocksdb,surrealkv,mem] [--pairs 10] [--seconds 5] [--sweep 40000]"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from measuring import Engine, interval_text, load_command  # noqa: E402

# shape, rows a transaction, transactions a request, requests in flight
SQLITE = [("insert", rows, 1, 1) for rows in (500, 1000, 2000, 5000, 10000, 20000)]
SURREAL = ([("insert", rows, joined, flying) for rows, joined in ((25, 1), (25, 16), (50, 1), (50, 8), (100, 1), (100, 4), (250, 1), (250, 4), (500, 1), (500, 4), (1000, 1), (2000, 1))
            for flying in (1, 2, 4)] +
           [("create", rows, joined, flying) for rows, joined in ((50, 1), (100, 4), (250, 1), (250, 4), (500, 1), (1000, 1), (2000, 1)) for flying in (1, 2, 4)])


class Database:
    """A fresh one of its kind, gone with the block."""

    def __init__(self, kind):
        self.kind, self.engine, self.folder = kind, None, None

    def __enter__(self):
        if self.kind == "sqlite":
            self.folder = tempfile.TemporaryDirectory(prefix="millrace-bench-")
            return f"sqlite:{self.folder.name}/posts.db"
        self.engine = Engine(self.kind)
        return self.engine.url

    def __exit__(self, *_):
        if self.engine:
            self.engine.__exit__()
        else:
            self.folder.cleanup()


def load(build, kind, posts, expected, limits=None):
    """Records a second, and the report."""
    with Database(kind) as store:
        report = json.loads(subprocess.run(load_command(build, posts, store, limits), check=True, capture_output=True, text=True).stdout)
    if report["records_written"] != expected:
        sys.exit(f"controller_bench: {expected} records are in the file, {report['records_written']} were written")
    return report["records_written"] / report["seconds"], report


def generate(build, folder, count):
    path = pathlib.Path(folder) / f"posts-{count}.ndjson"
    if not path.exists():
        subprocess.run([f"{build}/bin/millrace", "generate", "posts", "--count", str(count), "-o", str(path)], check=True)
    return path


def name_of(cell):
    shape, rows, joined, flying = cell
    return f"{shape} {rows} x {joined}, {flying} in flight"


def sweep(arguments, kind, folder):
    """The best cell, and its rate. Cells that one round shows to be near the best are measured twice more."""
    posts = generate(arguments.build, folder, arguments.sweep)
    cells = SQLITE if kind == "sqlite" else SURREAL
    rates = {}
    for cell in cells:
        if kind == "mem" and cell[0] == "insert" and cell[1] > 1000:
            continue  # seconds a request, and gigabytes
        rates[cell] = [load(arguments.build, kind, posts, arguments.sweep, cell)[0]]
    for _ in range(2):
        for cell in sorted(rates, key=lambda cell: -statistics.median(rates[cell]))[:5]:
            rates[cell].append(load(arguments.build, kind, posts, arguments.sweep, cell)[0])
    ranking = sorted(rates, key=lambda cell: -statistics.median(rates[cell]))
    print(f"\n{kind}: the five best of {len(rates)} fixed settings, {arguments.sweep:,} posts each")
    for cell in ranking[:5]:
        print(f"  {name_of(cell):32} {statistics.median(rates[cell]):10,.0f}/s")
    return ranking[0], statistics.median(rates[ranking[0]])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--stores", default="sqlite,rocksdb,surrealkv,mem")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--sweep", type=int, default=40000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="millrace-bench-") as folder:
        for kind in arguments.stores.split(","):
            best, rate = sweep(arguments, kind, folder)
            count = max(1000, int(rate * arguments.seconds * 1.15))
            posts = generate(arguments.build, folder, count)
            ratios, seconds, said = [], [], None
            for pair in range(arguments.pairs):
                order = (None, best) if pair % 2 == 0 else (best, None)
                measured = {limits: load(arguments.build, kind, posts, count, limits) for limits in order}
                ratios.append(measured[None][0] / measured[best][0])
                seconds.append(min(measured[None][1]["seconds"], measured[best][1]["seconds"]))
                said = measured[None][1]
                print(f"  controller {measured[None][0]:10,.0f}/s   {name_of(best)} {measured[best][0]:10,.0f}/s   ratio {ratios[-1]:.3f}", flush=True)
            chosen = said["batching"]
            print(f"{kind}: controller / best cell: median {statistics.median(ratios):.3f} ({interval_text(ratios, 3)}), "
                  f"{arguments.pairs} pairs of {count:,} posts, at least {min(seconds):.1f} s each; it chose {chosen['shape']} "
                  f"{chosen['rows_per_transaction']} x {chosen['transactions_per_request']}, {chosen['in_flight']} in flight, "
                  f"limited by {said['limited_by']}", flush=True)
            posts.unlink()


if __name__ == "__main__":
    main()
