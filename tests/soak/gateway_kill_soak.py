#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills `millrace serve` with SIGKILL under the load of many clients, starts it again, and checks what is in the store: every
acknowledged record is there, none is there twice, and what was not acknowledged but had an Idempotency-Key or an id of its own is
there exactly once when its client has repeated it.

  MILLRACE=build/release/bin/millrace tests/soak/gateway_kill_soak.py --store sqlite|rocksdb|surrealkv|mem [--runs 200] [--seed S]
      [--clients 16] [--kill gateway|engine]

Clients keep their connections. They create records one at a time, with and without a key, in arrays and in NDJSON streams, with a
bad record in some, in two tables. The kill comes after a random number of acknowledgements or a random time; in a third of the runs
another comes while clients repeat. --kill engine kills SurrealDB's process instead, and starts it again a random while later: the
gateway lives on. SQLite is read with Python's own module, SurrealDB with the official SDK (tools/surreal-dev)."""
import argparse
import collections
import json
import os
import pathlib
import queue
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/command"))
os.environ.setdefault("MILLRACE", str(ROOT / "build/ci/bin/millrace"))
import surreal_server  # noqa: E402  (needs the path above)
from gateway_client import Client, Gateway, Lost  # noqa: E402

TABLES = ("post", "note")
ACKS_MAX = 1500      # before a kill
SECONDS_MAX = 0.6
REPEAT_THREADS = 8


class Failure(Exception):
    pass


class Sent:
    """A record that a client has sent: what it was told of it, and whether it may be asked for again."""

    __slots__ = ("table", "body", "key", "id", "bad", "created_at")

    def __init__(self, table, body, key=None, bad=False):
        self.table, self.body, self.key, self.bad = table, body, key, bad
        self.id = self.created_at = None  # as acknowledged

    @property
    def repeatable(self):
        return not self.bad and (self.key is not None or "id" in self.body)


