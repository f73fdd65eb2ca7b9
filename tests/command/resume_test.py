# SPDX-License-Identifier: Apache-2.0
"""--resume and --restart from outside: what is said, and loads that are killed.

MILLRACE_KILLS=N sets how many kills there are, MILLRACE_SEED which; both are printed."""
import gzip
import json
import os
import pathlib
import random
import resource
import shlex
import signal
import sqlite3
import subprocess
import sys
import unittest

import surreal_server
from support import MILLRACE, ROOT, TIME_OUT, CommandTest, clean_environment

SOAK = ROOT / "tests/soak/kill_soak.py"


class Stopped(CommandTest):
    """A load that too many rejects have stopped."""

    def setUp(self):
        super().setUp()
        self.write("input.ndjson", [{"id": n, "title": "" if n in (500, 600) else f"t{n}"} for n in range(1000)])

    def stop(self, *more, to="sqlite:store.db", **options):
        return self.load("input.ndjson", "--max-rejects", "0", *more, to=to, status=3, **options)

    def sql_write(self, text):
        with sqlite3.connect(self.folder / "store.db") as connection:
            self.assertGreater(connection.execute(text).rowcount, 0)
        connection.close()

    def resume_line(self, outcome):
        [line] = [line for line in outcome.err.split("\n") if line.startswith("  ") and "--resume" in line]
        return line.strip()

    def test_the_message_gives_the_very_command_that_resumes(self):
        os.mkdir(self.folder / "a folder")
        os.rename(self.folder / "input.ndjson", self.folder / "a folder/it's.ndjson")
        outcome = self.load("a folder/it's.ndjson", "--max-rejects", "1", "--rejects", "re jects", status=3)
        words = self.resume_line(outcome).replace("--max-rejects 1", "--max-rejects 2")
        done = subprocess.run(words, shell=True, cwd=self.folder, env=clean_environment(), capture_output=True, timeout=TIME_OUT, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(set(self.bodies()), set(range(1000)) - {500, 600})
        self.assertEqual([reject["id"] for reject in self.rejects("re jects")], [500, 600])

    def test_a_resumed_load_says_so_and_counts_its_own(self):
        first = self.stop()
        again = self.load("input.ndjson", "--resume", status=1)
        self.assertEqual((first.report["resumed"], again.report["resumed"]), (False, True))
        self.assertEqual(first.report["records_read"] + again.report["records_read"], 1000)
        self.assertEqual(self.sql("SELECT count(*) FROM millrace_checkpoint"), [(0,)])

    def test_without_resume_it_is_refused_and_nothing_is_done(self):
        self.stop()
        before = self.sql("SELECT * FROM millrace_checkpoint")
        outcome = self.load("input.ndjson", status=2)
        for words in ("--resume", "--restart", "500 records were written"):
            self.assertIn(words, outcome.err)
        self.assertEqual(self.sql("SELECT * FROM millrace_checkpoint"), before)
        self.load("input.ndjson", table="other")  # another table is another load

    def test_a_disk_that_is_full_stops_the_load_and_room_lets_it_go_on(self):
        count = 30_000
        self.write("large.ndjson", [{"id": n, "title": f"t{n}", "content": "x" * 300} for n in range(count)])

        def small_disk():  # no file grows beyond that, which is what a full disk does to a write
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (6 << 20, 6 << 20))

        stopped = self.load("large.ndjson", status=3, preexec_fn=small_disk)
        self.assertRegex(stopped.err, "store.db.*(full|cannot grow|disk)")
        self.assertIn("--resume", stopped.err)
        self.assertTrue(0 < stopped.report["records_written"] < count)
        resumed = self.load("large.ndjson", "--resume")
        self.assertEqual(stopped.report["records_written"] + resumed.report["records_written"], count)
        self.assertEqual(self.sql("SELECT count(*), count(DISTINCT id) FROM post"), [(count, count)])

    def test_more_may_be_finished_than_memory_holds(self):
        count = 60_000
        self.write("large.ndjson", [{"id": n, "title": "" if n == count - 10 else f"t{n}", "content": "x" * 400} for n in range(count)])
        self.load("large.ndjson", "--memory", "48MiB", "--max-rejects", "0", status=3)
        resumed = self.load("large.ndjson", "--memory", "48MiB", "--resume", status=1)
        self.assertLess(resumed.report["records_read"], 20_000)
        self.assertEqual(self.sql("SELECT count(*) FROM post"), [(count - 1,)])

    def test_an_array_that_is_never_closed_is_told_of_once(self):
        self.write("open.json", '[{"id":1,"title":"a"},{"id":2,"title":""},{"id":3,"title":"c"},')
        self.load("open.json", "--max-rejects", "0", "--rejects", "r", status=3)
        self.load("open.json", "--resume", "--max-rejects", "1", "--rejects", "r", status=3)
        self.load("open.json", "--resume", "--rejects", "r", status=1)
        self.assertEqual(set(self.bodies()), {1, 3})
        self.assertEqual(len(self.rejects("r")), 2)

    def test_the_store_does_not_choose_the_file_of_rejects(self):
        self.stop("--rejects", "mine")
        self.write("precious", "not yours\n")
        self.sql_write("UPDATE millrace_checkpoint SET text = replace(text, '/mine\"', '/precious\"')")
        outcome = self.load("input.ndjson", "--resume", status=2)
        self.assertIn("precious", outcome.err)
        self.assertEqual((self.folder / "precious").read_text(), "not yours\n")

    def test_a_damaged_checkpoint_is_refused(self):
        self.stop()
        for change in ("replace(text, '\"frontier\":[0,', '\"frontier\":[0,-')", "substr(text, 1, length(text) / 2)", "'{}'", "'[1]'"):
            with self.subTest(change=change):
                self.sql_write(f"UPDATE millrace_checkpoint SET text = {change}")
                outcome = self.load("input.ndjson", "--resume", status=2)
                self.assertIn("--restart", outcome.err)
        self.load("input.ndjson", "--restart", "--on-duplicate", "skip", status=1)

    def test_restart_begins_anew(self):
        self.stop()
        outcome = self.load("input.ndjson", "--restart", "--on-duplicate", "skip", status=1)
        self.assertEqual(outcome.counts(), (498, 2, 500))
        self.assertFalse(outcome.report["resumed"])
        self.assertIn("stay in post", outcome.err)
        self.load("input.ndjson", "--on-duplicate", "skip", status=1)  # it is not refused: that one came to its end

    def test_resume_without_an_interrupted_load_begins_at_the_beginning(self):
        outcome = self.load("input.ndjson", "--resume", status=1)
        self.assertEqual(outcome.counts(), (998, 2, 0))
        self.assertFalse(outcome.report["resumed"])

    def test_both_flags_and_standard_input_are_refused(self):
        self.assertIn("--restart", self.load("input.ndjson", "--resume", "--restart", status=2).err)
        self.assertIn("standard input", self.load("-", "--resume", stdin="{}", status=2).err)
        os.mkfifo(self.folder / "fifo")
        self.assertIn("pipe", self.load("fifo", "--resume", status=2).err)
        self.assertNotIn("post", str(self.sql("SELECT name FROM sqlite_schema") if (self.folder / "store.db").exists() else ""))

    def test_of_standard_input_nothing_is_kept(self):
        outcome = self.load("-", "--max-rejects", "0", stdin=(self.folder / "input.ndjson").read_bytes(), status=3)
        self.assertIn("cannot be resumed", outcome.err)
        self.assertEqual(self.sql("SELECT name FROM sqlite_schema WHERE name = 'millrace_checkpoint'"), [])

    def test_a_changed_input_is_refused_by_name(self):
        self.stop()
        text = (self.folder / "input.ndjson").read_text()
        for changed, words in ((text.replace("t900", "T900"), "content"), (text + "{}\n", "bytes"), (text[:-30], "bytes")):
            self.write("input.ndjson", changed)
            err = self.load("input.ndjson", "--resume", status=2).err
            self.assertIn("input.ndjson' has changed", err)
            self.assertIn(words, err)
        self.write("input.ndjson", text)
        self.load("input.ndjson", "--resume", status=1)

    def test_other_settings_are_refused_by_name(self):
        self.stop()
        for flag, value in (("--id", "title"), ("--types", "id=text"), ("--query", "SELECT id, title FROM $input"), ("--format", "json")):
            words = "another query" if flag == "--query" else flag  # which process has without a flag
            self.assertIn(words, self.load("input.ndjson", flag, value, "--resume", status=2).err)
        self.load("input.ndjson", "--resume", "--batch", "7", "--memory", "64MiB", "--on-duplicate", "skip", status=1)

    def test_generated_ids_are_those_of_the_first_run_from_any_folder(self):
        self.write("input.ndjson", [{"title": f"t{n}" if n != 900 else ""} for n in range(1000)])
        self.stop()
        os.mkdir(self.folder / "other")
        outcome = self.run_command("load", str(self.folder / "input.ndjson"), "--to", "sqlite:store.db", "--table", "post", "--resume")
        self.assertEqual(outcome.status, 1, outcome.err)
        ids = list(self.bodies())
        self.assertEqual((len(ids), len({key[:13] for key in ids})), (999, 1))  # one load's time

    def test_several_files_are_resumed_in_the_right_one(self):
        self.write("a.ndjson", [{"id": n, "title": "a"} for n in range(100)])
        self.write("b.csv", "id,title\n" + "".join(f"{n},{'b' if n != 150 else ''}\n" for n in range(100, 200)))
        with gzip.open(self.folder / "c.json.gz", "wt") as out:
            json.dump([{"id": n, "title": "c"} for n in range(200, 300)], out)
        arguments = ("a.ndjson", "b.csv", "c.json.gz", "--types", "id=int")
        self.load(*arguments, "--max-rejects", "0", status=3)
        self.load(*arguments, "--resume", status=1)
        self.assertEqual(set(self.bodies()), set(range(300)) - {150})


