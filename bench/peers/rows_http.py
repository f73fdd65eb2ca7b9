# SPDX-License-Identifier: Apache-2.0
"""Rows of creating posts over HTTP, each durable before its answer: wrk on loopback against servers that are started and
stopped here. `--gateway` names another server to measure: an address, or a command with {port} and {database} in it."""
import contextlib
import json
import resource
import shlex
import socket
import subprocess
import time
import urllib.parse

from harness import PEERS, Contender, Failed, Measurement, Row, need_packages, need_program, run
from measuring import Engine, ROOT, sqlite_rows

STARTING_SECONDS_MAX = 20
# The figures from before the project began, by connections: (full, normal).
FASTIFY = {1: ("2,550/s, median 0.3 ms", ""), 64: ("3,240/s, median 18 ms", "11,500/s"), 1024: ("2,960/s, median 289 ms", "–")}
PROTOTYPE = {64: "50,300/s, median 1.05 ms", 1024: "49,900/s, median 17 ms"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def raise_open_files():
    """wrk and the server hold a thousand connections each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 4096:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard) if hard != resource.RLIM_INFINITY else 4096, hard))


def wait_until_open(process, port):
    deadline = time.monotonic() + STARTING_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise Failed(f"{shlex.join(process.args)} did not listen on port {port} within {STARTING_SECONDS_MAX} s")


@contextlib.contextmanager
def serving(command, port):
    """A server that is ended with the block."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        wait_until_open(process, port)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdin.close()


def http_load(address, connections, seconds):
    """wrk's figures; a request that was refused or broken is a failure."""
    need_program("wrk")
    raise_open_files()
    printed = run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", PEERS / "create.lua", address],
                  seconds_max=seconds + 60)[2].decode()
    figures = json.loads(printed.split("JSON ", 1)[1])
    if figures["refused"] or figures["broken"] or not figures["requests"]:
        raise Failed(f"of {figures['requests']} requests {figures['refused']} were refused and {figures['broken']} broken")
    return figures


def measurement(figures):
    notes = {"p50_ms": figures["p50_ms"], "p99_ms": figures["p99_ms"]} | ({"late": figures["late"]} if figures["late"] else {})
    return Measurement(figures["requests"] / figures["seconds"], None, notes)


def measured(work, command, connections):
    """Starts `command(port, database)`, drives it, and holds its answers against the rows in the database."""
    database, port = work.folder / "http.db", free_port()
    for path in work.folder.glob("http.db*"):
        path.unlink()
    with serving(command(port, database), port):
        figures = http_load(f"http://127.0.0.1:{port}/v1/post", connections, work.sizes.http_seconds)
    # What was answered is there; what was under way when wrk stopped may be.
    found, answered = sqlite_rows(database), figures["requests"]
    if not answered <= found <= answered + connections:
        raise Failed(f"{answered} creates were answered, {found} rows are in the database")
    return measurement(figures)


def fastify(synchronous, connections, was):
    def measure(work):
        need_packages("peers")
        return measured(work, lambda port, database: ["node", str(PEERS / "fastify_server.mjs"), str(database), synchronous, str(port)],
                        connections)
    return Contender(f"Fastify + better-sqlite3, synchronous={synchronous.upper()}", measure, was,
                     "not durable on power loss" if synchronous == "normal" else "")


def gateway(connections):
    def measure(work):
        given = work.options.gateway
        if given and urllib.parse.urlsplit(given).scheme == "http":
            return measurement(http_load(given, connections, work.sizes.http_seconds))  # its rows are out of reach
        if given:
            return measured(work, lambda port, database: shlex.split(given.format(port=port, database=database)), connections)
        return measured(work, lambda port, database: serve(work, f"sqlite:{database}", port), connections)
    return Contender("gateway", measure, PROTOTYPE.get(connections, ""), "`millrace serve`, unless --gateway names another")


def serve(work, store, port):
    return [str(work.program("millrace")), "serve", "--store", store, "--listen", f"127.0.0.1:{port}"]


def from_memory(connections):
    """The ceiling: all of the gateway but a disk."""
    def measure(work):
        port = free_port()
        with serving(serve(work, "memory:", port), port):
            return measurement(http_load(f"http://127.0.0.1:{port}/v1/post", connections, work.sizes.http_seconds))
    return Contender("gateway, --store memory:", measure, remark="the ceiling: the same, answered from memory")


def constant(connections):
    def measure(work):
        port = free_port()
        with serving([str(work.program("constant_server")), str(port)], port):
            return measurement(http_load(f"http://127.0.0.1:{port}/v1/post", connections, work.sizes.http_seconds))
    return Contender("constant answers", measure, remark="our HTTP server with nothing behind it: no JSON, no id, no record")


def bare_insert():
    def measure(work):
        for path in work.folder.glob("bare.db*"):
            path.unlink()
        return measurement(json.loads(run([work.program("bare_insert"), work.folder / "bare.db", work.sizes.http_seconds])[2]))
    return Contender("bare SQLite insert and fsync", measure, remark="C, in one process, no network")


def by_sdk(engine, concurrent):
    """So many awaited calls at a time, by the official SDK in one process (surreal_rival.mjs counts the records)."""
    def measure(work):
        need_packages("surreal-dev")
        count = work.sizes.single_posts * 10
        with Engine(engine) as server:
            printed = run(["node", ROOT / "bench/load/surreal_rival.mjs", server.url, "post", work.posts(count), count, f"concurrent={concurrent}"])[2]
        result = json.loads(printed)
        return Measurement(result["records"] / result["seconds"])
    return Contender(f"official JS SDK, {concurrent} creates at a time", measure)


def gateway_over(engine, connections):
    def measure(work):
        need_packages("surreal-dev")
        port = free_port()
        with Engine(engine) as server:
            with serving(serve(work, server.url, port), port):
                figures = http_load(f"http://127.0.0.1:{port}/v1/post", connections, work.sizes.http_seconds)
            found, answered = server.count(), figures["requests"]
        if not answered <= found <= answered + connections:
            raise Failed(f"{answered} creates were answered, the engine counts {found} records")
        return measurement(figures)
    return Contender("gateway", measure, remark=f"wrk, {connections} connections")


def surreal_rows():
    return [Row(f"http/surreal-{connections}", f"HTTP create into SurrealDB's RocksDB engine, {connections:,} at a time", "posts/s",
                [by_sdk("rocksdb", connections), gateway_over("rocksdb", connections)],
                bases=("gateway",), remark="The SDK speaks to the same engine, over its WebSocket.") for connections in (64, 1024)]


def rows(sizes):
    found = []
    for connections in (1, 64, 1024):
        full, normal = FASTIFY[connections]
        contenders = [fastify("full", connections, full)]
        if normal:
            contenders.append(fastify("normal", connections, normal))
        contenders += [gateway(connections), from_memory(connections), constant(connections)]
        if connections == 1:
            contenders.append(bare_insert())
        found.append(Row(f"http/{connections}", f"HTTP create, {connections:,} connection{'s' if connections > 1 else ''}, on the disk before the answer",
                         "posts/s", contenders, bases=("gateway", contenders[0].name), remark=f"wrk, one thread, {sizes.http_seconds} s a run; every answer is counted in the database."))
    return found + surreal_rows()


def quotation():
    return ("TrailBase and PocketBase: neither Debian nor npm has their servers (npm's `trailbase` and `pocketbase` are clients), so they are not "
            "measured here. From TrailBase's own benchmark, synchronous=NORMAL, 64 concurrent: 25,900/s and 2,300/s.")
