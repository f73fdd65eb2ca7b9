# SPDX-License-Identifier: Apache-2.0
"""--metrics-listen: what a running load shows of itself is well formed and right, and nobody who looks at it disturbs it."""
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import unittest
import urllib.error

import scraping
import surreal_server
from scraping import TRACE, TRACEPARENT, MetricsTest, fetch, posts, read_address, scrape, wait_for
from support import TIME_OUT

GET_METRICS = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
REASONS = ("invalid_json", "invalid_record", "invalid_id", "duplicate", "too_large", "refused", "forbidden", "conflict")


class RunningLoad(MetricsTest):
    def test_counters_are_right_while_it_runs_and_equal_the_report_at_its_end(self):
        process, address = self.start_load(env={"TRACEPARENT": TRACEPARENT})
        before = scrape(address)
        self.assertEqual(before["millrace_records_read_total"], 0)
        self.assertEqual([before["millrace_records_rejected_total", reason] for reason in REASONS], [0] * len(REASONS))
        self.feed(process, posts(0, 5000))
        seen = wait_for(address, millrace_records_written_total=5000, millrace_store_up=1)
        self.assertEqual(seen["millrace_records_read_total"], 5000)
        self.assertEqual(seen["millrace_batch_records_sum"], 5000)
        self.assertEqual(seen["millrace_stage_active", "read"], 1, "it waits for the pipe")
        bad = b'{"id": 1, "title": "again"}\n{"id": -1}\n{"id": null, "title": "t"}\n{"id": \n{"title": "\xff"}\n'
        self.feed(process, bad + posts(5000, 5010))
        seen = wait_for(address, millrace_records_read_total=5015, millrace_requests_in_flight=0)
        self.assertEqual({reason: seen["millrace_records_rejected_total", reason] for reason in REASONS},
                         {"invalid_json": 2, "invalid_record": 1, "invalid_id": 1, "duplicate": 1, "too_large": 0, "refused": 0,
                          "forbidden": 0, "conflict": 0})
        self.assertEqual(seen["millrace_queue_records"], 0)
        report = self.finish(process, status=1)
        self.assertEqual(report["records_written"], 5010)
        self.expect_as_reported(seen, report)

    def test_promtool_accepts_the_one_face_and_the_strict_parser_the_other(self):
        process, address = self.start_load(env={"TRACEPARENT": TRACEPARENT})
        self.feed(process, posts(0, 1000))
        wait_for(address, millrace_records_written_total=1000)
        fetch(address, traceparent=TRACEPARENT.replace("4bf9", "1111"))
        checked = subprocess.run(["promtool", "check", "metrics"], input=fetch(address).encode(), capture_output=True, timeout=60, check=False)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))
        found = set(scraping.exemplars(fetch(address, accept=scraping.OPENMETRICS)))
        self.assertIn(("millrace_store_commit_seconds_bucket", TRACE), found)
        self.assertIn(("request_duration_seconds_bucket", TRACE.replace("4bf9", "1111")), found)
        self.assertEqual(self.finish(process)["trace_id"], TRACE)

    def test_a_load_has_a_trace_of_its_own_when_it_is_given_none(self):
        process, address = self.start_load(env={"TRACEPARENT": "nonsense"})
        self.feed(process, posts(0, 10))
        wait_for(address, millrace_records_written_total=10)
        traces = {trace for name, trace in scraping.exemplars(fetch(address, accept=scraping.OPENMETRICS)) if "commit" in name}
        self.assertEqual({self.finish(process)["trace_id"]}, traces)
        self.assertRegex(traces.pop(), "^[0-9a-f]{32}$")

    def test_skipped_records_and_the_limits_that_were_asked_for(self):
        self.write("input.ndjson", posts(0, 100))
        self.load("input.ndjson")
        process, address = self.start_load("--on-duplicate", "skip", "--batch", "7", "--memory", "64MiB")
        self.feed(process, posts(0, 150))
        seen = wait_for(address, millrace_records_read_total=150, millrace_requests_in_flight=0)
        self.assertEqual(seen["millrace_records_skipped_total"], 100)
        self.assertEqual((seen["millrace_transaction_records_limit"], seen["millrace_requests_in_flight_limit"]), (7, 1))
        self.assertLess(seen["millrace_queue_bytes_limit"], 64 << 20)
        self.expect_as_reported(seen, self.finish(process))

    def test_a_reject_or_a_skip_that_nothing_follows_is_counted(self):
        process, address = self.start_load("--on-duplicate", "fail")
        self.feed(process, posts(0, 10))
        wait_for(address, millrace_records_read_total=10)
        self.feed(process, posts(0, 3))
        seen = wait_for(address, millrace_records_read_total=13, millrace_requests_in_flight=0)
        self.assertEqual(seen["millrace_records_rejected_total", "duplicate"], 3)
        self.expect_as_reported(seen, self.finish(process, status=1))
        process, address = self.start_load("--on-duplicate", "skip")
        self.feed(process, posts(5, 10))
        seen = wait_for(address, millrace_records_read_total=5, millrace_records_skipped_total=5)
        self.expect_as_reported(seen, self.finish(process))

    def test_what_limits_it_is_one_thing_and_the_reports(self):
        process, address = self.start_load("--batch", "7", "--in-flight", "1")
        for n in range(3):
            self.feed(process, posts(100 * n, 100 * n + 100))
            seen = wait_for(address, millrace_records_written_total=100 * n + 100)
        limits = {key[1]: value for key, value in seen.items() if key[0] == "millrace_limited_by"}
        self.assertEqual([limit for limit, value in limits.items() if value], [self.finish(process)["limited_by"]], limits)


