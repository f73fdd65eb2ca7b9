# SPDX-License-Identifier: Apache-2.0
"""--wait: a store that is down when a load begins is waited for, with one line on standard error when it begins and one when
it is over; what waiting does not mend ends at once."""
import signal
import socket
import sqlite3
import time
import unittest

import surreal_server
from support import TIME_OUT, CommandTest

WAITING = "store does not answer"
BACK = "the store answers again"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Wait(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("input.ndjson", [{"id": n, "title": "t"} for n in range(10)])

    def start_load(self, url, *flags):
        return self.start("load", "input.ndjson", "--to", url, "--table", "t", "--progress", "never", *flags)

    def read_until(self, process, words):
        """Standard error up to the line that has these words."""
        lines = []
        while not lines or words not in lines[-1]:
            line = process.stderr.readline().decode()
            self.assertTrue(line, f"no '{words}' in {lines}")
            lines.append(line)
        return lines

    def test_a_server_that_is_started_later(self):
        port = free_port()
        process = self.start_load(f"ws://root:root@127.0.0.1:{port}/test/later")
        words = self.read_until(process, WAITING)
        self.assertIn("waiting up to 60 s", words[-1])
        server = surreal_server.Server("mem", port=port)
        self.addCleanup(server.stop)
        self.assertEqual(process.wait(timeout=TIME_OUT), 0)
        rest = process.stderr.read().decode()
        self.assertEqual((rest.count(WAITING), rest.count(BACK)), (0, 1), rest)
        self.assertEqual(surreal_server.count(server.url("test/later"), "t"), 10)

    def test_a_lock_that_is_let_go_later(self):
        connection = sqlite3.connect(self.folder / "store.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN EXCLUSIVE")
        process = self.start_load("sqlite:store.db")
        self.assertIn("lock", self.read_until(process, WAITING)[-1])
        connection.execute("ROLLBACK")
        connection.close()
        self.assertEqual(process.wait(timeout=TIME_OUT), 0)
        self.assertEqual(self.sql("SELECT count(*) FROM t"), [(10,)])

    def test_after_the_time_it_is_exit_3(self):
        begun = time.monotonic()
        outcome = self.load("input.ndjson", "--wait", "1500ms", to=f"ws://root:root@127.0.0.1:{free_port()}/a/b", table="t", status=3)
        self.assertGreaterEqual(time.monotonic() - begun, 1.5)
        self.assertEqual(outcome.err.count(WAITING), 1)
        self.assertIn("waited 1.5 s for the store (--wait)", outcome.err)
        self.assertEqual(outcome.counts(), (0, 0, 0))

    def test_no_wait_is_one_attempt(self):
        outcome = self.load("input.ndjson", "--wait", "0s", to=f"ws://root:root@127.0.0.1:{free_port()}/a/b", table="t", status=3)
        self.assertNotIn("wait", outcome.err)

    def test_a_wrong_password_is_not_waited_for(self):
        server = surreal_server.Server("mem")
        self.addCleanup(server.stop)
        outcome = self.load("input.ndjson", "--wait", "1h", to=server.url(user="root:wrong"), table="t", status=2)
        self.assertNotIn(WAITING, outcome.err)

    def test_a_layout_that_is_refused_is_not_waited_for(self):
        with sqlite3.connect(self.folder / "store.db") as connection:
            connection.execute("CREATE TABLE t (x)")
        connection.close()
        outcome = self.load("input.ndjson", "--wait", "1h", table="t", status=2)
        self.assertNotIn(WAITING, outcome.err)

    def test_an_interrupt_ends_the_waiting(self):
        process = self.start_load(f"ws://root:root@127.0.0.1:{free_port()}/a/b", "--wait", "1h", "--report", "report.json")
        self.read_until(process, WAITING)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=5), 3)
        self.assertIn("interrupted", process.stderr.read().decode())
        self.assertTrue((self.folder / "report.json").exists())

    def test_an_interrupt_ends_the_waiting_for_a_server_that_says_nothing(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            process = self.start_load(f"ws://root:root@127.0.0.1:{silent.getsockname()[1]}/a/b", "--wait", "1h")
            connection = silent.accept()[0]
            with connection:
                connection.recv(10)  # it asks for a WebSocket
                process.send_signal(signal.SIGINT)
                self.assertEqual(process.wait(timeout=5), 3)  # and not after connect's own ten seconds

    def test_get_does_not_wait(self):
        begun = time.monotonic()
        outcome = self.run_command("get", "t", "--from", f"ws://root:root@127.0.0.1:{free_port()}/a/b")
        self.assertEqual(outcome.status, 3)
        self.assertLess(time.monotonic() - begun, 10)


if __name__ == "__main__":
    unittest.main()
