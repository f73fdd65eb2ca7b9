# SPDX-License-Identifier: Apache-2.0
"""Stores that fail under `millrace serve`: clients are told so as documented, later creates succeed by themselves, nothing that was
acknowledged is lost and nothing is doubled. Kills of the gateway itself: gateway_kill_test.py."""
import contextlib
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import surreal_server
from gateway_client import Gateway, Lost, wait_until
from scraping import scrape
from support import CommandTest

CLIENTS = 8
PATIENCE = 60  # seconds for what is waited for to come


class Load:
    """Clients that create records, each with a key, until they are told to stop. By n: how often each was answered, and with what id."""

    def __init__(self, gateway, size=200):
        self.gateway, self.size = gateway, size
        self.ids = {}        # acknowledged
        self.waiting = set()  # not yet, or refused: to be repeated
        self.refusals = []
        self.failures = []
        self.lock = threading.Lock()
        self.ends = False
        self.next = 0
        self.threads = [threading.Thread(target=self.run) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self):
        client = self.gateway.client()
        try:
            while not self.ends:
                with self.lock:
                    n, self.next = self.next, self.next + 1
                if not self.create(client, n):
                    time.sleep(0.02)  # a client backs off; how long does not matter here
        except (Lost, AssertionError) as error:
            self.failures.append(repr(error))
        finally:
            client.close()

    def create(self, client, n):
        self.waiting.add(n)
        answer = client.ask("POST", "/v1/post", {"title": f"t{n}", "n": n, "content": "x" * self.size}, Idempotency_Key=f"key-{n}")
        if answer.status == 201:
            self.ids[n] = answer.json()["id"]
            self.waiting.discard(n)
            return True
        if answer.status != 503:
            raise AssertionError(f"{n}: {answer}")
        self.refusals.append(answer)
        return False

    def stop(self):
        self.ends = True
        for thread in self.threads:
            thread.join(timeout=PATIENCE)

    def repeat_all(self):
        """What was refused, or lost, is asked for until it is there."""
        client = self.gateway.client()
        for n in sorted(self.waiting):
            wait_until(lambda n=n: self.create(client, n), f"the create of {n}")
        client.close()


class FaultTest(CommandTest):
    def serve(self, store, *flags, **options):
        gateway = Gateway(store, *flags, **options)
        self.addCleanup(gateway.kill)
        return gateway

    def ready(self, gateway):
        return gateway.ask("GET", "/readyz").status

    def check_refusals(self, load):
        self.assertTrue(load.refusals, "nobody was refused")
        for answer in load.refusals:
            problem = answer.json()
            self.assertEqual((answer.headers["content-type"], problem["status"], problem["code"]), ("application/problem+json", 503, "unavailable"))
            self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
            self.assertEqual(problem["request_id"], answer.headers["x-request-id"])
            for secret in ("root", "127.0.0.1", "store.db", "rocksdb", "/tmp", "SELECT", "INSERT"):
                self.assertNotIn(secret, answer.body.decode().replace(problem["request_id"], ""))

    def check_metrics(self, gateway, load):
        samples = scrape(f"http://127.0.0.1:{gateway.port}")
        self.assertEqual(samples["millrace_records_written_total"], len(load.ids), "written, by its own count")
        created = samples[("requests_total", "POST", "/v1/{table}", "201")]
        self.assertGreaterEqual(created, len(load.ids))
        self.assertEqual(samples["millrace_queue_bytes"], 0)
        self.assertEqual(samples["millrace_store_up"], 1)
        self.assertNotIn(("millrace_metrics_label_sets_dropped_total", "requests_total"), samples)

    def check_store(self, load, records):
        """Each once, under the id that was told."""
        there = sorted((record["n"], record["id"]) for record in records)
        self.assertEqual(there, sorted(load.ids.items()))
        self.assertEqual(len(there), load.next)


