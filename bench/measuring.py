# SPDX-License-Identifier: Apache-2.0
"""What the measuring scripts share: running a program to its end, a fresh SurrealDB, intervals, and what was stored."""
import contextlib
import hashlib
import os
import pathlib
import platform
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]

# The settings of src/millrace/store/sqlite_store.cc, as c_loop takes them.
OUR_PRAGMAS = ["--page-size", "16384", "--wal-autocheckpoint", "4096", "--cache-kib", "8192"]

# The best fixed limits known: shape, rows a transaction, transactions a request, requests in flight.
BEST_LIMITS = {
    "mem": ("create", 250, 1, 2),
    "rocksdb": ("insert", 1000, 1, 2),
    "surrealkv": ("insert", 1000, 1, 2),
}

ENGINE_SECONDS_MAX = 60  # to start, to count, to end


class Failed(Exception):
    """A program failed, or its result is not what it should be."""


def run(arguments, stdout=subprocess.PIPE, seconds_max=600, **options):
    """Runs a program to its end; gives its seconds, its peak resident bytes (not less than what this Python holds when it
    starts it) and what it printed."""
    with tempfile.TemporaryFile() as words:
        begin = time.perf_counter()
        process = subprocess.Popen([str(a) for a in arguments], stdout=stdout, stderr=words, **options)
        limit = threading.Timer(seconds_max, process.kill)
        limit.start()
        try:
            printed = process.stdout.read() if process.stdout else b""
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            limit.cancel()
        seconds = time.perf_counter() - begin
        if process.stdout:
            process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            words.seek(0)
            late = f" after {seconds_max} s" if seconds > seconds_max else ""
            raise Failed(f"{arguments[0]} exits with {process.returncode}{late}: {words.read().decode(errors='replace').strip()}")
    return seconds, usage.ru_maxrss * 1024, printed


def interval(values, samples=10_000):
    """The 95 % percentile interval of the median (Efron 1979); None of fewer than five values, which cannot bear one."""
    if len(values) < 5:
        return None
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(samples))
    return medians[int(0.025 * samples)], medians[int(0.975 * samples)]


def interval_text(values, places):
    found = interval(values)
    return f"95 % {found[0]:.{places}f} to {found[1]:.{places}f}" if found else f"no interval of {len(values)} rounds"


def sqlite_digest(path):
    """A hash of what was stored: every id and body, by id."""
    hashed = hashlib.sha256()
    with contextlib.closing(sqlite3.connect(path)) as database:
        for identity, body in database.execute("SELECT id, body FROM post ORDER BY id"):
            hashed.update(f"{identity} {body}\n".encode())
    return hashed.hexdigest()[:16]


def sqlite_rows(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT count(*) FROM post").fetchone()[0]


def machine(folder):
    """What a reader needs to weigh the figures; `folder` is on the disk that is measured."""
    cpu = platform.processor()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        times = []
        for _ in range(50):
            os.pwrite(file.fileno(), b"x" * 4096, 0)
            begin = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begin)
    return (f"{os.cpu_count()} cores, {cpu}; Linux {platform.release()}; SQLite {sqlite3.sqlite_version} (Python's); "
            f"fdatasync {statistics.median(times) * 1e6:.0f} us; load average {os.getloadavg()[0]:.2f} at the start")


class Engine:
    """A fresh surreal-dev server over one engine (mem, rocksdb, surrealkv), ended with the block."""

    def __init__(self, kind):
        self.folder = tempfile.TemporaryDirectory(prefix="millrace-bench-")
        path = "mem://" if kind == "mem" else f"{kind}:{self.folder.name}/db"
        self.process = subprocess.Popen(
            ["node", str(ROOT / "tools/surreal-dev/server.mjs"), "--listen", "127.0.0.1:0", "--engine", path, "--exit-with-parent"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        limit = threading.Timer(ENGINE_SECONDS_MAX, self.process.kill)  # then readline gives what there is
        limit.daemon = True
        limit.start()
        line = self.process.stdout.readline()
        limit.cancel()
        try:
            self.port = int(line.split("/rpc")[0].rsplit(":", 1)[1])
        except (IndexError, ValueError):
            self.__exit__()
            raise Failed(f"tools/surreal-dev did not start over {path}: {line!r}") from None
        self.url = f"ws://root:root@127.0.0.1:{self.port}/ns/db"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(ENGINE_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.folder.cleanup()

    def count(self, table="post"):
        """Records in a table, by the official SDK."""
        return int(run(["node", ROOT / "tools/surreal-dev/count.mjs", self.url, table], seconds_max=ENGINE_SECONDS_MAX)[2])


def load_command(build, posts, store, limits=None):
    """`millrace load` of posts into a store, its report on standard output; with fixed limits when they are given."""
    if limits:
        return [f"{build}/bin/load_bench", str(posts), store, "post", *map(str, limits)]
    return [f"{build}/bin/millrace", "load", str(posts), "--to", store, "--table", "post", "--report", "-", "--progress", "never"]


def head(path, count, target):
    """The first lines of a file, as a file."""
    with open(path, "rb") as lines, open(target, "wb") as out:
        for _, line in zip(range(count), lines):
            out.write(line)
    return pathlib.Path(target)


def stop_on_failure(main):
    """Calls main; a Failed becomes one line and exit status 1."""
    try:
        return main()
    except Failed as failure:
        print(f"{pathlib.Path(sys.argv[0]).name}: {failure}", file=sys.stderr)
        return 1