class Run:
    def __init__(self, options, rng, folder, store):
        self.options, self.rng, self.store = options, rng, store
        # How long it waits for SurrealDB by itself, before it tells its clients.
        self.flags = ["--wait", rng.choice(("100ms", "1s", "5s"))] if options.kill == "engine" else []
        self.gateway = Gateway(store.url, *self.flags, cwd=folder)
        self.folder = folder
        self.sent = collections.defaultdict(list)  # by client
        self.acks = 0
        self.faulty = self.done = False  # what answers while a part is killed, is what it is
        self.failures = []

    # ---- clients

    def client(self, number, seed):
        rng = random.Random(seed)
        client = self.gateway.client()
        try:
            while not self.done and not self.failures:
                self.create_some(client, rng, number)
        except Lost as error:
            if not self.faulty:
                self.failures.append(f"client {number}: {error} although nobody was killed")
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(f"client {number}: {error!r}")
        finally:
            client.close()

    def make(self, rng, number, kind):
        n = number * 1_000_000 + len(self.sent[number])
        body = {"title": f"t{n}", "n": n, "content": "x" * rng.randrange(300)}
        bad = kind == "many" and rng.random() < 0.05
        table = rng.choice(TABLES)
        if bad:
            body, table = {"title": "", "n": n}, "post"
        elif kind == "id" or (kind == "many" and rng.random() < 0.4):
            body["id"] = n if rng.random() < 0.5 else f"id-{n}"
        sent = Sent(table, body, f"key-{n}" if kind == "key" else None, bad)
        self.sent[number].append(sent)
        return sent

    def create_some(self, client, rng, number):
        kind = rng.choices(("plain", "key", "id", "array", "stream"), (30, 35, 15, 12, 8))[0]
        if kind in ("array", "stream"):
            table = rng.choice(TABLES)
            many = [self.make(rng, number, "many") for _ in range(rng.randrange(1, 40))]
            for sent in many:
                sent.table = "post" if any(s.bad for s in many) else table
            (self.create_array if kind == "array" else self.create_stream)(client, many)
        else:
            self.create_one(client, self.make(rng, number, kind))

    def create_one(self, client, sent):
        """True when it is acknowledged."""
        headers = {"Idempotency_Key": sent.key} if sent.key else {}
        answer = client.ask("POST", f"/v1/{sent.table}", sent.body, **headers)
        if answer.status == 503:
            return self.refused(answer)
        if answer.status != 201:
            raise Failure(f"{sent.body} with key {sent.key}: {answer}")
        self.acknowledge(sent, answer.json(), answer.headers.get("idempotency-replayed"))
        return True

    def refused(self, answer):
        if not self.faulty:
            raise Failure(f"refused although nobody was killed: {answer}")
        if "retry-after" not in answer.headers or answer.code != "unavailable":
            raise Failure(f"not as documented: {answer}")
        time.sleep(0.05)
        return False

    def acknowledge(self, sent, result, replayed=None):
        same_time = sent.created_at is None or sent.created_at == result.get("created_at")  # items of arrays are not told
        if sent.id is not None and not (sent.id == result["id"] and same_time and replayed == "true"):
            raise Failure(f"{sent.body}: answered {result}, replayed {replayed}, but first {sent.id} {sent.created_at}")
        if "id" in sent.body and result["id"] != sent.body["id"]:
            raise Failure(f"{sent.body} is told another id: {result}")
        sent.id, sent.created_at = result["id"], result.get("created_at")
        self.acks += 1

    def create_array(self, client, many):
        answer = client.ask("POST", f"/v1/{many[0].table}", [sent.body for sent in many])
        if answer.status == 503:
            self.refused(answer)
            return
        if answer.status != 200:
            raise Failure(f"an array: {answer}")
        told = answer.json()
        if len(told["results"]) != len(many):
            raise Failure(f"{len(many)} records, {len(told['results'])} results")
        self.settle_many(many, told["results"])
        self.check_totals(told, told["results"], len(many))

    def create_stream(self, client, many):
        client.begin("POST", f"/v1/{many[0].table}", "chunked", Content_Type="application/x-ndjson")
        for at in range(0, len(many), 7):
            client.send_chunk("".join(json.dumps(sent.body) + "\n" for sent in many[at:at + 7]).encode())
        client.send_chunk(b"")
        head = client.read_head()
        if head.status == 503:
            head.body = client.read(int(head.headers["content-length"]))
            self.refused(head)
            return
        if head.status != 200:
            raise Failure(f"a stream: {head}")
        results, totals = [], None
        for line in client.lines():
            if totals is not None:
                raise Failure(f"a line behind the last: {line}")
            if "complete" in line:
                totals = line
                continue
            self.settle_many(many[len(results):len(results) + 1], [line])
            results.append(line)
        if totals is None:
            raise Failure("a stream of results without its last line")
        self.check_totals(totals, results, len(many))

    def settle_many(self, many, results):
        for sent, result in zip(many, results):
            if "id" in result:
                if sent.bad:
                    raise Failure(f"written: {sent.body}")
                self.acknowledge(sent, result)
            elif not sent.bad and not (self.faulty and result["error"]["code"] == "unavailable"):
                raise Failure(f"{sent.body}: {result}")

    def check_totals(self, totals, results, size):
        complete = totals.get("complete", True)
        written = sum("id" in result for result in results)
        if (totals["written"], totals["rejected"]) != (written, len(results) - written) or complete and len(results) != size:
            raise Failure(f"{totals} of {size}, {written} written of {len(results)} results")
        if not complete and not self.faulty:
            raise Failure(f"given up although nobody was killed: {totals}")

    # ---- the run

    def load(self, kill):
        threads = [threading.Thread(target=self.client, args=(number, self.rng.random())) for number in range(self.options.clients)]
        for thread in threads:
            thread.start()
        self.wait_for_the_moment(self.acks)
        kill()
        self.done = True
        for thread in threads:
            thread.join()
        self.check_failures()

    def wait_for_the_moment(self, before):
        acks, seconds = before + self.rng.randrange(ACKS_MAX), self.rng.random() * SECONDS_MAX
        by_acks = self.rng.random() < 0.5
        began = time.monotonic()
        while not self.failures and (self.acks < acks if by_acks else time.monotonic() - began < seconds):
            if time.monotonic() - began > 60:
                raise Failure(f"{self.acks - before} acknowledgements in a minute")
            time.sleep(0.0005)  # looks, and waits for nothing else

    def kill_gateway(self):
        self.faulty = True
        self.gateway.kill()

    def kill_engine(self):
        self.faulty = True
        self.store.kill()
        time.sleep(self.rng.random() * 1.5)  # as long as it is down
        self.store.start()
        acks, began = self.acks, time.monotonic()
        while self.acks < acks + 50 and not self.failures:
            if time.monotonic() - began > 60:
                raise Failure("no creates succeed although SurrealDB is there again")
            time.sleep(0.005)

    def restart(self):
        self.gateway = Gateway(self.store.url, *self.flags, cwd=self.folder)
        self.faulty = False

    def repeat(self, kill_after=None):
        """What was not acknowledged and may be repeated, and some of what was. With a kill, until then."""
        everything = [sent for some in self.sent.values() for sent in some if sent.repeatable]
        wanted = queue.SimpleQueue()
        lost = [sent for sent in everything if sent.id is None]
        kept = [sent for sent in everything if sent.id is not None]
        for sent in [*lost, *self.rng.sample(kept, min(len(kept), 40))]:
            wanted.put(sent)
        threads = [threading.Thread(target=self.repeat_some, args=(wanted,)) for _ in range(REPEAT_THREADS)]
        for thread in threads:
            thread.start()
        if kill_after is not None:
            time.sleep(kill_after)  # to kill it at any point
            self.kill_gateway()
        for thread in threads:
            thread.join()
        self.check_failures()
        return len(lost)

    def repeat_some(self, wanted):
        client = self.gateway.client()
        try:
            while not self.failures:
                self.repeat_one(client, wanted.get_nowait())
        except queue.Empty:
            pass
        except Lost as error:
            if not self.faulty:
                self.failures.append(f"repeating: {error} although nobody was killed")
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(f"repeating: {error!r}")
        finally:
            client.close()

    def repeat_one(self, client, sent):
        began = time.monotonic()
        while not self.create_one(client, sent):
            if time.monotonic() - began > 60:
                raise Failure(f"not within a minute: {sent.body}")

    def check_failures(self):
        if self.failures:
            raise Failure(f"{self.failures[:3]}\n{''.join(list(self.gateway.words)[-20:])}")

    def check(self):
        status = self.gateway.stop()
        if status != 0:
            raise Failure(f"SIGTERM: exit {status}: {''.join(self.gateway.words)}")
        there = collections.defaultdict(list)
        for table in TABLES:
            for record in self.store.records(table):
                there[record["n"]].append((table, record["id"]))
        for some in self.sent.values():
            for sent in some:
                found = there.pop(sent.body["n"], [])
                if sent.id is not None and found != [(sent.table, sent.id)]:
                    raise Failure(f"acknowledged as {sent.table}:{sent.id}, but there is {found}: {sent.body}")
                if sent.repeatable and len(found) != 1 or len(found) > 1 or sent.bad and found:
                    raise Failure(f"{len(found)} times in the store: {sent.body} with key {sent.key}: {found}")
        if there:
            raise Failure(f"nobody has sent these: {dict(list(there.items())[:3])}")