class StoreState(MetricsTest):
    def test_a_load_that_waits_for_its_store_can_be_seen(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            url = f"ws://root:root@127.0.0.1:{nobody.getsockname()[1]}/a/b"
        process, address = self.start_load("--wait", "1h", to=url, table="t")
        seen = scrape(address)
        self.assertEqual((seen["millrace_store_up"], seen["millrace_records_read_total"]), (0, 0))
        self.assertEqual(fetch(address, "/healthz"), "ok\n")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=TIME_OUT), 3)
        self.assertRegex(self.report(3)["trace_id"], "^[0-9a-f]{32}$")

    def test_a_store_that_goes_and_comes_back(self):
        server = surreal_server.Server("rocksdb", folder=self.folder / "data")
        self.addCleanup(lambda: server.stop())
        process, address = self.start_load(to=server.url("test/state"), table="t")
        self.feed(process, posts(0, 100))
        wait_for(address, millrace_records_written_total=100, millrace_store_up=1)
        server.stop(kill=True)
        self.feed(process, posts(100, 200))
        wait_for(address, millrace_store_up=0)
        server = surreal_server.Server("rocksdb", folder=self.folder / "data", port=server.port)
        seen = wait_for(address, millrace_records_written_total=200, millrace_store_up=1, millrace_requests_in_flight=0)
        report = self.finish(process)
        self.assertGreater(report["retries"], 0)
        self.expect_as_reported(seen, report)


class Lookers(MetricsTest):
    """The load is what counts: those who look at it get answers, or not, and it goes on."""

    COUNT = 100_000

    def make_input(self):
        made = self.run_command("generate", "posts", "--count", self.COUNT, "-o", "input.ndjson")
        self.assertEqual(made.status, 0)

    def test_many_scrapes_change_nothing_and_memory_stays_bounded(self):
        self.make_input()
        process, address = self.start_load("--memory", "48MiB", source="input.ndjson", stdin=subprocess.DEVNULL)
        scrapes = []

        def look():
            try:
                while True:
                    scrapes.append(scrape(address)["millrace_records_read_total"])
            except (OSError, urllib.error.URLError, http.client.HTTPException, KeyError):
                pass  # it has ended, or this one gave way to another

        threads = [threading.Thread(target=look) for _ in range(20)]  # more than it takes at once
        for thread in threads:
            thread.start()
        errors = process.stderr.read().decode()
        self.assertEqual(process.wait(timeout=TIME_OUT), 0, errors)
        for thread in threads:
            thread.join()
        report = self.report()
        self.assertEqual(report["records_written"], self.COUNT)
        self.assertEqual(self.sql("SELECT count(*) FROM post"), [(self.COUNT,)])
        self.assertLess(report["peak_rss_bytes"], 48 << 20)
        self.assertGreater(len(scrapes), 20)

    def connect(self, address, receive_bytes=None):
        one = socket.socket()
        self.addCleanup(one.close)
        one.settimeout(10)
        if receive_bytes:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        one.connect(("127.0.0.1", int(address.rpartition(":")[2])))
        return one

    def test_the_slow_and_the_hostile_do_not_disturb_it(self):
        self.make_input()
        process, address = self.start_load("--memory", "48MiB")
        feeder = threading.Thread(target=self.feed, args=(process, (self.folder / "input.ndjson").read_bytes()))
        feeder.start()
        for n in range(200):
            one = self.connect(address, receive_bytes=4096)
            try:
                one.sendall((b"", b"GET /met", b"\x16\x03\x01\0\0", b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: ", b"x" * 100_000,
                             GET_METRICS * 1000)[n % 6])
            except ConnectionError:
                pass  # refused and closed while it was still sending
            if n % 10 == 9:
                self.assertEqual(fetch(address, "/healthz"), "ok\n")
        feeder.join()
        wait_for(address, millrace_records_written_total=self.COUNT)
        report = self.finish(process)
        self.assertEqual(report["records_written"], self.COUNT)
        self.assertLess(report["peak_rss_bytes"], 48 << 20)

    def test_scrapers_get_through_among_them(self):
        process, address = self.start_load()
        hostile = [self.connect(address) for _ in range(100)]
        for one in hostile[-16:]:
            one.sendall(b"GET /metrics HTTP/1.1\r\n")
        self.feed(process, posts(0, 10))
        wait_for(address, millrace_records_written_total=10)
        self.finish(process)

    def test_scrapers_get_through_among_those_who_never_read(self):
        process, address = self.start_load()
        for _ in range(16):  # as many as it takes, each with more to be told than any socket's buffers hold
            self.connect(address, receive_bytes=4096).sendall(GET_METRICS * 1000)
        self.feed(process, posts(0, 10))
        wait_for(address, millrace_records_written_total=10)
        for _ in range(20):
            self.assertEqual(fetch(address, "/healthz"), "ok\n")
        self.finish(process)


