#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time per post against the number of posts that are created at once, each over a connection of its own, each durable before its
answer: `millrace serve` beside Fastify + better-sqlite3 (synchronous=FULL), in alternating rounds.

    bench/gateway/concurrency_bench.py --build build/bench [--counts 1,10,100] [--rounds 5] [--plot docs/images/gateway-concurrency.svg]

Of each count the median of the rounds, and the lowest and the highest. The plot has logarithmic axes."""
import argparse
import json
import math
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import rows_http  # noqa: E402
from harness import PEERS, need_packages  # noqa: E402
from measuring import sqlite_rows  # noqa: E402

COUNTS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)
WARM_UP, MEASURED = 2, 5  # within a run: the first commits after the start are others' cost


def microseconds_per_post(build, command, count, database, port):
    for path in database.parent.glob(database.name + "*"):
        path.unlink()
    with rows_http.serving(command(database, port), port):
        printed = subprocess.run([build / "bin/concurrent_creates", str(port), str(count), str(WARM_UP + MEASURED)], check=True,
                                 stdout=subprocess.PIPE, timeout=600).stdout
    if (found := sqlite_rows(database)) != count * (WARM_UP + MEASURED):
        sys.exit(f"{found} rows, where {count * (WARM_UP + MEASURED)} were answered")
    return statistics.median(json.loads(printed)["seconds"][WARM_UP:]) / count * 1e6


def plot(path, counts, series):
    """`series`: name, colour, [microseconds]."""
    width, height, left, bottom, top, right = 720, 400, 70, 50, 20, 170
    x_max, lows = math.log10(counts[-1]), [min(values) for _, _, values in series]
    y_min, y_max = math.floor(math.log10(min(lows))), math.ceil(math.log10(max(max(values) for _, _, values in series)))

    def x(count):
        return left + (width - left - right) * math.log10(count) / x_max

    def y(value):
        return height - bottom - (height - bottom - top) * (math.log10(value) - y_min) / (y_max - y_min)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for power in range(y_min, y_max + 1):
        at = y(10 ** power)
        parts.append(f'<line x1="{left}" y1="{at:.1f}" x2="{width - right}" y2="{at:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{10 ** power:,} µs</text>')
    for count in counts:
        parts.append(f'<text x="{x(count):.1f}" y="{height - bottom + 20}" text-anchor="middle">{count:,}</text>')
    parts.append(f'<text x="{(left + width - right) / 2}" y="{height - 10}" text-anchor="middle">posts created at once</text>')
    for name, colour, values in series:
        points = " ".join(f"{x(count):.1f},{y(value):.1f}" for count, value in zip(counts, values))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.extend(f'<circle cx="{x(count):.1f}" cy="{y(value):.1f}" r="3" fill="{colour}"/>' for count, value in zip(counts, values))
        parts.append(f'<text x="{width - right + 10}" y="{y(values[-1]) + 4:.1f}" fill="{colour}">{name}</text>')
    path.write_text("\n".join(parts + ["</svg>", ""]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--counts", type=lambda text: [int(part) for part in text.split(",")], default=list(COUNTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plot", type=pathlib.Path)
    parser.add_argument("--no-peer", action="store_true", help="the gateway alone")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rivals = {"millrace serve": lambda database, port: [str(options.build / "bin/millrace"), "serve", "--store", f"sqlite:{database}", "--listen", f"127.0.0.1:{port}"]}
    if not options.no_peer:
        need_packages("peers")
        rivals["Fastify, FULL"] = lambda database, port: ["node", str(PEERS / "fastify_server.mjs"), str(database), "full", str(port)]
    found = {name: {count: [] for count in options.counts} for name in rivals}
    with tempfile.TemporaryDirectory(prefix="millrace-bench-") as folder:
        for _ in range(options.rounds):
            for count in options.counts:
                for name, command in rivals.items():
                    found[name][count].append(microseconds_per_post(options.build, command, count, pathlib.Path(folder) / "posts.db", rows_http.free_port()))
    print(f"{'posts at once':>14}" + "".join(f"{name + ', µs a post':>40}" for name in rivals))
    for count in options.counts:
        cells = [f"{statistics.median(found[name][count]):.1f} ({min(found[name][count]):.1f} to {max(found[name][count]):.1f})" for name in rivals]
        print(f"{count:>14,}" + "".join(f"{cell:>40}" for cell in cells))
    if options.plot:
        colours = ("#0a6", "#c40")
        plot(options.plot, options.counts, [(name, colour, [statistics.median(found[name][count]) for count in options.counts])
                                            for name, colour in zip(rivals, colours)])


if __name__ == "__main__":
    main()
