# SPDX-License-Identifier: Apache-2.0
"""The row of loading posts into SQLite: whole processes, from start to end, each into a new database on the same disk."""
import os

from harness import Contender, Failed, Measurement, Row, node, run
from measuring import OUR_PRAGMAS, load_command, sqlite_digest, sqlite_rows

MIB = 1 << 20


def loaded(work, name, count, start):
    """Runs `start(posts, database)`, which gives seconds and peak bytes, into a new database, and looks at what is in it. The
    records themselves are compared in the first round."""
    database = work.folder / "posts.db"
    for path in work.folder.glob("posts.db*"):
        path.unlink()
    posts = work.posts(count)
    os.sync()  # what the last run left to write is not this run's to wait for
    seconds, peak = start(posts, database)
    if (rows := sqlite_rows(database)) != count:
        raise Failed(f"{rows} rows are in the database, not {count}")
    result = work.once(("sqlite digest", name), lambda: sqlite_digest(database))
    return Measurement(count / seconds, result, {"peak_mib": peak / MIB})


def c_loop(work, posts, database, pragmas):
    seconds, peak, _ = run([work.program("c_loop"), posts, database, *pragmas])
    return seconds, peak


def better_sqlite3(work, posts, database):
    seconds, peak, printed = node("better_sqlite3_load.mjs", posts, database)
    work.made["better-sqlite3's SQLite"] = printed["sqlite"]
    return seconds, peak


def millrace(work, posts, database):
    seconds, peak, _ = run(load_command(work.options.build, posts, f"sqlite:{database}"))
    return seconds, peak


def rows(sizes):
    count = sizes.posts

    def contender(name, start, was="", remark=""):
        return Contender(name, lambda work: loaded(work, name, count, lambda posts, database: start(work, posts, database)), was, remark)

    return [Row("sqlite/load", f"load {count:,} posts into SQLite, WAL, synchronous=FULL", "posts/s", [
        contender("C loop", lambda *a: c_loop(*a, []), "385,000/s", "SQLite's pragmas, 10,000 rows a transaction, validates nothing"),
        contender("C loop, millrace's pragmas", lambda *a: c_loop(*a, OUR_PRAGMAS)),
        contender("better-sqlite3", better_sqlite3, "120,000/s", "Node; 10,000 rows a transaction"),
        contender("millrace load", millrace, "1.48–1.7 of the C loop"),
    ], bases=("millrace load",), remark="Whole processes; a peak is not told below what peers.py itself holds, some 24 MiB.")]