class Sqlite:
    def __init__(self, folder, _options):
        self.path = folder / "store.db"
        self.url = f"sqlite:{self.path}"

    def records(self, table):
        connection = sqlite3.connect(self.path)
        try:
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise Failure("SQLite's integrity check fails")
            if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchall():
                return []
            return [{"id": key, "n": json.loads(body)["n"]} for key, body in connection.execute(f'SELECT id, body FROM "{table}"')]
        finally:
            connection.close()


class Surreal:
    server = folder = None  # one for all runs; each has a database of its own

    def __init__(self, _folder, options):
        self.engine = options.store
        if Surreal.server is None:
            Surreal.folder = tempfile.mkdtemp(prefix="millrace-surreal-")
            Surreal.server = surreal_server.Server(self.engine, folder=Surreal.folder)
        self.url = Surreal.server.url()

    def kill(self):
        Surreal.server.stop(kill=True)

    def start(self):
        Surreal.server = surreal_server.Server(self.engine, folder=Surreal.folder, port=Surreal.server.port)

    def records(self, table):
        try:
            return surreal_server.dump(self.url, table)
        except AssertionError as error:
            if "does not exist" in str(error):
                return []
            raise

    @staticmethod
    def end():
        if Surreal.server is not None:
            Surreal.server.stop()
            surreal_server.wipe(Surreal.folder)


class Soak:
    def __init__(self, options):
        self.options, self.rng = options, random.Random(options.seed)
        self.kills = self.acks = self.lost = self.records = 0

    def one_run(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-soak-"))
        try:
            run = Run(self.options, self.rng, folder, (Sqlite if self.options.store == "sqlite" else Surreal)(folder, self.options))
            try:
                self.kill_and_check(run)
            finally:
                run.done = True
                run.gateway.kill()
        except Exception:
            print(f"what it left: {folder}", file=sys.stderr)
            raise
        shutil.rmtree(folder)
        self.acks += run.acks
        self.records += sum(map(len, run.sent.values()))

    def kill_and_check(self, run):
        self.kills += 1
        if self.options.kill == "engine":
            run.load(run.kill_engine)
        else:
            run.load(run.kill_gateway)
            run.restart()
            if self.rng.random() < 0.33:
                self.kills += 1
                self.lost += run.repeat(kill_after=self.rng.random() * 0.05)
                run.restart()
        self.lost += run.repeat()
        run.check()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=("sqlite", *surreal_server.ENGINES), default="sqlite")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--kill", choices=("gateway", "engine"), default="gateway")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    if options.kill == "engine" and options.store in ("sqlite", "mem"):
        parser.error("--kill engine needs --store rocksdb or surrealkv")
    print(f"gateway_kill_soak: --store {options.store} --runs {options.runs} --clients {options.clients} --kill {options.kill} --seed {options.seed}",
          flush=True)
    soak = Soak(options)
    try:
        for number in range(options.runs):
            soak.one_run()
            if (number + 1) % 10 == 0:
                print(f"{number + 1} runs, {soak.kills} kills, {soak.acks} acknowledgements, {soak.lost} repeated", flush=True)
    finally:
        Surreal.end()
    print(f"all well: {options.runs} runs, {soak.kills} kills, {soak.records} records sent, {soak.acks} acknowledgements, "
          f"{soak.lost} that were lost repeated")


if __name__ == "__main__":
    main()
