# SPDX-License-Identifier: Apache-2.0
"""`millrace tune`: the search by itself, on a scratch table that is gone afterwards."""
import os
import re
import signal
import sqlite3
import unittest

from support import TIME_OUT, CommandTest
from surreal_server import ENGINES, Server, query


class Tune(CommandTest):
    def tune(self, store, seconds=1):
        outcome = self.run_command("tune", store, "--seconds", seconds)
        self.assertEqual(outcome.status, 0, outcome.err)
        return outcome.out

    def check(self, out):
        rows = re.findall(r"^(insert|create) +(\d+) +(\d+) +(\d+) +(\d+) +([\d,]+) +[\d.]+ +[\d.]+", out, re.M)
        self.assertGreater(len(rows), 2, out)
        rates = [int(row[5].replace(",", "")) for row in rows]
        self.assertEqual(rates, sorted(rates, reverse=True))
        self.assertRegex(out, r"records/s expected, limited by (latency|bytes|knee|conflicts|input)")
        self.assertRegex(out, r"--batch \d+ --in-flight \d+")
        return rows

    def test_a_file_that_is_there_keeps_its_tables_and_gets_no_other(self):
        self.load(self.write("input.ndjson", [{"id": 1, "title": "a"}]))
        self.check(self.tune("sqlite:store.db"))
        with sqlite3.connect(self.folder / "store.db") as database:
            self.assertEqual(database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'millrace_*'").fetchall(),
                             [("post",)])
            self.assertEqual(database.execute("SELECT count(*) FROM post").fetchone(), (1,))

    def test_a_file_that_was_not_there_is_not_there_afterwards(self):
        self.check(self.tune("sqlite:new.db"))
        self.assertEqual(self.names(), [])

    def test_a_surrealdb_has_both_shapes_tried_and_keeps_no_table(self):
        for engine in ENGINES:
            with self.subTest(engine=engine):
                server = Server(engine)
                self.addCleanup(server.stop)
                url = server.url()
                rows = self.check(self.tune(url, 3))
                self.assertEqual({row[0] for row in rows}, {"insert", "create"})
                self.assertEqual(query(url, "RETURN object::keys((INFO FOR DB).tables)")[0], [])

    def test_a_stop_ends_the_search_and_drops_the_table(self):
        process = self.start("tune", "sqlite:new.db", "--seconds", 600)
        while not (self.folder / "new.db").exists():
            self.assertIsNone(process.poll())
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=TIME_OUT)
        self.assertEqual(process.returncode, 3, err)
        self.assertEqual(self.names(), [])

    def test_what_is_no_store_or_no_time_is_exit_2(self):
        for arguments in (("tune",), ("tune", "nothing:here"), ("tune", "sqlite:x.db", "--seconds", "0"), ("tune", "sqlite:x.db", "--seconds", "soon")):
            outcome = self.run_command(*arguments)
            self.assertEqual(outcome.status, 2, arguments)
            self.assertTrue(outcome.err)
        self.assertEqual(self.names(), [])


if __name__ == "__main__":
    unittest.main()