class FullDisk(FaultTest):
    def mount(self, size):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-full-"))
        self.addCleanup(folder.rmdir)
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
                                               capture_output=True, check=False).returncode != 0:
            self.skipTest("no small file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", str(folder)], check=True)
        return folder

    def check_full(self, gateway, store, free):
        """`free` makes room again. The disk fills by the load's own records."""
        load = Load(gateway, 20_000)
        self.addCleanup(load.stop)
        wait_until(lambda: len(load.refusals) > 20 or load.failures, "refusals")
        self.assertEqual(load.failures, [])
        self.assertEqual(self.ready(gateway), 503)
        self.assertEqual(gateway.ask("GET", "/healthz").status, 200)
        n, key = next(iter(load.ids.items()))
        self.assertEqual(gateway.ask("GET", f"/v1/post/{key}").json()["n"], n)  # reading goes on
        before = len(load.ids)
        free()
        wait_until(lambda: len(load.ids) > before + 50 or load.failures, "creates that succeed again")
        load.stop()
        self.assertEqual(load.failures, [])
        self.assertEqual(self.ready(gateway), 200)
        self.check_refusals(load)
        load.repeat_all()
        self.check_metrics(gateway, load)
        self.assertEqual(gateway.stop(), 0)
        self.assertEqual(self.sql("PRAGMA integrity_check", store=store), [("ok",)])
        self.check_store(load, self.bodies(store=store).values())

    def test_of_a_small_file_system(self):
        folder = self.mount(40 << 20)
        (folder / "ballast").write_bytes(bytes(30 << 20))
        gateway = self.serve(f"sqlite:{folder}/store.db", "--wait", "200ms")
        self.addCleanup(lambda: [path.unlink() for path in folder.iterdir()])
        self.check_full(gateway, folder / "store.db", (folder / "ballast").unlink)

    def test_of_a_limit_on_the_size_of_files(self):
        limits = (6 << 20, resource.RLIM_INFINITY)
        ignored = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        gateway = self.serve(f"sqlite:{self.folder}/store.db", "--wait", "200ms", preexec_fn=ignored)
        lift = lambda: resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.check_full(gateway, self.folder / "store.db", lift)


class StoreGone(FaultTest):
    """SurrealDB is killed (SIGKILL) in mid load, and started again."""

    def setUp(self):
        super().setUp()
        self.data = tempfile.mkdtemp(prefix="millrace-surreal-")
        self.addCleanup(surreal_server.wipe, self.data)

    def start_store(self, engine, port=0):
        server = surreal_server.Server(engine, folder=self.data, port=port)
        self.addCleanup(server.stop)
        return server

    def check_gone(self, engine, wait, sees_refusals):
        server = self.start_store(engine)
        url = server.url("test/gone")
        gateway = self.serve(url, "--wait", wait)
        load = Load(gateway)
        self.addCleanup(load.stop)
        wait_until(lambda: len(load.ids) > 200 or load.failures, "creates")
        server.stop(kill=True)
        if sees_refusals:
            wait_until(lambda: len(load.refusals) > 20 or load.failures, "refusals")
            self.assertEqual(load.failures, [])
            self.assertEqual(self.ready(gateway), 503)
            self.assertEqual(gateway.ask("GET", "/healthz").status, 200)
            read = gateway.ask("GET", "/v1/post/none")
            self.assertEqual((read.status, read.code), (503, "unavailable"))
            self.assertIn("retry-after", read.headers)
            gone = gateway.ask("DELETE", "/v1/post/none")
            self.assertEqual((gone.status, gone.code), (503, "unavailable"))
            self.assertEqual(scrape(f"http://127.0.0.1:{gateway.port}")["millrace_store_up"], 0)
        before = len(load.ids)
        self.start_store(engine, server.port)
        wait_until(lambda: len(load.ids) > before + 200 or load.failures, "creates that succeed again")
        load.stop()
        self.assertEqual(load.failures, [])
        self.assertEqual(self.ready(gateway), 200)
        if sees_refusals:
            self.check_refusals(load)
        else:
            self.assertEqual(load.refusals, [])
        load.repeat_all()
        self.assertEqual(gateway.stop(), 0)
        self.check_store(load, surreal_server.dump(url, "post"))
        words = "".join(gateway.words)
        self.assertEqual((words.count('"store_fails"'), words.count('"store_answers"')), (1, 1) if sees_refusals else (words.count('"store_answers"'),) * 2, words)
        self.assertNotIn("root:root", words)

    def test_rocksdb_comes_back_and_creates_succeed_by_themselves(self):
        self.check_gone("rocksdb", "200ms", True)

    def test_surrealkv_too(self):
        self.check_gone("surrealkv", "200ms", True)

    def test_one_that_comes_back_within_wait_refuses_nobody(self):
        self.check_gone("rocksdb", "60s", False)

    def test_it_stops_in_time_although_the_store_is_gone(self):
        server = self.start_store("rocksdb")
        gateway = self.serve(server.url("test/gone"), "--wait", "60s", "--stop-within", "2s")
        self.assertEqual(gateway.ask("POST", "/v1/post", {"title": "first"}).status, 201)
        server.stop(kill=True)
        client = gateway.client()
        client.begin("POST", "/v1/post", {"title": "waits"})
        wait_until(lambda: scrape(f"http://127.0.0.1:{gateway.port}")["millrace_queue_bytes"] > 0, "a record that waits")
        began = time.monotonic()
        gateway.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(Lost):
            answer = client.read_answer()
            self.assertEqual((answer.status, answer.code), (503, "unavailable"))
        gateway.wait()
        self.assertLess(time.monotonic() - began, 20)


if __name__ == "__main__":
    unittest.main()
