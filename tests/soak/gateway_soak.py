#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`millrace serve` under mixed load with random faults for minutes: at the end, the counts of the clients, of /metrics and of the
store agree, and neither memory nor descriptors have grown.

  MILLRACE=build/release/bin/millrace tests/soak/gateway_soak.py --minutes 10 [--store sqlite|rocksdb|surrealkv] [--seed S] [--clients 12]

Workers create records one at a time, in arrays and in streams, read them back, delete them, and turn pages. Beside them others send
wrong requests, break off in the middle, send and do not wait for the answer, send and read slowly, or hold idle connections. Faults:
another process locks SQLite's file; files may not grow for a moment; SurrealDB is killed and started again; the gateway is stopped for
a moment (SIGSTOP), and told to read its tokens again (SIGHUP). What a worker was not answered it repeats with the same key, so that in
the end everybody knows what there has to be.

Growth: the medians of resident memory, and of open descriptors, in the second and in the last minute; the second, because by
then buffers and caches have the size that the load gives them. Memory may differ by a tenth and 8 MiB, descriptors by what clients hold."""
import argparse
import collections
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import socket
import sqlite3
import statistics
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/command"))
os.environ.setdefault("MILLRACE", str(ROOT / "build/ci/bin/millrace"))
import surreal_server  # noqa: E402  (needs the path above)
from gateway_client import Client, Gateway, Lost  # noqa: E402
from scraping import scrape  # noqa: E402

TABLE = "post"
LIVE_MAX = 2000       # records of a worker; then it deletes more than it creates
TENTH, SLACK = 0.1, 8 << 20


class Failure(Exception):
    pass


class Counts:
    """By name, from many threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.by_name = collections.Counter()

    def add(self, name, number=1):
        with self.lock:
            self.by_name[name] += number

    def __getitem__(self, name):
        return self.by_name[name]


