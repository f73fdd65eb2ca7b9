#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Loads into a real SurrealDB engine through a proxy that cuts connections at random bytes of either direction: before a
request, within it, between it and its answer, within the answer. After each load every record of the input has to be there
exactly once, read by the official SDK, and the report has to say so.

  MILLRACE=build/dev/bin/millrace tests/soak/cut_soak.py [--runs 100] [--engine surrealkv] [--records 4000] [--seed S]"""
import argparse
import itertools
import json
import os
import pathlib
import random
import socket
import struct
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "command"))
os.environ.setdefault("MILLRACE", "build/release/bin/millrace")
from support import MILLRACE  # noqa: E402
from surreal_server import Server, dump  # noqa: E402


class CuttingProxy:
    """Passes bytes on. Each of the first `cuts` connections ends after a random number of them; reset, not closed."""

    def __init__(self, port, draw, cuts, bytes_max):
        self.target, self.draw, self.cuts_left, self.bytes_max = port, draw, cuts, bytes_max
        self.cuts, self.lock = 0, threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                budget = None
                if self.cuts_left > 0:
                    self.cuts_left -= 1
                    # Small ones meet the handshake and small answers, large ones the middle of a batch.
                    budget = int(self.bytes_max ** self.draw.random()) if self.draw.random() < 0.5 else self.draw.randrange(self.bytes_max)
            server = socket.create_connection(("127.0.0.1", self.target))
            pair = Pair(self, client, server, budget)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=pair.pass_on, args=(source, sink), daemon=True).start()

    def close(self):
        self.listener.close()


class Pair:
    def __init__(self, proxy, client, server, budget):
        self.proxy, self.sockets, self.left, self.lock = proxy, (client, server), budget, threading.Lock()

    def pass_on(self, source, sink):
        try:
            while data := source.recv(65536):
                with self.lock:
                    if self.left is not None:
                        data, self.left = data[:self.left], self.left - len(data)
                    cut = self.left is not None and self.left <= 0
                sink.sendall(data)
                if cut:
                    with self.proxy.lock:
                        self.proxy.cuts += 1
                    break
        except OSError:
            pass
        for end in self.sockets:
            try:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
                end.close()
            except OSError:
                pass


def write_input(path, draw, count, with_ids):
    with open(path, "w") as out:
        for i in range(count):
            record = {"n": i, "title": f"post {i}", "content": "x" * draw.randrange(400)}
            out.write(json.dumps({"id": i, **record} if with_ids else record) + "\n")


def run(server, draw, folder, arguments):
    with_ids, on_duplicate = draw.random() < 0.5, draw.choice(("fail", "skip", "replace"))
    path, report = folder / "posts.ndjson", folder / "report.json"
    write_input(path, draw, arguments.records, with_ids)
    proxy = CuttingProxy(server.port, draw, draw.randrange(1, 8), arguments.records * 150)
    url = server.url()
    through = url.replace(f":{server.port}/", f":{proxy.port}/")
    done = subprocess.run([MILLRACE, "load", str(path), "--to", through, "--table", "post", "--on-duplicate", on_duplicate, "--report",
                           str(report), "--progress", "never"], capture_output=True, text=True, timeout=300)
    proxy.close()
    what = f"ids {'given' if with_ids else 'generated'}, {on_duplicate}, {proxy.cuts} cuts"
    if done.returncode == 3 and not report.exists() or done.returncode == 3 and json.loads(report.read_text())["records_read"] == 0:
        return what + ": the first connection was cut before anything was sent", proxy.cuts  # exit 3 is the right answer
    if done.returncode != 0:
        raise AssertionError(f"{what}: exit {done.returncode}: {done.stderr}")
    said = json.loads(report.read_text())
    numbers = sorted(record["n"] for record in dump(url, "post"))
    if numbers != list(range(arguments.records)):
        seen = set(numbers)
        raise AssertionError(f"{what}: {len(numbers)} records, {arguments.records - len(seen)} missing, {len(numbers) - len(seen)} doubled")
    if said["records_written"] != arguments.records or said["records_rejected"] or said["records_skipped"]:
        raise AssertionError(f"{what}: the report is wrong: {said}")
    return f"{what}, {said['retries']} retries", proxy.cuts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--engine", default="surrealkv")
    parser.add_argument("--records", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    arguments = parser.parse_args()
    print(f"cut_soak: seed {arguments.seed}, {arguments.runs} runs on {arguments.engine}", flush=True)
    server, cuts = Server(arguments.engine), 0
    try:
        cut_runs = 0
        for number in itertools.count():
            if cut_runs == arguments.runs:
                break
            draw = random.Random(arguments.seed * 1_000_003 + number)
            with tempfile.TemporaryDirectory(prefix="millrace-soak-") as folder:
                try:
                    said, made = run(server, draw, pathlib.Path(folder), arguments)
                except Exception:
                    print(f"cut_soak: run {number} of seed {arguments.seed} failed", file=sys.stderr)
                    raise
            cuts += made
            cut_runs += made != 0
            print(f"{number:4} {said}", flush=True)
    finally:
        server.stop()
    print(f"cut_soak: {arguments.runs} runs with cuts, {cuts} cuts: every record there exactly once")


if __name__ == "__main__":
    main()
