# SPDX-License-Identifier: Apache-2.0
"""The rows of creating posts in SurrealDB: the engine by itself, in a Node process; and over WebSocket, as an application has it."""
import json
import shutil

from harness import Contender, Failed, Measurement, Row, need_packages, node, run
from measuring import BEST_LIMITS, ROOT, Engine, load_command

MIB = 1 << 20


def in_process(engine, shape, rows, in_flight, count):
    """A contender's measure: the engine alone, on a fresh database."""
    def measure(work):
        place = work.folder / "engine"
        shutil.rmtree(place, ignore_errors=True)
        endpoint = "mem://" if engine == "mem" else f"{engine}:{place}"
        _, peak, printed = node("surreal_engine.mjs", endpoint, shape, rows, in_flight, count, work.posts(count), tool="surreal-dev")
        if printed["records"] != count:
            raise Failed(f"the engine counts {printed['records']} records, not {count}")
        work.made["SurrealDB engine"] = printed["engine"]
        return Measurement(count / printed["seconds"], None, {"peak_mib": peak / MIB})
    return measure


def by_sdk(engine, count):
    """One awaited call for each post, by the official SDK (surreal_rival.mjs counts the records)."""
    def measure(work):
        need_packages("surreal-dev")
        with Engine(engine) as server:
            printed = run(["node", ROOT / "bench/load/surreal_rival.mjs", server.url, "post", work.posts(count), count, "single"])[2]
        result = json.loads(printed)
        return Measurement(result["records"] / result["seconds"])
    return measure


def by_millrace(engine, count, limits=None):
    def measure(work):
        need_packages("surreal-dev")
        with Engine(engine) as server:
            printed = run(load_command(work.options.build, work.posts(count), server.url, limits))[2]
            report = json.loads(printed)
            if (found := server.count()) != count:
                raise Failed(f"the engine counts {found} records, not {count}")
        return Measurement(report["records_written"] / report["seconds"])
    return measure


def engine_rows(sizes):
    many, few = sizes.engine_posts, sizes.single_posts
    joined, slow = max(1000, few * 2), max(1000, many // 4)

    def inserts(engine, cells):
        return [Contender(f"INSERT, {rows:,} rows a call", in_process(engine, "insert", rows, 1, count), was) for rows, count, was in cells]

    rocksdb = [
        Contender("one await per post", in_process("rocksdb", "create", 1, 1, few), "1,240/s"),
        Contender("statements joined, 1,000 a call", in_process("rocksdb", "joined", 1000, 1, joined), "2,900/s"),
        *inserts("rocksdb", [(100, many, "27,000/s"), (1000, many, "35,000/s"), (5000, many, "32,000/s")])]
    mem = [
        *inserts("mem", [(100, many, "41,000/s"), (1000, many, "12,000/s"), (5000, min(many, slow), "1,600/s")]),
        Contender("5,000 rows a call as 50 INSERTs of 100", in_process("mem", "inserts", 5000, 1, many), "34,000/s"),
        Contender("5,000 rows a call, FOR … CREATE", in_process("mem", "for", 5000, 1, many), "44,000/s")]
    surrealkv = [Contender(f"INSERT, 2,000 rows, {flying} in flight", in_process("surrealkv", "insert", 2000, flying, many * 2), was)
                 for flying, was in ((1, "55,000/s"), (8, "98,000/s"))]
    remark = f"The engine in one process with its caller, no network; calls encoded before the clock. {many:,} posts of id, title and content."
    return [
        Row("surreal/rocksdb", "create posts, SurrealDB's RocksDB engine", "posts/s", rocksdb, bases=("INSERT, 1,000 rows a call",),
            remark=f"{remark} One await: {few:,} posts, joined: {joined:,}."),
        Row("surreal/mem", "the same, memory engine", "posts/s", mem, bases=("5,000 rows a call, FOR … CREATE",),
            remark=f"{remark} 5,000 rows in one INSERT: {min(many, slow):,} posts, seconds each."),
        Row("surreal/surrealkv", "the same, SurrealKV engine", "posts/s", surrealkv, bases=("INSERT, 2,000 rows, 8 in flight",), remark=remark)]


def socket_rows(sizes):
    single = {"rocksdb": "728/s", "surrealkv": "761/s", "mem": "1,031/s"}
    prototype = {"rocksdb": "52,600/s", "surrealkv": "51,700/s", "mem": "36,700–41,400/s"}
    found = []
    for engine, limits in BEST_LIMITS.items():
        shape, rows, _, flying = limits
        found.append(Row(f"surreal/socket/{engine}", f"create posts over WebSocket, {engine} engine behind", "posts/s", [
            Contender("official JS SDK, one awaited call per post", by_sdk(engine, sizes.single_posts), single[engine]),
            Contender(f"millrace, {shape.upper()} {rows:,} rows, {flying} in flight", by_millrace(engine, sizes.socket_posts, limits),
                      prototype[engine], "the best fixed limits known"),
            Contender("millrace load", by_millrace(engine, sizes.socket_posts), "", "nothing set"),
        ], bases=("millrace load",), remark=f"tools/surreal-dev serves the engine, fresh for each run. SDK: {sizes.single_posts:,} posts; millrace: {sizes.socket_posts:,}."))
    return found


def rows(sizes):
    return engine_rows(sizes) + socket_rows(sizes)
