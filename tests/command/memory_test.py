# SPDX-License-Identifier: Apache-2.0
"""Memory does not grow with the input."""
import json
import unittest

from support import CommandTest


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


if __name__ == "__main__":
    unittest.main()
