#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `millrace load` into SQLite against a plain C loop over SQLite's C API (c_loop.c), alternating in one run.

    cmake --preset bench && cmake --build build/bench --target millrace_command c_loop
    bench/load/sqlite_bench.py --programs build/bench/bin

Each round runs both programs on the same file, in turns, each into a new database on the same disk. A ratio is the
loop's time over millrace's in one round: above 1, millrace is faster. Time is the whole process's, from its start to its
end, the checkpoint at closing included. Exits with 1 when a goal is missed, unless --no-goals.
"""
import argparse
import mmap
import multiprocessing
import os
import pathlib
import random
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from measuring import OUR_PRAGMAS, interval_text, machine, run, sqlite_digest, sqlite_rows, stop_on_failure  # noqa: E402

MIB = 1 << 20

CELLS = [  # name, shuffled input, the loop's options, goal
    ("our schema, our pragmas", False, OUR_PRAGMAS, 0.95),
    ("our schema, SQLite's pragmas", False, [], 1.3),
    ("shuffled ids, the loop WITHOUT ROWID, SQLite's pragmas", True, ["--without-rowid"], 3.0),
]
MEMORY_GOAL = 48 * MIB


def shuffle_lines(source, target):
    """Writes the lines in a random order, always the same, without holding them all in memory."""
    with open(source, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text, open(target, "wb") as out:
        begins = [0]
        while (end := text.find(b"\n", begins[-1])) >= 0 and end + 1 < len(text):
            begins.append(end + 1)
        random.Random(1).shuffle(begins)
        for begin in begins:
            end = text.find(b"\n", begin)
            out.write(text[begin:end + 1])


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = pathlib.Path(folder)
        self.misses = []

    def generate(self, name, count):
        path = self.folder / name
        run([self.options.programs / "millrace", "generate", "posts", "--count", count, "--seed", 1, "-o", path])
        return path

    def load(self, program, posts, loop_options=()):
        """One timed load into a new database; gives seconds, peak bytes and the database."""
        database = self.folder / f"{program}.db"
        for path in self.folder.glob(f"{program}.db*"):
            path.unlink()
        os.sync()  # what the last run left to write is not this run's to wait for
        if program == "millrace":
            arguments = ["load", posts, "--to", f"sqlite:{database}", "--table", "post", "--progress", "never"]
        else:
            arguments = [posts, database, *loop_options]
        seconds, peak, _ = run([self.options.programs / program, *arguments])
        return seconds, peak, database

    def compare(self, name, posts, loop_options, goal):
        print(f"\n## {name} (goal: at least {goal})\n")
        print("| round | millrace s | C loop s | ratio |\n|---|---|---|---|")
        seconds = {"millrace": [], "c_loop": []}
        for number in range(self.options.rounds):
            order = ["millrace", "c_loop"] if number % 2 == 0 else ["c_loop", "millrace"]
            digests = set()
            for program in order:
                taken, _, database = self.load(program, posts, loop_options)
                seconds[program].append(taken)
                if (stored := sqlite_rows(database)) != self.options.posts:
                    sys.exit(f"{program} stored {stored} rows of {self.options.posts}")
                if number == 0:
                    digests.add(sqlite_digest(database))
            if len(digests) > 1:
                sys.exit("the two programs stored different records")
            if number == 0:
                stored_digest = digests.pop()
            ours, theirs = seconds["millrace"][-1], seconds["c_loop"][-1]
            print(f"| {number + 1} | {ours:.2f} | {theirs:.2f} | {theirs / ours:.2f} |", flush=True)
        ratios = [theirs / ours for ours, theirs in zip(seconds["millrace"], seconds["c_loop"])]
        ratio = statistics.median(ratios)
        medians = {program: statistics.median(taken) for program, taken in seconds.items()}
        print(f"\nmedians {medians['millrace']:.2f} s ({self.options.posts / medians['millrace']:,.0f} rows/s) and "
              f"{medians['c_loop']:.2f} s ({self.options.posts / medians['c_loop']:,.0f} rows/s); "
              f"median ratio {ratio:.2f}, {interval_text(ratios, 2)}; records {stored_digest}")
        self.judge(name, ratio >= goal)

    def measure_memory(self, posts, count):
        seconds, peak, database = self.load("millrace", posts)
        if (stored := sqlite_rows(database)) != count:
            sys.exit(f"millrace stored {stored} rows of {count}")
        print(f"| {count:,} | {peak / MIB:.1f} MiB | {seconds:.2f} |", flush=True)
        self.judge(f"memory at {count:,} posts", peak < MEMORY_GOAL)

    def judge(self, name, is_reached):
        if not is_reached:
            self.misses.append(name)

    def run_all(self):
        posts = self.generate("posts.ndjson", self.options.posts)
        shuffled = self.folder / "shuffled.ndjson"
        # In a process of its own: ru_maxrss of a program that is started from here begins at what Python itself holds.
        shuffling = multiprocessing.Process(target=shuffle_lines, args=(posts, shuffled))
        shuffling.start()
        shuffling.join()
        print(f"# millrace load and a plain C loop, {self.options.posts:,} posts of "
              f"{posts.stat().st_size / self.options.posts:.0f} bytes\n\n{machine(self.folder)}")
        for name, is_shuffled, loop_options, goal in CELLS:
            self.compare(name, shuffled if is_shuffled else posts, loop_options, goal)
        print(f"\n## Peak memory of millrace load (goal: under {MEMORY_GOAL // MIB} MiB)\n")
        print("| posts | peak resident | s |\n|---|---|---|")
        self.measure_memory(posts, self.options.posts)
        shuffled.unlink()
        posts.unlink()
        self.measure_memory(self.generate("large.ndjson", self.options.large_posts), self.options.large_posts)
        if not self.options.no_goals:
            print("\n" + ("every goal is reached" if not self.misses else "missed: " + "; ".join(self.misses)))
        return bool(self.misses) and not self.options.no_goals


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="the folder with millrace and c_loop")
    parser.add_argument("--folder", help="where inputs and databases are made; a temporary one otherwise")
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--large-posts", type=int, default=5_000_000, help="for the second look at memory")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-goals", action="store_true", help="do not fail when a goal is missed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        return Bench(options, folder).run_all()


if __name__ == "__main__":
    sys.exit(stop_on_failure(main))