class Surreal(CommandTest):
    def serve(self, *args, **options):
        server = surreal_server.Server(*args, **options)
        self.addCleanup(server.stop)
        return server

    def test_ctrl_c_leaves_a_checkpoint_and_no_password_in_what_is_said(self):
        server = self.serve("rocksdb")
        url = server.url()
        surreal_server.query(url, "DEFINE TABLE post")
        self.write("input.ndjson", [{"title": f"t{n}", "content": "x" * 300} for n in range(30_000)])
        process = self.start("load", "input.ndjson", "--to", url, "--table", "post", "--batch", "50")
        while surreal_server.count(url, "post") == 0:
            self.assertIsNone(process.poll(), "it ended by itself")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=TIME_OUT), 3)
        words = process.stderr.read().decode()
        self.assertNotIn("root:root", words)
        self.assertIn(shlex.quote(url.replace("root:root", "root:***")), words)
        self.assertEqual(len(surreal_server.dump(url, "millrace_checkpoint")), 1)
        self.assertTrue(self.load("input.ndjson", "--resume", to=url).report["resumed"])
        self.assertEqual(sorted(record["title"] for record in surreal_server.dump(url, "post")), sorted(f"t{n}" for n in range(30_000)))
        self.assertEqual(surreal_server.dump(url, "millrace_checkpoint"), [])


class Killed(unittest.TestCase):
    def soak(self, store, kills, records):
        kills = int(os.environ.get("MILLRACE_KILLS", kills))
        seed = int(os.environ.get("MILLRACE_SEED", random.SystemRandom().randrange(1 << 32)))
        done = subprocess.run([sys.executable, "-B", SOAK, "--store", store, "--kills", str(kills), "--seed", str(seed), "--records", str(records)],
                              env={**os.environ, "MILLRACE": str(pathlib.Path(MILLRACE).resolve())}, capture_output=True, check=False)
        print(done.stdout.decode())
        self.assertEqual(done.returncode, 0, f"MILLRACE_SEED={seed}\n{done.stderr.decode()}")
        self.assertIn("all well", done.stdout.decode())

    def test_sqlite_killed_anywhere_has_each_record_once(self):
        self.soak("sqlite", 10, 10_000)

    def test_surrealdb_killed_anywhere_has_each_record_once(self):
        self.soak("rocksdb", 3, 5_000)


if __name__ == "__main__":
    unittest.main()