class Worker:
    """Knows what it has created and not deleted."""

    def __init__(self, soak, number):
        self.soak, self.number = soak, number
        self.rng = random.Random(f"{soak.options.seed} {number}")
        self.client = soak.gateway.client()
        self.live = {}  # n to id
        self.next = 0

    def run(self):
        while not self.soak.ends:
            if len(self.live) > LIVE_MAX:
                act = self.delete
            else:
                act = self.rng.choices((self.create, self.array, self.stream, self.read, self.delete, self.page), (40, 6, 3, 20, 14, 4))[0]
            act()
        self.client.close()

    def ask(self, method, path, body=None, **headers):
        """The answer; what was not answered, or refused because of the store, is asked for again."""
        while True:
            try:
                answer = self.client.ask(method, path, body, **headers)
            except Lost as error:
                raise Failure(f"{method} {path}: {error}") from error
            self.soak.count_answer(method, path, answer)
            if answer.status != 503:
                return answer
            time.sleep(0.05)

    def record(self):
        n = self.number * 10_000_000 + self.next
        self.next += 1
        body = {"title": f"t{n}", "n": n, "content": "x" * self.rng.randrange(400)}
        kind = self.rng.random()
        if kind < 0.15:
            body["id"] = n
        elif kind < 0.3:
            body["id"] = f"é-{n}"
        return body

    def created(self, body, key):
        if "id" in body and body["id"] != key:
            raise Failure(f"another id: {body} is {key}")
        self.live[body["n"]] = key
        self.soak.counts.add("created")

    def create(self):
        body = self.record()
        answer = self.ask("POST", f"/v1/{TABLE}", body, Idempotency_Key=f"key-{body['n']}")
        if answer.status != 201:
            raise Failure(f"{body}: {answer}")
        self.created(body, answer.json()["id"])

    def many(self):
        """All with ids, so that they may be repeated."""
        bodies = [self.record() for _ in range(self.rng.randrange(1, 60))]
        for body in bodies:
            body.setdefault("id", f"many-{body['n']}")
        return bodies

    def array(self):
        bodies = self.many()
        self.settle(bodies, self.ask("POST", f"/v1/{TABLE}", bodies).json()["results"])

    def stream(self):
        bodies = self.many()
        while True:
            self.client.begin("POST", f"/v1/{TABLE}", "chunked", Content_Type="application/x-ndjson")
            for at in range(0, len(bodies), 10):
                self.client.send_chunk("".join(json.dumps(body) + "\n" for body in bodies[at:at + 10]).encode())
            self.client.send_chunk(b"")
            head = self.client.read_head()
            if head.status == 200:
                lines = list(self.client.lines())
                self.soak.count_answer("POST", f"/v1/{TABLE}", head)
                return self.settle(bodies, lines[:-1])
            head.body = self.client.read(int(head.headers["content-length"]))
            self.soak.count_answer("POST", f"/v1/{TABLE}", head)
            if head.status != 503:
                raise Failure(f"a stream: {head}")
            time.sleep(0.05)

    def settle(self, bodies, results):
        """What is not written, because the store failed meanwhile, is created one by one."""
        for at, body in enumerate(bodies):
            if at < len(results) and "id" in results[at]:
                self.created(body, results[at]["id"])
                continue
            if at < len(results) and results[at]["error"]["code"] != "unavailable":
                raise Failure(f"{body}: {results[at]}")
            answer = self.ask("POST", f"/v1/{TABLE}", body)
            if answer.status != 201:
                raise Failure(f"{body}: {answer}")
            self.created(body, answer.json()["id"])

    def some(self):
        if not self.live:
            return None, None
        n = self.rng.choice(tuple(self.live)) if len(self.live) < 50 else next(iter(self.live))
        return n, str(self.live[n]).replace("é", "%C3%A9")

    def read(self):
        n, key = self.some()
        if key is None:
            return
        answer = self.ask("GET", f"/v1/{TABLE}/{key}")
        if answer.status != 200 or answer.json()["n"] != n or answer.json()["id"] != self.live[n]:
            raise Failure(f"read {key}: {answer}")
        self.soak.counts.add("reads")

    def delete(self):
        n, key = self.some()
        if key is None:
            return
        refused = self.soak.counts["503 DELETE"]
        answer = self.ask("DELETE", f"/v1/{TABLE}/{key}")
        # A delete that was refused because its answer was lost may have been done.
        if answer.status != 204 and not (answer.status == 404 and self.soak.counts["503 DELETE"] > refused):
            raise Failure(f"delete {key}: {answer}")
        del self.live[n]
        self.soak.counts.add("deleted")
        if self.rng.random() < 0.1:
            answer = self.ask("GET", f"/v1/{TABLE}/{key}")
            if answer.status != 404:
                raise Failure(f"deleted, and there: {answer}")

    def page(self):
        """A few pages from the front: in descending order without repeats, whatever comes and goes."""
        last = after = None
        limit = self.rng.choice((1, 10, 50, 200))
        for _ in range(self.rng.randrange(1, 6)):
            answer = self.ask("GET", f"/v1/{TABLE}?limit={limit}" + (f"&after={after}" if after else ""))
            if answer.status != 200:
                raise Failure(f"a page: {answer}")
            for record in answer.json()["records"]:
                order = (isinstance(record["id"], str), record["id"].encode() if isinstance(record["id"], str) else record["id"])
                if last is not None and order >= last:
                    raise Failure(f"not in order: {order} after {last}")
                last = order
            after = answer.json()["next"]
            self.soak.counts.add("pages")
            if after is None:
                return


