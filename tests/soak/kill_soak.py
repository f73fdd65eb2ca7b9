#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills loads with SIGKILL at random points, resumes them, and checks that every record of the input is in the store or in the
rejects, exactly once.

  MILLRACE=build/release/bin/millrace tests/soak/kill_soak.py --store sqlite|surrealkv|rocksdb|mem --kills 200 [--seed S] [--records N]

Each load is of another input (NDJSON, a JSON array, CSV or gzip; given or generated ids; a few records that are rejected), is
killed up to three times, also while it is resumed, and is then resumed to its end. A kill comes when the store's file has grown
to a random size, or after a random share of the time that such a load takes undisturbed. The check reads SQLite with Python's
own module, and SurrealDB with the official SDK (tools/surreal-dev)."""
import argparse
import collections
import csv
import gzip
import io
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/command"))
os.environ.setdefault("MILLRACE", str(ROOT / "build/dev/bin/millrace"))
import surreal_server  # noqa: E402  (needs the path above)
from support import MILLRACE, clean_environment, read_ndjson  # noqa: E402

FORMATS = ("ndjson", "json", "csv", "ndjson.gz", "json.gz")
TIME_OUT = 300


class Failure(Exception):
    pass


class Input:
    """A file of records, each with a number `n` of its own, and the numbers that have to be rejected."""

    def __init__(self, folder, rng, records):
        self.format = rng.choice(FORMATS)
        self.given_ids = rng.random() < 0.5
        self.path = folder / f"input.{self.format}"
        self.numbers = range(records)
        self.rejected = set(rng.sample(range(1, records), rng.choice((0, 3, 40))))
        self.duplicates = set()
        rows = [self.record(rng, n) for n in self.numbers]
        self.write(rows)

    def record(self, rng, n):
        record = {"title": f"t{n}", "content": "x" * rng.randrange(20, 400), "n": n}
        if self.given_ids:
            record = {"id": n, **record}
        if n in self.rejected:
            if self.given_ids and rng.random() < 0.4:
                record["id"] = 0  # which is there: a duplicate, with other content
                self.duplicates.add(n)
            else:
                record["title"] = ""
        return record

    def write(self, rows):
        if self.format.startswith("csv"):
            out = io.StringIO()
            writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            text = out.getvalue()
        elif self.format.startswith("json"):
            text = "[" + ",\n".join(map(json.dumps, rows)) + "]\n"
        else:
            text = "".join(json.dumps(row) + "\n" for row in rows)
        data = text.encode()
        self.path.write_bytes(gzip.compress(data, 1) if self.format.endswith(".gz") else data)

    def arguments(self):
        return ["--types", "id=int,n=int"] if self.format.startswith("csv") and self.given_ids else (
            ["--types", "n=int"] if self.format.startswith("csv") else [])


class Sqlite:
    def __init__(self, folder, _engine):
        self.path = folder / "store.db"
        self.url = f"sqlite:{self.path}"

    def grown(self):
        """Bytes on disk, which only grow during a load."""
        total = 0
        for name in (self.path, pathlib.Path(f"{self.path}-wal")):
            try:
                total += name.stat().st_size
            except FileNotFoundError:
                pass
        return total

    def records(self):
        connection = sqlite3.connect(self.path)
        try:
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise Failure("SQLite's integrity check fails")
            return [{**json.loads(body), "id": key} for key, body in connection.execute("SELECT id, body FROM post")]
        finally:
            connection.close()

    def count(self):
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute("SELECT count(*) FROM post").fetchone()[0]
        except sqlite3.OperationalError:  # no such table
            return 0
        finally:
            connection.close()

    def checkpoints(self):
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute("SELECT name, text FROM millrace_checkpoint").fetchall()
        except sqlite3.OperationalError:
            return []
        finally:
            connection.close()

    def close(self):
        pass


class Surreal:
    server = None  # one for all loads; each has a database of its own

    def __init__(self, _folder, engine):
        if Surreal.server is None:
            Surreal.server = surreal_server.Server(engine)
        self.url = Surreal.server.url()

    def grown(self):
        return None

    def records(self):
        return self.dump("post")

    def dump(self, table):
        try:
            return surreal_server.dump(self.url, table)
        except AssertionError as error:
            if "does not exist" in str(error):  # killed before it was made
                return []
            raise

    def count(self):
        return len(self.dump("post"))

    def checkpoints(self):
        return self.dump("millrace_checkpoint")

    def close(self):
        pass


class Soak:
    def __init__(self, options, rng):
        self.options, self.rng = options, rng
        self.kills = self.loads = self.late = self.mid_resume = self.at_the_end = 0

    def command(self, source, store, folder, *more):
        batch = self.rng.choice(([], [], ["--batch", str(self.rng.choice((7, 100, 1000)))]))
        return [MILLRACE, "load", source.path.name, "--to", store.url, "--table", "post", "--max-rejects", "1000",
                "--progress", "never", "--report", "report.json", *source.arguments(), *batch, *more]

    def run_to_end(self, arguments, folder):
        done = subprocess.run(arguments, cwd=folder, env=clean_environment(), capture_output=True, timeout=TIME_OUT, check=False)
        return done.returncode, done.stderr.decode()

    def kill_at_random(self, arguments, folder, store, size, seconds):
        """True when it was killed, and not done before."""
        began = time.monotonic()
        before = store.grown()
        process = subprocess.Popen(arguments, cwd=folder, env=clean_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if before is not None and self.rng.random() < 0.7:
            target = before + self.rng.random() * max(size - before, 1)
            while process.poll() is None and store.grown() < target:
                time.sleep(0.0002)  # looks, and waits for nothing else
        else:
            target = self.rng.random() * seconds
            while process.poll() is None and time.monotonic() - began < target:
                time.sleep(0.0002)
        process.kill()
        words = process.stderr.read().decode()
        process.stderr.close()
        status = process.wait()
        if status == -9:
            return True
        if status not in (0, 1):
            raise Failure(f"{arguments}: exit {status}: {words}")
        return False

    def one_load(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-soak-"))
        try:
            source = Input(folder, self.rng, self.options.records)
            kind = Sqlite if self.options.store == "sqlite" else Surreal
            size, seconds = self.undisturbed(source, kind, folder)
            store = kind(folder, self.options.store)
            self.loads += 1
            killed = done = False
            for turn in range(1 + self.rng.randrange(3)):
                more = ["--resume"] if killed else []
                share = 1.0 if turn == 0 else self.rng.choice((0.3, 0.6, 1.0))
                if not self.kill_at_random(self.command(source, store, folder, *more), folder, store, size, seconds * share):
                    self.late += 1
                    done = True
                    break
                self.kills += 1
                self.mid_resume += killed
                killed = True
                if not store.checkpoints() and store.count() != 0:  # done but for its exit: it has to be, and is not resumed
                    self.at_the_end += 1
                    done = True
                    break
            if not done:
                status, words = self.run_to_end(self.command(source, store, folder, "--resume"), folder)
                if status != (1 if source.rejected else 0):
                    raise Failure(f"resumed to its end, it exits with {status}: {words}")
            self.check(source, store, folder)
        except Exception:
            print(f"what it left: {folder}", file=sys.stderr)
            raise
        shutil.rmtree(folder)

    def undisturbed(self, source, kind, folder):
        """Bytes and seconds of such a load that is left alone."""
        aside = folder / "aside"
        aside.mkdir()
        shutil.copy(source.path, aside)
        store = kind(aside, self.options.store)
        began = time.monotonic()
        status, words = self.run_to_end(self.command(source, store, aside), aside)
        if status not in (0, 1):
            raise Failure(f"undisturbed, it exits with {status}: {words}")
        seconds = time.monotonic() - began
        size = store.grown() or 0
        shutil.rmtree(aside)
        return size, seconds

    def check(self, source, store, folder):
        records = store.records()
        there = collections.Counter(record["n"] for record in records)
        wanted = set(source.numbers) - source.rejected
        path = folder / f"{source.path.name}.rejects"
        rejects = read_ndjson(path.read_text()) if path.exists() else []
        refused = collections.Counter(int(reject["record"]["n"]) for reject in rejects)
        for name, counted, expected in (("store", there, wanted), ("rejects", refused, source.rejected)):
            if counted != collections.Counter(expected):
                missing = sorted(expected - set(counted))
                extra = sorted(set(counted) - expected)
                twice = sorted(n for n, times in counted.items() if times > 1)
                raise Failure(f"{name}: {len(missing)} missing {missing[:9]}, {len(extra)} too many {extra[:9]}, {len(twice)} more than once {twice[:9]}")
        for record in records:
            if record["title"] != f"t{record['n']}" or (source.given_ids and record["id"] != record["n"]):
                raise Failure(f"another record than that of the input: {record}")
        if store.checkpoints():
            raise Failure(f"a checkpoint is left: {store.checkpoints()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=("sqlite", *surreal_server.ENGINES), default="sqlite")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--records", type=int, default=20_000)
    options = parser.parse_args()
    print(f"kill_soak: --store {options.store} --kills {options.kills} --seed {options.seed} --records {options.records}", flush=True)
    soak = Soak(options, random.Random(options.seed))
    try:
        while soak.kills < options.kills:
            soak.one_load()
            print(f"{soak.kills} kills in {soak.loads} loads, {soak.mid_resume} of them of a resumed one", flush=True)
    finally:
        if Surreal.server is not None:
            Surreal.server.stop()
    print(f"all well: {soak.kills} kills, {soak.mid_resume} of them of a resumed load and {soak.at_the_end} when all was done but the exit; "
          f"{soak.late} came too late and are not counted; {soak.loads} loads checked")


if __name__ == "__main__":
    main()
