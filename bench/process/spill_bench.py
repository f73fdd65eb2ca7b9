#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""That `millrace process` keeps to --memory with every query, and gives the right answers when it puts groups and rows on disk.

  flat     filter, map and group by (few groups) over posts of each of --gigabytes: the peak must be the same within 5 %
  groups   GROUP BY with --groups groups over a pipe, each fifth key twice: counts and sums are checked, and the keys' order
  order    ORDER BY of posts of the largest of --gigabytes: the order is checked, that ties keep the input's, and that no line is lost

  spill_bench.py --millrace build/release/bin/millrace [--runs flat,groups,order] [--gigabytes 1,10] [--groups 50000000]
                 [--memory 256MiB] [--folder /var/tmp]

The peak is VmHWM as the report has it. Needs room under --folder for the input, the output, and once more the output for the runs
(TMPDIR is set to it). Fails when an answer is wrong or a peak is beyond --memory."""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import measuring

MIB = 1 << 20
POST_BYTES = 363  # on average
FLAT = {"filter": "SELECT * FROM $input WHERE score > 50000",
        "map": "SELECT id, string::uppercase(title) AS title, score * 2 AS twice FROM $input",
        "group by": "SELECT lang, count() AS n, math::mean(score) AS mean FROM $input GROUP BY lang"}
TITLE = re.compile(rb'"title":"((?:[^"\\]|\\.)*)"')


def size_of(text):
    return int(text.removesuffix("MiB")) * MIB


class Runs:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.memory = size_of(arguments.memory)

    def posts(self, gigabytes):
        path = self.folder / f"posts-{gigabytes:g}.ndjson"
        if not path.exists():
            count = max(1, int(gigabytes * 1e9 / POST_BYTES))
            subprocess.run([self.arguments.millrace, "generate", "posts", "--count", str(count), "-o", str(path)], check=True)
        return path

    def process(self, name, query, path, output, stdin=None):
        """One run; prints its line and gives its report."""
        report_path = self.folder / "report.json"
        subprocess.run([self.arguments.millrace, "process", query, str(path), "-o", str(output), "--report", str(report_path), "--memory", self.arguments.memory,
                        "--progress", "never"], stdin=stdin, stderr=subprocess.DEVNULL, check=True, env={**os.environ, "TMPDIR": str(self.folder)})
        report = json.loads(report_path.read_text())
        peak = report["peak_rss_bytes"]
        print(f"{name:<10} {report['bytes_read'] / 1e9:7.3f} GB  {report['records_read']:>11,} records  peak {peak / MIB:6.1f} MiB of {self.arguments.memory}  "
              f"{report['seconds']:7.1f} s  {query}", flush=True)
        if peak > self.memory:
            raise measuring.Failed(f"{name}: the peak of {peak / MIB:.1f} MiB is beyond --memory {self.arguments.memory}")
        return report

    def flat(self):
        peaks = {name: [] for name in FLAT}
        for gigabytes in self.arguments.gigabytes:
            path = self.posts(gigabytes)
            for name, query in FLAT.items():
                of_runs = [self.process(name, query, path, "/dev/null")["peak_rss_bytes"] for _ in range(self.arguments.rounds)]
                peaks[name].append(statistics.median(of_runs))
            if gigabytes != self.arguments.gigabytes[-1]:
                path.unlink()
        for name, of_sizes in peaks.items():
            ratio = of_sizes[-1] / of_sizes[0]
            print(f"{name:<10} the median peak of the largest input is {ratio:.3f} of the smallest's (wanted: within {self.arguments.within})")
            if ratio > self.arguments.within:
                raise measuring.Failed(f"{name}: memory grows with the input")

    def groups(self):
        count = self.arguments.groups
        records = count + count // 5
        output = self.folder / "groups.ndjson"
        maker = subprocess.Popen([sys.executable, "-B", __file__, "--make-groups", str(count)], stdout=subprocess.PIPE)
        report = self.process("groups", "SELECT k, count() AS n, math::sum(v) AS s FROM $input GROUP BY k", "-", output, stdin=maker.stdout)
        maker.stdout.close()
        if maker.wait() != 0 or report["records_read"] != records:
            raise measuring.Failed(f"{report['records_read']} records were read of {records}")
        form = re.compile(rb'\{"k":"user-(\d{9})","n":(\d),"s":(\d+)\}\n')
        rows = found = added = 0
        with open(output, "rb") as file:
            for line in file:
                key, number, value = form.fullmatch(line).groups()
                if int(key) != rows:  # all keys from 0 on, in their order
                    raise measuring.Failed(f"row {rows} is {line!r}")
                rows += 1
                found += int(number)
                added += int(value)
        if (rows, found, added) != (count, records, sum_of_values(records)):
            raise measuring.Failed(f"{rows} groups of {found} records with the sum {added}: expected {count}, {records}, {sum_of_values(records)}")
        print(f"groups     {rows:,} groups in order; counts and sums are right", flush=True)
        output.unlink()

    def order(self):
        path = self.posts(self.arguments.gigabytes[-1])
        output = self.folder / "ordered.ndjson"
        self.process("order", "SELECT * FROM $input ORDER BY title", path, output)
        lines, check = check_lines(path)
        before = (b"", b"")
        with open(output, "rb") as file:
            for line in file:
                text = TITLE.search(line).group(1)
                title = json.loads(b'"' + text + b'"').encode() if b"\\" in text else text
                key = (title, line[7:43])  # ids grow with the input
                if key <= before:
                    raise measuring.Failed(f"{before} stands before {key}")
                before = key
        if (lines, check) != check_lines(output):
            raise measuring.Failed("the output's lines are not the input's")
        print(f"order      {lines:,} lines in order, ties as they came; none is lost", flush=True)
        output.unlink()


def check_lines(path):
    """How many, and a sum that does not depend on their order."""
    lines = check = 0
    with open(path, "rb") as file:
        for line in file:
            lines += 1
            check += zlib.crc32(line)
    return lines, check


def sum_of_values(records):
    return records // 10 * 45 + sum(range(records % 10))


def make_groups(count):
    """Keys user-000000000 to count - 1 in a mixed order, the first fifth of them twice."""
    step = 48271  # a prime, and count is no multiple of it
    while count % step == 0:
        step += 2
    piece = 10_000
    records = count + count // 5
    for begin in range(0, records, piece):
        numbers = range(begin, min(begin + piece, records))
        sys.stdout.write("".join(['{"k":"user-%09d","v":%d}\n' % (i * step % count, i % 10) for i in numbers]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millrace")
    parser.add_argument("--runs", default="flat,groups,order")
    parser.add_argument("--gigabytes", default="1,10")
    parser.add_argument("--groups", type=int, default=50_000_000)
    parser.add_argument("--memory", default="256MiB")
    parser.add_argument("--folder", default="/var/tmp")
    parser.add_argument("--rounds", type=int, default=3, help="of flat")
    parser.add_argument("--within", type=float, default=1.05, help="the largest peak of the smallest")
    parser.add_argument("--make-groups", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.make_groups:
        make_groups(arguments.make_groups)
        return
    arguments.gigabytes = [float(size) for size in arguments.gigabytes.split(",")]
    print(measuring.machine(arguments.folder))
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="millrace-spill-") as folder:
        runs = Runs(arguments, pathlib.Path(folder))
        for name in arguments.runs.split(","):
            getattr(runs, name)()


if __name__ == "__main__":
    sys.exit(measuring.stop_on_failure(main))