class Addresses(MetricsTest):
    def refused(self, address):
        self.write("input.ndjson", posts(0, 1))
        outcome = self.load("input.ndjson", "--metrics-listen", address, status=2)
        self.assertEqual(self.names(), ["input.ndjson"], "something was done")
        return outcome.err

    def test_a_wrong_address_is_exit_2_and_says_why(self):
        for address in ("nonsense", "127.0.0.1:99999", "::1:9464", "http://127.0.0.1:1"):
            self.assertIn(f"--metrics-listen: '{address}' is no address to listen on: ", self.refused(address))
        self.assertIn("--metrics-listen: cannot listen on 192.0.2.1:0: Cannot assign requested address", self.refused("192.0.2.1:0"))
        self.assertIn("--metrics-listen: cannot listen on no.such.host.invalid:0: ", self.refused("no.such.host.invalid:0"))

    def test_a_port_in_use_is_exit_2_and_says_why(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            words = f"--metrics-listen: cannot listen on 127.0.0.1:{port}: Address already in use"
            self.assertIn(words, self.refused(str(port)))
            tuned = self.run_command("tune", "sqlite:store.db", "--metrics-listen", f":{port}")
            self.assertEqual(tuned.status, 2)
            self.assertIn(words, tuned.err)

    def test_a_port_alone_is_of_the_loopback_only(self):
        process, address = self.start_load()
        listening = subprocess.run(["cat", f"/proc/{process.pid}/net/tcp"], capture_output=True, check=True).stdout.decode()
        port = int(address.rpartition(":")[2])
        self.assertEqual(re.findall(rf"([0-9A-F]{{8}}):{port:04X} 00000000:0000 0A", listening), ["0100007F"])
        self.finish(process)

    def plain_records(self):
        try:
            return self.sql("SELECT count(*) FROM post", store="plain.db")[0][0]
        except sqlite3.OperationalError:
            return 0  # no table yet, or it is being made

    def test_without_the_flag_there_is_no_socket_and_no_thread(self):
        plain = self.start("load", "-", "--to", "sqlite:plain.db", "--table", "post", stdin=subprocess.PIPE)
        with_metrics, address = self.start_load()
        for process in (plain, with_metrics):
            self.feed(process, posts(0, 10))
        wait_for(address, millrace_records_written_total=10)
        scraping.poll(self.plain_records, lambda count: count == 10, "the plain load's records")
        sockets, threads = ([], [])
        for process in (plain, with_metrics):
            files = [os.readlink(entry.path) for entry in os.scandir(f"/proc/{process.pid}/fd")]
            sockets.append(sum(name.startswith("socket:") for name in files))
            threads.append(len(os.listdir(f"/proc/{process.pid}/task")))
        self.assertEqual(sockets[0], 0)
        self.assertGreater(sockets[1], 0)
        self.assertEqual(threads[0] + 1, threads[1])
        plain.communicate(timeout=TIME_OUT)
        self.finish(with_metrics)


class Tune(MetricsTest):
    def test_tune_can_be_watched(self):
        process = self.start("tune", "memory:", "--seconds", "3600", "--metrics-listen", "0")
        address = read_address(process)
        scraping.poll(lambda: scrape(address), lambda seen: seen["millrace_store_commit_seconds_count"] > 5, "commits")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=TIME_OUT)
        self.assertEqual(process.returncode, 3)


if __name__ == "__main__":
    unittest.main()
