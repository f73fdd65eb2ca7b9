# SPDX-License-Identifier: Apache-2.0
"""What is refused before anything is done (exit 2), and what stops a load before its end (exit 3)."""
import contextlib
import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import unittest

from support import TIME_OUT, CommandTest

WHEREVER = "ws://root:root@127.0.0.1:1/a/b"  # nothing listens there; a refusal comes before it is asked


class NothingDone(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("input.ndjson", '{"title":"a"}\n')

    def refused(self, *args, words=(), **options):
        before = self.names()
        outcome = self.load(*(args or ("input.ndjson",)), status=2, **options)
        self.assertEqual(self.names(), before, "something was made")
        self.assertEqual(outcome.out, "")
        for word in words:
            self.assertIn(word, outcome.err)
        return outcome

    def test_an_input_that_cannot_be_read(self):
        self.refused("none.ndjson", words=["none.ndjson", "No such file"])
        self.refused("input.ndjson", "none.ndjson", words=["none.ndjson"])
        self.refused(".", words=["'.'", "directory"])
        self.refused("", words=["No such file"])

    def test_flags_that_are_wrong(self):
        for flags in (["--format", "xml"], ["--types", "a=number"], ["--types", "a"], ["--on-duplicate", "ignore"], ["--max-rejects", "many"],
                      ["--max-rejects", "101%"], ["--max-rejects", "-1"], ["--batch", "0"], ["--batch", "x"], ["--in-flight", "-2"],
                      ["--memory", "1KiB"], ["--memory", "128MB"], ["--max-record", "0"], ["--max-record", "2GiB"], ["--wait", "60"],
                      ["--wait", "-1s"], ["--progress", "maybe"], ["--query", "SELECT"], ["--query", "DELETE post"], ["--unknown"],
                      ["--password-file", "none"]):
            with self.subTest(flags=flags):
                self.refused("input.ndjson", *flags, words=["millrace: "])

    def test_a_wrong_flag_is_told_before_the_store_is_asked(self):
        self.refused("input.ndjson", "--batch", "x", to=WHEREVER, words=["--batch"])
        self.refused("none.ndjson", to=WHEREVER, words=["none.ndjson"])
        self.refused("input.ndjson", table="a b", to=WHEREVER, words=["a b"])

    def test_no_file_and_no_table(self):
        self.assertEqual(self.run_command("load", "--table", "post").status, 2)
        self.assertEqual(self.run_command("load", "input.ndjson").status, 2)
        self.assertEqual(self.names(), ["input.ndjson"])

    def test_standard_input_twice(self):
        self.refused("-", "-", words=["twice"])

    def test_table_names_that_are_none(self):
        for table in ("sqlite_x", "SQLITE_x", "millrace_x", "Millrace_x", "x" * 64, "a b", "post; DROP", "1a", "", "é", 'a"b', "a-b", "a.b"):
            with self.subTest(table=table):
                self.refused("input.ndjson", table=table, words=["table name"])

    def test_a_table_name_of_63_characters_is_one(self):
        self.load("input.ndjson", table="x" * 63)
        self.load("input.ndjson", table="_Select0")
        self.load("input.ndjson", table="select")

    def test_stores_that_are_none(self):
        for to in ("", "store.db", "sqlite:", "mysql://x/y", "sqlite:.", "sqlite:no/folder/x.db", "ws://host", "ws://host/a", "ws://host/a/b/c",
                   "ws://host:99999/a/b", "ws://host/a/b?auth=other"):
            with self.subTest(to=to):
                self.refused(to=to, words=["millrace: "])

    def test_http_is_refused_with_the_ws_form_and_no_password(self):
        outcome = self.refused(to="http://root:s3cret@host:8000/a/b", words=["ws://root:***@host:8000/a/b"])
        self.assertNotIn("s3cret", outcome.err)
        self.refused(to="https://host/a/b", words=["wss://host/a/b"])

    def test_a_password_in_a_store_that_is_none_is_not_printed(self):
        for to in ("wss:/root:s3cret@host/a/b", "surreal://root:s3cret@host/a/b", "ws://root:s3cret@host", "ws://root:s3cret@host:x/a/b",
                   "ws://root:s3/cret@host/a/b", "ws://root:s3cret%@host/a/b", "ws//root:s3cret@host/a/b"):
            with self.subTest(to=to):
                self.assertNotIn("cret", self.refused(to=to).err)

    def test_rejects_or_a_report_that_cannot_be_written(self):
        self.refused("input.ndjson", "--rejects", "no/folder/x", words=["no/folder/x"])
        self.refused("input.ndjson", "--rejects", ".", words=["'.'"])
        for report in ("no/folder/x", "."):
            outcome = self.run_command("load", "input.ndjson", "--to", "sqlite:store.db", "--table", "post", "--report", report)
            self.assertEqual((outcome.status, self.names()), (2, ["input.ndjson"]))
            self.assertIn(report, outcome.err)

    def test_rejects_or_a_report_over_an_input(self):
        self.write("input.ndjson.rejects", "{}\n")
        os.link(self.folder / "input.ndjson", self.folder / "link")
        self.refused("input.ndjson", "--rejects", "input.ndjson", words=["input.ndjson"])
        self.refused("input.ndjson", "--rejects", "./link", words=["input"])
        self.refused("input.ndjson", "input.ndjson.rejects", words=["input.ndjson.rejects"])
        before = self.names()
        for report in ("input.ndjson", "link"):
            outcome = self.run_command("load", "input.ndjson", "--to", "sqlite:store.db", "--table", "post", "--report", report)
            self.assertEqual((outcome.status, self.names()), (2, before))
        self.assertEqual((self.folder / "input.ndjson").read_text(), '{"title":"a"}\n')

    def test_rejects_over_the_store_or_the_report(self):
        self.load("input.ndjson")
        self.assertEqual(self.run_command("load", "input.ndjson", "--to", "sqlite:store.db", "--table", "post", "--rejects", "store.db").status, 2)
        self.assertEqual(self.run_command("load", "input.ndjson", "--to", "sqlite:store.db", "--table", "post", "--report", "store.db").status, 2)
        self.assertEqual(self.run_command("load", "input.ndjson", "--to", "sqlite:store.db", "--table", "post", "--report", "x", "--rejects", "x").status, 2)
        self.assertEqual(len(self.bodies()), 1)

    def test_a_file_that_is_no_database(self):
        self.write("store.db", "This is a text, and long enough to be looked at as the header of a database. " * 20)
        self.refused(words=["store.db", "not a SQLite database"])

    def test_a_file_of_another_version(self):
        self.sql("PRAGMA user_version = 99")
        self.refused(words=["user_version 99"])

    def test_a_table_of_another_layout(self):
        self.sql("CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT)")
        self.refused(words=["another layout"])


class NotStarted(CommandTest):
    def setUp(self):
        super().setUp()
        self.write("input.ndjson", '{"title":"a"}\n')

    def test_a_store_that_cannot_be_reached_is_exit_3_with_a_report_and_a_hint(self):
        with socket.socket() as listener:  # bound, and not listening
            listener.bind(("127.0.0.1", 0))
            where = f"127.0.0.1:{listener.getsockname()[1]}"
            outcome = self.load("input.ndjson", to=f"ws://root:s3cret@{where}/a/b", status=3)
        self.assertIn(where, outcome.err)
        self.assertIn("surreal start", outcome.err)
        self.assertNotIn("s3cret", outcome.err)
        self.assertEqual(outcome.report["records_read"], 0)

    def test_a_server_that_is_no_surrealdb(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            where = f"127.0.0.1:{listener.getsockname()[1]}"
            process = self.start("load", "input.ndjson", "--to", f"ws://root:root@{where}/a/b", "--table", "post")
            with listener.accept()[0] as client:
                client.recv(1000)
                client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                self.assertEqual(process.wait(timeout=TIME_OUT), 2)  # an address of something else: nothing is done
        words = process.stderr.read().decode()
        self.assertIn(where, words)
        self.assertIn("404", words)

    def test_a_database_that_another_process_holds(self):
        self.load("input.ndjson")
        for mode in ("EXCLUSIVE", "IMMEDIATE"):
            connection = sqlite3.connect(self.folder / "store.db", isolation_level=None)
            connection.execute(f"BEGIN {mode}")
            outcome = self.load("input.ndjson", "--wait", "1s", status=3)
            connection.close()
            self.assertIn("another process holds a lock on store.db", outcome.err)
            self.assertEqual(outcome.report["records_written"], 0)
        self.assertEqual(len(self.bodies()), 1)

    def test_a_lock_that_is_let_go_within_wait_is_waited_for(self):
        self.load("input.ndjson")
        connection = sqlite3.connect(self.folder / "store.db", isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        process = self.start("load", "input.ndjson", "--to", "sqlite:store.db", "--table", "post", "--wait", "60s")
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(timeout=1.5)
        connection.close()
        self.assertEqual(process.wait(timeout=TIME_OUT), 0, process.stderr.read())
        self.assertEqual(len(self.bodies()), 2)


class Stopped(CommandTest):
    def test_a_full_disk(self):
        with self.small_disk(2 << 20) as (folder, options):
            self.write("input.ndjson", [{"id": n, "title": "a", "content": "x" * 1000} for n in range(8000)])
            outcome = self.load("input.ndjson", "--batch", "100", to=f"sqlite:{folder}/store.db", status=3, **options)
            self.assertIn("store.db", outcome.err)
            self.assertRegex(outcome.err, "disk (is full|under)")
            self.assertEqual(outcome.report["records_rejected"], 0)
            written = outcome.report["records_written"]
            self.assertGreater(written, 0)
            ids = self.sql("SELECT id FROM post ORDER BY id", store=f"{folder}/store.db")
            self.assertEqual(ids, [(n,) for n in range(written)])

    @contextlib.contextmanager
    def small_disk(self, size):
        """(a folder that holds no more than `size`, options for the command): a small file system, or a limit on files."""
        folder = self.folder / "small"
        folder.mkdir()
        mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
                                                       capture_output=True, check=False).returncode == 0
        try:
            limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)) or signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            yield folder, {} if mounted else {"preexec_fn": limit}
        finally:
            if mounted:
                subprocess.run(["umount", str(folder)], check=True)

    def test_rejects_that_no_longer_fit(self):
        self.write("input.ndjson", "{}\n" * 10 + '{"title":"a"}\n')
        outcome = self.load("input.ndjson", "--rejects", "/dev/full", status=3)
        self.assertIn("/dev/full", outcome.err)

    def feed(self, signal_number, via_fifo):
        """Loads from a pipe that stays open, sends the signal once something is written, and gives the report."""
        lines = "".join(json.dumps({"id": n, "title": "a", "content": "x" * 200}) + "\n" for n in range(30_000)).encode()
        source = "-"
        if via_fifo:
            os.mkfifo(self.folder / "fifo")
            source = "fifo"
        process = self.start("load", source, "--to", "sqlite:store.db", "--table", "post", "--report", "report.json", stdin=subprocess.PIPE)
        pipe = open(self.folder / "fifo", "wb", buffering=0) if via_fifo else process.stdin
        pipe.write(lines)  # more than the pipe holds: most of it is taken when this returns
        while not (self.folder / "store.db").exists() or not self.has_rows():
            self.assertIsNone(process.poll(), "it ended by itself")
        process.send_signal(signal_number)
        status = process.wait(timeout=TIME_OUT)
        pipe.close()
        self.assertEqual(status, 3)
        return json.loads((self.folder / "report.json").read_text()), process.stderr.read().decode()

    def has_rows(self):
        with contextlib.suppress(sqlite3.OperationalError):  # not made yet, or not to be read just now
            return self.sql("SELECT count(*) FROM post")[0][0] > 0
        return False

    def check_stopped(self, report, words):
        self.check_report(report, 3)
        written = report["records_written"]
        self.assertGreater(written, 0)
        self.assertEqual(self.sql("SELECT id FROM post ORDER BY id"), [(n,) for n in range(written)])
        self.assertIn("interrupted", words)
        self.assertIn("go on", words)

    def test_ctrl_c_while_standard_input_waits(self):
        self.check_stopped(*self.feed(signal.SIGINT, via_fifo=False))

    def test_sigterm_while_a_named_pipe_waits(self):
        self.check_stopped(*self.feed(signal.SIGTERM, via_fifo=True))

    def test_ctrl_c_before_a_named_pipe_has_a_writer(self):
        os.mkfifo(self.folder / "fifo")
        process = self.start("load", "fifo", "--to", "sqlite:store.db", "--table", "post", "--report", "report.json")
        while not self.has_table():
            self.assertIsNone(process.poll(), "it ended by itself")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=TIME_OUT), 3)
        self.check_report(json.loads((self.folder / "report.json").read_text()), 3)

    def has_table(self):
        with contextlib.suppress(sqlite3.OperationalError):
            return (self.folder / "store.db").exists() and self.sql("SELECT count(*) FROM post") == [(0,)]
        return False

    def test_ctrl_c_in_mid_file_loses_nothing_that_is_counted(self):
        # One commit for each record: that takes far longer than the signal does.
        self.write("input.ndjson", "".join('{"id":%d,"title":"a","content":"%s"}\n' % (n, "x" * 500) for n in range(100_000)))
        process = self.start("load", "input.ndjson", "--to", "sqlite:store.db", "--table", "post", "--report", "report.json", "--batch", "1")
        while not (self.folder / "store.db").exists() or not self.has_rows():
            self.assertIsNone(process.poll(), "it ended by itself")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=TIME_OUT), 3)
        report = json.loads((self.folder / "report.json").read_text())
        self.check_stopped(report, process.stderr.read().decode())
        self.assertLess(report["records_written"], 100_000)
        again = self.load("input.ndjson", "--resume")
        self.assertEqual(again.counts(), (100_000 - report["records_written"], 0, 0))
        self.assertEqual(self.sql("SELECT count(*) FROM post"), [(100_000,)])


if __name__ == "__main__":
    unittest.main()
