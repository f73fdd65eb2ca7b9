#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Peak memory of a streaming job over files of different sizes, of real lines: posts as `millrace generate` makes them. Each run is a
process of its own; its peak is the kernel's, VmHWM. Fails when a result is wrong, or the largest median peak is not within 5 % of
the smallest.

  stream_memory_bench.py --build build/bench [--gigabytes 1,10] [--rounds 5] [--folder /var/tmp] [--pipe]

The files are made in a folder of their own under --folder, one at a time, and removed; with --pipe nothing is written, and each run
reads what is being generated. Of each size the first run has one worker, and the others must give the same result."""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import measuring

MIB = 1 << 20
POST_BYTES = 363  # on average


def generate(build, count):
    return [f"{build}/bin/millrace", "generate", "posts", "--count", str(count)]


def job(build, count, path, *workers):
    """One run; over the pipe when there is no path. Gives what the program says."""
    program = f"{build}/bin/stream_job"
    if path:
        return json.loads(measuring.run([program, path, *workers], seconds_max=3600)[2])
    with subprocess.Popen(generate(build, count), stdout=subprocess.PIPE) as posts:
        printed = measuring.run([program, "-", *workers], stdin=posts.stdout, seconds_max=3600)[2]
    return json.loads(printed)


def measure(arguments, gigabytes):
    """Runs over one size, and prints its line. Gives the median peak."""
    count = int(gigabytes * 1e9 / POST_BYTES)
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="millrace-stream-") as folder:
        path = None if arguments.pipe else pathlib.Path(folder) / "posts.ndjson"
        if path:
            subprocess.run([*generate(arguments.build, count), "-o", str(path)], check=True)
        bytes_read = path.stat().st_size if path else count * POST_BYTES
        plain = job(arguments.build, count, path, 1)
        runs = [job(arguments.build, count, path) for _ in range(arguments.rounds)]
    for run in runs:
        if run["lines"] != count or any(run[name] != plain[name] for name in ("titles", "title_bytes", "hash")):
            raise measuring.Failed(f"of {count} posts a run gives {run}, one worker {plain}")
    peaks = [run["peak_bytes"] / MIB for run in runs]
    seconds = [run["seconds"] for run in runs]
    print(f"{bytes_read / 1e9:8.3f} GB{' (pipe)' if not path else ''}  {count:>11,} lines  {plain['titles']:>10,} titles  hash {plain['hash']}  "
          f"peak {statistics.median(peaks):6.2f} MiB ({min(peaks):.2f} to {max(peaks):.2f})  {statistics.median(seconds):7.2f} s  "
          f"{bytes_read / 1e9 / statistics.median(seconds):5.2f} GB/s", flush=True)
    return statistics.median(peaks)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--gigabytes", default="1,10")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", default="/var/tmp")
    parser.add_argument("--pipe", action="store_true")
    parser.add_argument("--within", type=float, default=1.05, help="the largest peak of the smallest")
    arguments = parser.parse_args()
    print(measuring.machine(arguments.folder))
    peaks = [measure(arguments, float(size)) for size in arguments.gigabytes.split(",")]
    ratio = max(peaks) / min(peaks)
    print(f"the largest peak is {ratio:.3f} of the smallest (wanted: within {arguments.within})")
    return ratio > arguments.within


if __name__ == "__main__":
    sys.exit(measuring.stop_on_failure(main))