class Nuisance:
    """What clients do that they should not."""

    WRONG = (
        (404, "GET", "/nothing", None, {}), (405, "PUT", f"/v1/{TABLE}", {}, {}), (405, "DELETE", f"/v1/{TABLE}", None, {}),
        (400, "POST", f"/v1/{TABLE}", b'{"title":"a"', {}), (400, "POST", f"/v1/{TABLE}", b"\xff", {}),
        (415, "POST", f"/v1/{TABLE}", b"a", {"Content_Type": "text/plain"}), (422, "POST", f"/v1/{TABLE}", {"content": "no title"}, {}),
        (422, "POST", f"/v1/{TABLE}", {"title": "a", "id": None}, {}), (413, "POST", f"/v1/{TABLE}", {"title": "a", "content": "x" * 2_000_000}, {}),
        (400, "GET", f"/v1/{TABLE}?limit=0", None, {}), (400, "GET", f"/v1/{TABLE}?after=garbage", None, {}), (404, "GET", "/v1/no-table", None, {}),
        (404, "GET", f"/v1/{TABLE}/none", None, {}), (404, "DELETE", f"/v1/{TABLE}/none", None, {}), (404, "GET", f"/v1/{TABLE}/%ff", None, {}),
        (431, "GET", "/healthz", None, {"X_Long": "x" * 100_000}),
    )

    def __init__(self, soak, number):
        self.soak, self.rng = soak, random.Random(f"{soak.options.seed} nuisance {number}")
        self.next = number * 1_000_000

    def run(self):
        while not self.soak.ends:
            act = self.rng.choices((self.wrong, self.break_off, self.do_not_wait, self.send_slowly, self.read_slowly, self.idle), (40, 20, 20, 5, 3, 5))[0]
            client = self.soak.gateway.client(time_out=60)
            try:
                act(client)
            finally:
                client.close()
            time.sleep(self.rng.random() * 0.05)  # the load is the workers'

    def wrong(self, client):
        status, method, path, body, headers = self.rng.choice(self.WRONG)
        try:
            answer = client.ask(method, path, body, **headers)
        except Lost:
            if status in (413, 431):  # it may close before all was sent
                return
            raise
        self.soak.count_answer(method, path, answer)
        if answer.status not in (status, 503):
            raise Failure(f"{method} {path} {str(body)[:50]}: {answer}")
        self.soak.counts.add("wrong requests")

    def break_off(self, client):
        client.begin("POST", f"/v1/{TABLE}", b'{"title":"broken off"}' + b" " * 100)
        self.soak.counts.add("broken off", 0)
        client.close()
        client.begin("POST", f"/v1/{TABLE}", "chunked")  # this one has no end
        client.send_chunk(b'{"title":"half')
        client.close()
        self.soak.counts.add("unknown")  # the first of them
        self.soak.counts.add("broken off", 2)

    def do_not_wait(self, client):
        """Then asks again with the same key, like a client whose network failed."""
        self.next += 1
        body = {"title": "again", "n": -self.next}
        key = f"nuisance-{self.next}"
        client.begin("POST", f"/v1/{TABLE}", body, Idempotency_Key=key)
        client.close()
        self.soak.counts.add("not waited for")
        while True:
            answer = client.ask("POST", f"/v1/{TABLE}", body, Idempotency_Key=key)
            self.soak.count_answer("POST", f"/v1/{TABLE}", answer)
            if answer.status == 201:
                break
            if answer.status != 503:
                raise Failure(f"asked again: {answer}")
            time.sleep(0.05)
        self.soak.counts.add("created")
        self.soak.others[body["n"]] = answer.json()["id"]

    def send_slowly(self, client):
        """Until the server has enough of it: 408, or the end."""
        try:
            client.send(b"POST /v1/post HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
            began = time.monotonic()
            while not self.soak.ends and time.monotonic() - began < 30:
                client.socket.settimeout(0.3)
                try:
                    if not client.socket.recv(1 << 16):
                        return
                    self.soak.counts.add("slow clients cut")
                    return
                except socket.timeout:
                    client.send(b" ")
            if not self.soak.ends:
                raise Failure("a slow client was not cut within 30 s")
        except OSError:
            pass
        except Lost:
            pass

    def read_slowly(self, client):
        """Results of a long stream."""
        count = self.rng.randrange(500, 3000)
        client.begin("POST", f"/v1/{TABLE}", "chunked", Content_Type="application/x-ndjson")
        sender = threading.Thread(target=self.send_stream, args=(client, count))
        sender.start()
        try:
            head = client.read_head()
            lines = 0
            if head.status == 200:
                for line in client.lines():
                    lines += 1
                    if "error" not in line and "complete" not in line:
                        raise Failure(f"a record without a title is written: {line}")
                    if lines % 200 == 0:
                        time.sleep(0.05)  # slow
                self.soak.counts.add("slow streams")
            self.soak.count_answer("POST", f"/v1/{TABLE}", head)
        finally:
            sender.join()

    def send_stream(self, client, count):
        try:
            for at in range(0, count, 100):
                client.send_chunk(b'{"content":"no title"}\n' * 100)
            client.send_chunk(b"")
        except Lost:
            pass

    def idle(self, client):
        client.ask("GET", "/healthz")
        self.soak.count_answer("GET", "/healthz", None)
        time.sleep(self.rng.random())


class Sqlite:
    def __init__(self, folder, _options):
        self.path = folder / "store.db"
        self.url = f"sqlite:{self.path}"

    def faults(self, soak):
        return (self.lock, lambda rng: self.full(soak, rng))

    def lock(self, rng):
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(rng.choice((1, 8)) * rng.random())  # SQLite's own waiting ends after 5 s
        connection.execute("COMMIT")
        connection.close()
        return "lock"

    def full(self, soak, rng):
        pid = soak.gateway.process.pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (rng.randrange(1, 64) << 10, resource.RLIM_INFINITY))
        time.sleep(rng.random() * 2)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        return "full disk"

    def records(self):
        connection = sqlite3.connect(self.path)
        try:
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise Failure("SQLite's integrity check fails")
            return [{"id": key, **json.loads(body)} for key, body in connection.execute(f'SELECT id, body FROM "{TABLE}"')]
        finally:
            connection.close()

    def end(self):
        pass


