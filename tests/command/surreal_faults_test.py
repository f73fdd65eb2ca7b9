# SPDX-License-Identifier: Apache-2.0
"""A SurrealDB that fails in mid-load: nothing is lost, nothing is doubled, and the command says where it stands."""
import json
import tempfile
import time
import unittest

import surreal_server
from support import TIME_OUT, CommandTest


class LostReplies(CommandTest):
    def check_lost_reply(self, engine, drop_after, *args, ids=True):
        server = surreal_server.Server(engine, "--drop-after", str(drop_after))
        self.addCleanup(server.stop)
        url = server.url()
        self.write("input.ndjson", [{"title": f"t{n}", **({"id": n} if ids else {})} for n in range(3000)])
        outcome = self.load("input.ndjson", "--batch", "300", *args, to=url)
        self.assertEqual(outcome.counts(), (3000, 0, 0))
        self.assertGreaterEqual(outcome.report["retries"], 1)
        records = surreal_server.dump(url, "post")
        self.assertEqual(sorted(record["title"] for record in records), sorted(f"t{n}" for n in range(3000)))

    def test_a_lost_reply_doubles_and_rejects_nothing(self):
        self.check_lost_reply("mem", 8)

    def test_nor_with_generated_ids(self):
        self.check_lost_reply("mem", 8, ids=False)

    def test_nor_when_duplicates_are_replaced(self):
        self.check_lost_reply("mem", 8, "--on-duplicate", "replace")

    def test_nor_on_an_engine_on_disk(self):
        self.check_lost_reply("rocksdb", 9)
        self.check_lost_reply("surrealkv", 9)


class Killed(CommandTest):
    """A server on a folder is killed (SIGKILL) in mid-load."""

    POSTS = 20_000

    def setUp(self):
        super().setUp()
        self.data = tempfile.mkdtemp(prefix="millrace-surreal-")
        self.addCleanup(surreal_server.wipe, self.data)

    def serve(self, engine, port=0):
        server = surreal_server.Server(engine, folder=self.data, port=port)
        self.addCleanup(server.stop)
        return server

    def load_and_kill(self, engine, wait):
        """The load's process, its server's port and its address, when the server has gone in the middle."""
        server = self.serve(engine)
        url = server.url("test/killed")
        surreal_server.query(url, "DEFINE TABLE post")
        self.write("input.ndjson", [{"id": n, "title": f"t{n}", "content": "x" * 300} for n in range(self.POSTS)])
        process = self.start("load", "input.ndjson", "--to", url, "--table", "post", "--batch", "50", "--in-flight", "2", "--wait", wait,
                             "--report", "report.json")
        while surreal_server.count(url, "post") == 0:
            self.assertIsNone(process.poll(), "it ended by itself")
        server.stop(kill=True)
        self.assertIsNone(process.poll(), "it was done before the server was killed")
        return process, server.port, url

    def report(self, status):
        report = json.loads((self.folder / "report.json").read_text())
        self.check_report(report, status)
        return report

    def check_restart(self, engine):
        process, port, url = self.load_and_kill(engine, "60s")
        self.serve(engine, port)
        words = process.stderr.read().decode()
        self.assertEqual(process.wait(timeout=TIME_OUT), 0, words)
        self.assertEqual((words.count("store does not answer"), words.count("the store answers again")), (1, 1), words)
        report = self.report(0)
        self.assertEqual((report["records_written"], report["records_rejected"]), (self.POSTS, 0))
        self.assertGreaterEqual(report["retries"], 1)
        self.assertEqual(surreal_server.count(url, "post"), self.POSTS)

    def test_rocksdb_that_comes_back_within_wait_has_everything_once(self):
        self.check_restart("rocksdb")

    def test_surrealkv_that_comes_back_within_wait_has_everything_once(self):
        self.check_restart("surrealkv")

    def test_one_that_does_not_come_back_ends_the_load_within_wait(self):
        process, port, url = self.load_and_kill("rocksdb", "2s")
        began = time.monotonic()
        self.assertEqual(process.wait(timeout=TIME_OUT), 3)
        self.assertLess(time.monotonic() - began, 20)
        words = process.stderr.read().decode()
        self.assertIn("--wait", words)
        self.assertNotIn("root:root", words)
        report = self.report(3)
        self.assertEqual(report["records_rejected"], 0)
        self.assertNotIn("input.ndjson.rejects", self.names())
        self.assertIn("--resume", words)
        # What it calls written survived the kill; the rest is loaded by what the message says.
        self.serve("rocksdb", port)
        there = surreal_server.count(url, "post")
        self.assertGreaterEqual(there, report["records_written"])
        again = self.load("input.ndjson", "--resume", to=url)
        self.assertTrue(again.report["resumed"])
        self.assertLessEqual(again.report["records_written"], self.POSTS)
        self.assertEqual(again.counts()[1:], (0, 0))
        self.assertEqual(surreal_server.count(url, "post"), self.POSTS)


if __name__ == "__main__":
    unittest.main()
