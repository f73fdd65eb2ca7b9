#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the builds of several presets: the size of the command, the main job (a load of generated posts into SQLite), the
instructions of a small one, and decode_bench.

    scripts/setup.sh test && bench/builds/builds_bench.py                 # some 10 minutes once all is built
    bench/builds/builds_bench.py --build-times                            # also how long each takes to build: half an hour more

Every round runs all builds on the same file, each into a new database, in an order that turns round. Time is the whole process's.
A ratio is the first preset's time over this one's in the same round: above 1, this one is faster. Exits with 1 when pgo is slower
than the first preset, plain, by more than the interval allows, unless --no-goals.
"""
import argparse
import json
import math
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from measuring import ROOT, Failed, interval, machine, run, sqlite_digest, sqlite_rows, stop_on_failure  # noqa: E402

SMALL = 5000  # posts, for counting instructions
CLOCK_TICK = 0.01  # s, of a process's CPU time; a tiny load takes none


def cpu_seconds():
    spent = os.times()
    return spent.children_user + spent.children_system


def quietly(*command, **environment):
    done = subprocess.run([str(word) for word in command], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


class Build:
    def __init__(self, name):
        self.folder = pathlib.Path(name) if "/" in name else ROOT / "build" / name
        self.preset = self.folder.name
        self.program = self.folder / "bin/millrace"
        self.build_seconds = None
        self.user, self.wall, self.decode = [], [], []
        self.instructions = None

    def make(self, with_bench):
        """As anybody would; what is there already is not built again."""
        if self.preset == "pgo":
            quietly("scripts/pgo.sh")
        targets = ["millrace_command"] + ["decode_bench"] * with_bench
        quietly("cmake", "--preset", self.preset, *["-DMILLRACE_BENCH=ON"] * with_bench)
        quietly("cmake", "--build", "--preset", self.preset, "--target", *targets)

    def time_build(self):
        """The command and what it needs, from nothing, without a cache, in seconds of CPU: on a quiet machine with two cores it takes
        half as long. Of pgo: both builds and the training."""
        begin = cpu_seconds()
        if self.preset == "pgo":
            shutil.rmtree(self.folder, ignore_errors=True)
            quietly("scripts/pgo.sh", "--anew", CCACHE_DISABLE="1")
        else:
            folder = self.folder.with_name("times")
            shutil.rmtree(folder, ignore_errors=True)
            quietly("cmake", "--preset", self.preset, "-B", folder)
            begin = cpu_seconds()
            quietly("cmake", "--build", folder, "--target", "millrace_command", CCACHE_DISABLE="1")
        self.build_seconds = cpu_seconds() - begin

    def stripped_bytes(self, folder):
        copy = pathlib.Path(folder) / "stripped"
        quietly("strip", "-s", "-o", copy, self.program)
        return copy.stat().st_size

    def load(self, posts, database, before=(), extra=()):
        for path in database.parent.glob(f"{database.name}*"):
            path.unlink()
        os.sync()  # what the last run left to write is not this run's to wait for
        return [*before, self.program, "load", posts, "--to", f"sqlite:{database}", "--table", "post", "--progress", "never", *extra]


def user_seconds_of(command):
    before = os.times().children_user
    wall, _, _ = run(command)
    return os.times().children_user - before, wall


def measure_loads(builds, posts, count, rounds, folder):
    database = folder / "posts.db"
    stored = set()
    for number in range(rounds + 1):  # the first warms up
        turn = number % len(builds)
        order = builds[turn:] + builds[:turn]
        for build in order if number % 2 == 0 else reversed(order):
            user, wall = user_seconds_of(build.load(posts, database))
            if (rows := sqlite_rows(database)) != count:
                raise Failed(f"{build.preset} stored {rows} rows of {count}")
            if number == 0:
                stored.add(sqlite_digest(database))
                continue
            build.user.append(user)
            build.wall.append(wall)
    if len(stored) > 1:
        raise Failed("two builds stored different records")
    return stored.pop()


def count_instructions(builds, posts, folder):
    valgrind = shutil.which("valgrind")
    for build in builds if valgrind else []:
        tool = [valgrind, "--tool=callgrind", f"--callgrind-out-file={folder / 'callgrind.out'}"]
        run(build.load(posts, folder / "small.db", tool, ["--batch", "1000", "--in-flight", "1"]))
        totals = re.search(r"^(?:totals|summary): (\d+)", (folder / "callgrind.out").read_text(encoding="utf-8"), re.MULTILINE)
        build.instructions = int(totals[1])


def measure_decode(builds, rounds, seconds):
    """Appends one {benchmark: CPU time} a round to each build."""
    for number in range(rounds):
        for build in builds if number % 2 == 0 else reversed(builds):
            _, _, printed = run([build.folder / "bin/decode_bench", f"--benchmark_min_time={seconds}", "--benchmark_format=json"])
            build.decode.append({row["name"]: row["cpu_time"] for row in json.loads(printed)["benchmarks"]})


def ratios(base, own):
    return [max(theirs, CLOCK_TICK) / max(ours, CLOCK_TICK) for theirs, ours in zip(base, own)]


def decode_ratios(base, own):
    """The geometric mean over all benchmarks of each round."""
    return [math.exp(statistics.mean(math.log(theirs[name] / ours[name]) for name in theirs)) for theirs, ours in zip(base, own)]


def show_ratio(values):
    if not values:
        return "–"
    found = interval(values)
    return f"{statistics.median(values):.3f}" + (f" ({found[0]:.3f} to {found[1]:.3f})" if found else "")


def table(builds, folder):
    base = builds[0]
    print(f"| preset | build, CPU s | size, stripped MB | load: user s | wall s | faster than {base.preset}: user | wall | Ir of {SMALL} posts, M | decode_bench |")
    print("|---|---|---|---|---|---|---|---|---|")
    for build in builds:
        seconds = "–" if build.build_seconds is None else f"{build.build_seconds:.0f}"
        counted = "–" if build.instructions is None else f"{build.instructions / 1e6:.1f}"
        print(f"| {build.preset} | {seconds} | {build.stripped_bytes(folder) / 1e6:.2f} | {statistics.median(build.user):.2f} "
              f"| {statistics.median(build.wall):.2f} | {show_ratio(ratios(base.user, build.user))} "
              f"| {show_ratio(ratios(base.wall, build.wall))} | {counted} | {show_ratio(decode_ratios(base.decode, build.decode))} |")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", default="plain,release,pgo,ci,dev", help="the first is what the others are compared with; also build folders, with --no-build")
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--build-times", action="store_true")
    parser.add_argument("--no-build", action="store_true", help="take the programs that are there")
    parser.add_argument("--decode-seconds", default="0.1", help="of each benchmark of decode_bench in a round")
    parser.add_argument("--no-decode", action="store_true", help="leave decode_bench out")
    parser.add_argument("--no-goals", action="store_true")
    return parser.parse_args()


def main():
    options = arguments()
    builds = [Build(preset) for preset in options.presets.split(",")]
    for build in builds:
        print(f"building {build.preset} …", file=sys.stderr)
        if options.build_times:
            build.time_build()
        if not options.no_build:
            build.make(with_bench=not options.no_decode)
    with tempfile.TemporaryDirectory(prefix="millrace-builds-", dir=builds[0].folder) as name:
        folder = pathlib.Path(name)
        print(machine(folder))
        posts, small = folder / "posts.ndjson", folder / "small.ndjson"
        for path, count in ((posts, options.posts), (small, SMALL)):
            run([builds[0].program, "generate", "posts", "--count", count, "--seed", 1, "-o", path])
        digest = measure_loads(builds, posts, options.posts, options.rounds, folder)
        count_instructions(builds, small, folder)
        if not options.no_decode:
            measure_decode(builds, options.rounds, options.decode_seconds)
        print(f"{options.posts:,} posts, {options.rounds} rounds, medians, 95 % intervals; records {digest}\n")
        table(builds, folder)
    pgo = next((build for build in builds if build.preset == "pgo"), None)
    if pgo and not options.no_goals and (found := interval(ratios(builds[0].user, pgo.user))) and found[1] < 1:
        print(f"\nmissed: pgo is slower than {builds[0].preset}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(stop_on_failure(main))