class Surreal:
    def __init__(self, _folder, options):
        self.engine = options.store
        self.folder = tempfile.mkdtemp(prefix="millrace-surreal-")
        self.server = surreal_server.Server(self.engine, folder=self.folder)
        self.url = self.server.url("test/soak")

    def faults(self, _soak):
        return (self.kill,)

    def kill(self, rng):
        self.server.stop(kill=True)
        time.sleep(rng.random() * 3)
        self.server = surreal_server.Server(self.engine, folder=self.folder, port=self.server.port)
        return "kill"

    def records(self):
        return surreal_server.dump(self.url, TABLE)

    def end(self):
        self.server.stop()
        surreal_server.wipe(self.folder)


class Soak:
    def __init__(self, options, folder):
        self.options, self.rng = options, random.Random(options.seed)
        self.store = (Sqlite if options.store == "sqlite" else Surreal)(folder, options)
        self.gateway = Gateway(self.store.url, "--wait", "300ms", "--read-timeout", "2s", cwd=folder)
        self.counts, self.faults = Counts(), collections.Counter()
        self.answers = Counts()  # (method, route, status)
        self.others = {}         # records of nuisances that were acknowledged, by n
        self.samples = []        # (minute, resident bytes, descriptors)
        self.failures = []
        self.ends = False

    def count_answer(self, method, path, answer):
        path = path.partition("?")[0]
        if path.startswith(f"/v1/{TABLE}") and "%ff" not in path:  # which is no path of a record
            route = "/v1/{table}" if path == f"/v1/{TABLE}" else "/v1/{table}/{id}"
            self.answers.add((method, route, str(answer.status)))
            if answer.status == 503:
                self.counts.add("503")
                self.counts.add(f"503 {method}")
                if "retry-after" not in answer.headers or answer.code not in ("unavailable", "overloaded"):
                    raise Failure(f"not as documented: {answer}")

    def guarded(self, run):
        try:
            run()
        except Exception as error:  # pylint: disable=broad-except
            if not self.failures:
                self.failures.append(f"{time.strftime('%H:%M:%S')} {error!r}")
            self.ends = True

    def run(self):
        workers = [Worker(self, number) for number in range(self.options.clients)]
        nuisances = [Nuisance(self, number) for number in range(1, 5)]
        threads = [threading.Thread(target=self.guarded, args=(each.run,)) for each in [*workers, *nuisances]]
        faults = threading.Thread(target=self.guarded, args=(self.make_faults,))
        for thread in [*threads, faults]:
            thread.start()
        self.watch()
        self.ends = True
        faults.join()  # which puts everything right again
        for thread in threads:
            thread.join()
        if self.failures:
            raise Failure(f"{self.failures}\n{''.join(list(self.gateway.words)[-15:])}")
        self.check(workers)

    def make_faults(self):
        kinds = (*self.store.faults(self), self.pause, self.hang_up)
        while not self.ends:
            time.sleep(self.rng.random() * 10)
            self.faults[self.rng.choice(kinds)(self.rng)] += 1

    def pause(self, rng):
        self.gateway.process.send_signal(signal.SIGSTOP)
        time.sleep(rng.random())
        self.gateway.process.send_signal(signal.SIGCONT)
        return "pause"

    def hang_up(self, _rng):
        self.gateway.process.send_signal(signal.SIGHUP)
        return "hang-up"

    def watch(self):
        began = told = time.monotonic()
        while not self.ends and time.monotonic() - began < self.options.minutes * 60:
            time.sleep(1)
            if self.gateway.process.poll() is not None:
                raise Failure(f"the gateway has ended: {''.join(self.gateway.words)}")
            folder = pathlib.Path(f"/proc/{self.gateway.process.pid}")
            resident = int((folder / "statm").read_text().split()[1]) * resource.getpagesize()
            self.samples.append(((time.monotonic() - began) / 60, resident, len(list((folder / "fd").iterdir()))))
            if time.monotonic() - told > 60:
                told = time.monotonic()
                print(f"{(told - began) / 60:.0f} min: {dict(self.counts.by_name)}, faults {dict(self.faults)}, {resident >> 20} MiB, {self.samples[-1][2]} descriptors",
                      flush=True)

    # ---- what has to hold at the end

    def check(self, workers):
        samples = scrape(f"http://127.0.0.1:{self.gateway.port}")
        status = self.gateway.stop()
        if status != 0:
            raise Failure(f"SIGTERM: exit {status}: {''.join(self.gateway.words)}")
        self.check_store(workers, samples)
        self.check_answers(samples)
        for name, value in (("active_requests", 1), ("millrace_queue_bytes", 0), ("millrace_queue_records", 0), ("millrace_store_up", 1)):
            if samples[name] != value:
                raise Failure(f"{name} is {samples[name]}, not {value}")
        dropped = {name: value for name, value in samples.items() if name[0] == "millrace_metrics_label_sets_dropped_total"}
        if dropped:
            raise Failure(f"{dropped}")
        self.check_growth()

    def check_store(self, workers, samples):
        known = dict(self.others)
        for worker in workers:
            known.update(worker.live)
        there = {}
        strangers = 0  # of those who broke off: they had no number, and nobody knows whether they are there
        for record in self.store.records():
            if "n" not in record:
                strangers += 1
            elif there.setdefault(record["n"], record["id"]) != record["id"]:
                raise Failure(f"twice: {record['n']} is {there[record['n']]} and {record['id']}")
        if there != known:
            missing = dict(list((known.items() - there.items()))[:5])
            extra = dict(list((there.items() - known.items()))[:5])
            raise Failure(f"clients know {len(known)}, the store has {len(there)}: missing {missing}, too many {extra}")
        created, deleted = self.counts["created"], self.counts["deleted"]
        if len(there) != created - deleted:
            raise Failure(f"{created} created, {deleted} deleted, {len(there)} there")
        if strangers > self.counts["unknown"]:
            raise Failure(f"{strangers} of {self.counts['unknown']} that were broken off")
        written = samples["millrace_records_written_total"] - strangers
        # With SurrealDB, a reply may be lost with the server: what it was of counts when it is repeated, as skipped.
        lost = self.counts["503"] * 60 if self.options.store != "sqlite" else 0
        if not created - lost <= written <= created:
            raise Failure(f"{created} created, {written:.0f} written by the metrics")
        print(f"store: {len(there)} records = {created} created - {deleted} deleted, each as its client knows it; {written:.0f} written by the metrics; "
              f"{strangers} of {self.counts['unknown']} that were broken off")

    def check_answers(self, samples):
        """Those that nobody waited for are counted by the gateway only."""
        unseen = self.counts["unknown"] + self.counts["not waited for"] + self.counts["broken off"]
        seen = 0
        for (method, route, status), count in self.answers.by_name.items():
            told = samples.get(("requests_total", method, route, status), 0)
            spare = unseen if (method, route) == ("POST", "/v1/{table}") else 0
            if method not in ("GET", "POST", "DELETE") or status in ("405", "413", "431"):
                continue  # methods that a route does not take are "other"; of the others the answer may be lost
            if not count <= told <= count + spare:
                raise Failure(f"{method} {route} {status}: {count} answers seen, {told:.0f} told by the metrics, {spare} not waited for")
            seen += count
        print(f"answers: {seen} as the metrics have them; not waited for: {unseen}")

    def check_growth(self):
        minutes = self.options.minutes
        early = [sample for sample in self.samples if 1 <= sample[0] < 2]
        late = [sample for sample in self.samples if sample[0] >= minutes - 1]
        if minutes < 3 or not early:
            print("growth: not judged in less than 3 minutes")
            return
        memory = [statistics.median(sample[1] for sample in some) for some in (early, late)]
        descriptors = [statistics.median(sample[2] for sample in some) for some in (early, late)]
        print(f"growth: resident {memory[0] / (1 << 20):.1f} MiB in the second minute, {memory[1] / (1 << 20):.1f} in the last, "
              f"at most {max(sample[1] for sample in self.samples) / (1 << 20):.1f}; descriptors {descriptors[0]:.0f} and {descriptors[1]:.0f}")
        if memory[1] > memory[0] * (1 + TENTH) + SLACK:
            raise Failure("memory has grown")
        if descriptors[1] > descriptors[0] + 4:  # as many nuisances as come and go
            raise Failure("descriptors have grown")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--store", choices=("sqlite", "rocksdb", "surrealkv"), default="sqlite")
    parser.add_argument("--clients", type=int, default=12)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"gateway_soak: --minutes {options.minutes:g} --store {options.store} --clients {options.clients} --seed {options.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-soak-"))
    soak = Soak(options, folder)
    try:
        soak.run()
    except Exception:
        print(f"{dict(soak.counts.by_name)}, faults {dict(soak.faults)}\nwhat it left: {folder}", file=sys.stderr)
        raise
    finally:
        soak.ends = True
        soak.gateway.kill()
        soak.store.end()
    shutil.rmtree(folder)
    print(f"all well: {dict(soak.counts.by_name)}; faults {dict(soak.faults)}")


if __name__ == "__main__":
    main()
