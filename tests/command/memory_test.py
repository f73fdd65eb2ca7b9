# SPDX-License-Identifier: Apache-2.0
"""Memory does not grow with the input, whatever is in it."""
import json
import subprocess
import sys
import unittest

from support import MILLRACE, ROOT, TIME_OUT, CommandTest


class Memory(CommandTest):
    def test_200000_posts_stay_under_48_mib(self):
        self.run_command("generate", "posts", "--count", "200000", "-o", "posts.ndjson")
        outcome = self.load("posts.ndjson")
        self.assertEqual(outcome.counts(), (200_000, 0, 0))
        self.assertLess(outcome.report["peak_rss_bytes"], 48 << 20)
        self.assertEqual(self.sql("SELECT count(*) FROM post"), [(200_000,)])

    def test_rejects_and_repeats_of_one_id_are_not_gathered(self):
        with open(self.folder / "input.ndjson", "w", encoding="utf-8") as file:
            for n in range(150_000):
                file.write(json.dumps({"id": 1 if n % 2 else n, "title": "a" if n % 3 else "", "content": "x" * 200}) + "\n")
        outcome = self.load("input.ndjson", "--max-rejects", "100%", status=1)
        self.assertEqual(outcome.report["records_read"], 150_000)
        self.assertLess(outcome.report["peak_rss_bytes"], 48 << 20)

    def test_one_line_without_an_end_is_not_gathered(self):
        with open(self.folder / "input.ndjson", "wb") as file:
            file.write(b'{"title":"')
            file.truncate(200 << 20)  # zeros, which take no room on the disk
        outcome = self.load("input.ndjson", status=1)
        self.assertEqual(outcome.counts(), (0, 1, 0))
        self.assertLess(outcome.report["peak_rss_bytes"], 48 << 20)

    def check_bench(self, stores, inputs):
        """The benchmark's inputs, small: each is in the store, and the peak under --memory and a control group's limit."""
        done = subprocess.run([sys.executable, "-B", str(ROOT / "bench/load/memory_bench.py"), "--millrace", MILLRACE, "--stores", stores,
                               "--inputs", inputs, "--gigabytes", "0.01", "--scale", "0.01", "--folder", str(self.folder)],
                              capture_output=True, text=True, timeout=2 * TIME_OUT, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_any_input_stays_under_memory_into_sqlite(self):
        self.check_bench("sqlite", "posts,mixed,large,growing,tiny_after_posts,bad,bad_posts,wide,fields,large_rows")

    def test_large_records_stay_under_memory_into_surrealdb(self):
        self.check_bench("mem", "mixed,large,growing")

    def test_a_record_that_memory_has_no_room_for_is_rejected_alone(self):
        with open(self.folder / "input.ndjson", "wb") as file:
            for n in range(30):
                file.write(b'{"id":%d,"title":"t","content":"%b"}\n' % (n, b"x" * ((4 if n % 3 else 8) << 20)))
        outcome = self.load("input.ndjson", "--memory", "48MiB", "--rejects", "rejects", status=1)
        self.assertEqual(outcome.counts(), (20, 10, 0))
        self.assertLess(outcome.report["peak_rss_bytes"], 48 << 20)
        for reject in self.rejects("rejects"):
            self.assertIn("larger than --memory has room for (4.8 MiB)", reject["reason"])


if __name__ == "__main__":
    unittest.main()
