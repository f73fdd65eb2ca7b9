#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What metrics cost a load: `millrace load` with --metrics-listen and a scraper, beside the same without, and without once more,
which shows the noise. Alternating rounds; wall time and CPU time of whole processes; a ratio above 1 is a cost.

  metrics_bench.py --millrace build/release/bin/millrace [--before OTHER/millrace] [--stores sqlite,memory] [--posts 500000]
                   [--rounds 7] [--interval 1.0]

--before is another build of the command, one without metrics at all, which then takes part."""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request


class Scraper(threading.Thread):
    """Scrapes in OpenMetrics as Prometheus does, from the start of the load on, every `interval` seconds."""

    def __init__(self, address, interval):
        super().__init__()
        self.request = urllib.request.Request(address, headers={"Accept": "application/openmetrics-text;version=1.0.0", "Accept-Encoding": "gzip"})
        self.interval, self.ended, self.scrapes = interval, threading.Event(), 0

    def run(self):
        while True:
            try:
                with urllib.request.urlopen(self.request, timeout=10) as answer:
                    self.scrapes += bool(answer.read())
            except OSError:
                return  # the load has ended
            if self.ended.wait(self.interval):
                return


def load(millrace, posts, store, folder, flags=(), interval=0.0):
    """Seconds, CPU seconds, scrapes and records written."""
    for path in folder.glob("store.db*"):
        path.unlink()
    os.sync()  # what the last run left to write is not this run's to wait for
    target = f"sqlite:{folder}/store.db" if store == "sqlite" else "memory:"
    begin = time.perf_counter()
    process = subprocess.Popen([millrace, "load", posts, "--to", target, "--table", "post", "--progress", "never", "--report", folder / "report",
                                "--rejects", folder / "rejects", *flags], stderr=subprocess.PIPE)
    scraper = None
    if flags:
        scraper = Scraper(re.search(r"http\S+", process.stderr.readline().decode())[0], interval)
        scraper.start()
    words = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if scraper:
        scraper.ended.set()
        scraper.join()
    if process.returncode != 0:
        sys.exit(f"millrace exits with {process.returncode}: {words.decode()}")
    written = json.loads((folder / "report").read_text())["records_written"]
    return seconds, usage.ru_utime + usage.ru_stime, scraper.scrapes if scraper else 0, written


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millrace", type=pathlib.Path, required=True)
    parser.add_argument("--before", type=pathlib.Path)
    parser.add_argument("--stores", default="sqlite,memory")
    parser.add_argument("--posts", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--interval", type=float, default=1.0)
    options = parser.parse_args()
    millrace = options.millrace.resolve()
    with tempfile.TemporaryDirectory(prefix="millrace-bench-") as name:
        folder = pathlib.Path(name)
        posts = folder / "posts.ndjson"
        subprocess.run([millrace, "generate", "posts", "--count", str(options.posts), "-o", posts], check=True)
        print("| store | beside a load without metrics | wall, median ratio | CPU, median ratio | wall, of each round | scrapes a load |\n|---|---|---|---|---|---|")
        for store in options.stores.split(","):
            cells = {"with metrics": (millrace, ("--metrics-listen", "0")), "without, again": (millrace, ())}
            if options.before:
                cells["the build before"] = (options.before.resolve(), ())
            ratios = {cell: [] for cell in cells}
            scrapes = []
            for number in range(options.rounds):
                order = ["without", *cells]
                order = order[number % len(order):] + order[:number % len(order)]
                took = {}
                for cell in order:
                    program, flags = cells.get(cell, (millrace, ()))
                    *took[cell], seen, written = load(program, posts, store, folder, flags, options.interval)
                    if flags:
                        scrapes.append(seen)
                    if written != options.posts:
                        sys.exit(f"{written} records written of {options.posts}")
                for cell in cells:
                    ratios[cell].append([ours / plain for ours, plain in zip(took[cell], took["without"])])
            for cell in cells:
                wall, cpu = zip(*ratios[cell])
                print(f"| {store} | {cell} | {statistics.median(wall):.3f} | {statistics.median(cpu):.3f} | "
                      f"{' / '.join(f'{ratio:.2f}' for ratio in wall)} | {statistics.median(scrapes) if cell == 'with metrics' else ''} |", flush=True)


if __name__ == "__main__":
    main()
