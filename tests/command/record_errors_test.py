# SPDX-License-Identifier: Apache-2.0
"""Records that cannot be written: each is rejected by itself, with its place and reason, and its neighbours are written."""
import unittest

from support import REJECT_MEMBERS, CommandTest


class RecordErrors(CommandTest):
    def rejected(self, line, *args, table="post"):
        """Loads `line` between two good records; the one reject of it, whose place is checked."""
        line = line if isinstance(line, bytes) else line.encode()
        first = b'{"id":"first","title":"a"}\n'
        self.write("input.ndjson", first + line + b'\n{"id":"last","title":"z"}\n')
        outcome = self.load("input.ndjson", *args, table=table, status=1)
        self.assertEqual(outcome.counts(), (2, 1, 0))
        self.assertEqual(set(self.bodies(table)), {"first", "last"})
        [reject] = self.rejects()
        self.assertEqual((reject["source"], reject["line"], reject["byte"]), ("input.ndjson", 2, len(first)))
        self.assertIn(f"input.ndjson:2 (byte {len(first)})", outcome.err)
        self.assertIn(reject["reason"], outcome.err)
        for path in self.folder.glob("store.db*"):
            path.unlink()
        return reject

    def test_malformed_lines_of_every_kind(self):
        lines = ['tru', '{"a":01}', '[1,2,}]', '{"a":"\\ud800"}', '{"a":1}{"a":2}', '{"a":1', '{"a":"\t"}', "{'a':1}", '{"a":1,}',
                 '{"a":"\\x"}', '{"a":NaN}', '{"a":1.}', '{"a":.5}', '{"a":+1}', '{"a" 1}', '{a:1}', '{"a":1} x', '{"a":"b}',
                 '\\', '{"a":1e}', '{"a":"\\u12"}', 'title', '{"a":tru}', '{"a":-}', '{"a":[1 2]}', '{"a":1}}', '\x00']
        self.write("input.ndjson", "".join(f'{line}\n{{"id":{n}}}\n' for n, line in enumerate(lines)))
        outcome = self.load("input.ndjson", table="t", status=1)
        self.assertEqual(outcome.counts(), (len(lines), len(lines), 0))
        self.assertEqual(set(self.bodies("t")), set(range(len(lines))))
        rejects = self.rejects()
        self.assertEqual([(reject["record"], reject["line"], reject["id"]) for reject in rejects],
                         [(line, 2 * n + 1, None) for n, line in enumerate(lines)])
        for reject in rejects:
            self.assertEqual(set(reject), REJECT_MEMBERS)
            self.assertNotEqual(reject["reason"], "")

    def test_what_is_no_object(self):
        for line, value in (("[1]", [1]), ("1", 1), ('"text"', "text"), ("null", None), ("true", True)):
            with self.subTest(line=line):
                reject = self.rejected(line, table="t")
                self.assertIn("object", reject["reason"])

    def test_titles_that_are_none(self):
        for title, words in (("", "title is missing"), (', "title": null', "title"), (', "title": ""', "title is empty"), (', "title": 5', "title"),
                             (', "title": ["a"]', "title"), (', "title": "%s"' % ("x" * 1025), "title")):
            with self.subTest(title=title[:40]):
                reject = self.rejected('{"id": 5, "x": "y"%s}' % title)
                self.assertIn(words, reject["reason"])
                self.assertEqual((reject["id"], reject["record"]["x"]), (5, "y"))

    def test_a_title_of_1_kib_is_the_largest(self):
        self.load(self.write("input.ndjson", [{"title": "x" * 1024}, {"title": "é" * 512}]), to="sqlite:other.db")
        self.assertIn("1", self.rejected('{"title":"%s"}' % ("é" * 512 + "x"))["reason"])

    def test_content_of_another_type(self):
        self.assertIn("content", self.rejected('{"title":"a","content":{"a":1}}')["reason"])

    def test_created_at_that_is_no_datetime(self):
        for text in ('"yesterday"', '"2024-02-30T00:00:00Z"', '17', '"2024-01-01"'):
            with self.subTest(text=text):
                self.assertIn("created_at", self.rejected('{"title":"a","created_at":%s}' % text)["reason"])

    def test_a_line_that_is_not_utf8_is_kept_as_base64(self):
        reject = self.rejected(b'{"title":"\xff\xfe"}')
        self.assertEqual(set(reject), REJECT_MEMBERS - {"record"} | {"record_base64"})
        self.assertEqual(reject["record_base64"], "eyJ0aXRsZSI6Iv/+In0=")
        self.assertIn("UTF-8", reject["reason"])

    def test_a_record_larger_than_max_record(self):
        reject = self.rejected('{"title":"large","content":"%s"}' % ("x" * 5000), "--max-record", "4KiB")
        self.assertIn("--max-record", reject["reason"])

    def test_a_record_larger_than_a_chunk_is_written_up_to_max_record(self):
        self.write("input.ndjson", [{"id": "a", "title": "a"}, {"id": "b", "title": "b", "content": "é" * (5 << 20)}, {"id": "c", "title": "c"},
                                    {"id": "d", "title": "d", "content": "x" * (17 << 20)}, {"id": "e", "title": "e"}])
        outcome = self.load("input.ndjson", status=1)
        self.assertEqual(outcome.counts(), (4, 1, 0))
        self.assertEqual(self.bodies()["b"]["content"], "é" * (5 << 20))
        self.assertEqual(self.rejects()[0]["line"], 4)

    def test_a_type_that_does_not_fit(self):
        reject = self.rejected('{"id":"i","title":"a","n":"many"}', "--types", "n=int")
        self.assertIn("'n'", reject["reason"])
        self.assertEqual(reject["record"]["n"], "many")

    def test_a_duplicate_id(self):
        reject = self.rejected('{"id":"first","title":"again"}')
        self.assertIn("already in table post", reject["reason"])
        self.assertEqual((reject["id"], reject["record"]), ("first", {"id": "first", "title": "again"}))

    def test_a_rule_that_the_user_gave_the_table(self):
        self.load(self.write("input.ndjson", [{"id": "first", "title": "a"}]))
        self.sql("CREATE TRIGGER no_spam BEFORE INSERT ON post WHEN new.body LIKE '%spam%' BEGIN SELECT RAISE(ABORT, 'no spam here'); END")
        outcome = self.load(self.write("input.ndjson", [{"id": 1, "title": "ham"}, {"id": 2, "title": "spam"}, {"id": 3, "title": "ham"}]), status=1)
        self.assertEqual(outcome.counts(), (2, 1, 0))
        self.assertIn("no spam here", self.rejects()[0]["reason"])

    def test_a_rule_that_rolls_back_harms_no_neighbour(self):
        self.load(self.write("first.ndjson", [{"id": 0, "title": "t"}]))
        self.sql("CREATE TRIGGER no_spam BEFORE INSERT ON post WHEN new.body LIKE '%spam%' BEGIN SELECT RAISE(ROLLBACK, 'no spam here'); END")
        count, spam = 3000, {12, 13, 700, 2999}
        self.load(self.write("input.ndjson", [{"id": n, "title": "spam" if n in spam else "t"} for n in range(1, count)]), status=1)
        self.assertEqual(set(self.bodies()), set(range(count)) - spam)
        self.assertEqual({reject["id"] for reject in self.rejects()}, spam)


class MaxRejects(CommandTest):
    def input(self, good, bad):
        return self.write("input.ndjson", "".join('{"title":"a"}\n' if n % (good + bad) < good else "{}\n" for n in range(4000)))

    def test_as_many_as_allowed_finish_the_load(self):
        self.write("input.ndjson", "{}\n" * 5 + '{"title":"a"}\n')
        self.assertEqual(self.load("input.ndjson", "--max-rejects", "5", status=1).counts(), (1, 5, 0))

    def test_one_more_stops_the_load(self):
        self.write("input.ndjson", "{}\n" * 6 + '{"title":"a"}\n' * 100_000)
        outcome = self.load("input.ndjson", "--max-rejects", "5", status=3)
        self.assertEqual(outcome.counts(), (0, 6, 0))
        self.assertIn("--max-rejects", outcome.err)
        self.assertEqual(self.sql("SELECT count(*) FROM post"), [(outcome.report["records_written"],)])
        self.assertEqual(len(self.rejects()), 6)

    def test_what_stands_before_the_one_too_many_is_written_and_nothing_behind_it(self):
        self.write("input.ndjson", "".join('{"id":%d,"title":"%s"}\n' % (n, "" if n % 2 else "a") for n in range(1000)))
        outcome = self.load("input.ndjson", "--max-rejects", "5", status=3)
        self.assertEqual(outcome.counts(), (6, 6, 0))
        self.assertEqual(set(self.bodies()), {0, 2, 4, 6, 8, 10})

    def test_100_are_allowed_by_default_and_none_when_0_is_said(self):
        self.assertEqual(self.load(self.write("input.ndjson", "{}\n" * 100), status=1).counts(), (0, 100, 0))
        self.load(self.write("input.ndjson", "{}\n" * 101), status=3)
        self.load(self.write("input.ndjson", "{}\n"), "--max-rejects", "0", status=3)

    def test_a_share_counts_from_1000_records_on(self):
        self.load(self.write("input.ndjson", "{}\n" * 999), "--max-rejects", "1%", status=1)
        self.load(self.write("input.ndjson", "{}\n" * 1001), "--max-rejects", "1%", status=3)
        self.assertEqual(self.load(self.input(good=9, bad=1), "--max-rejects", "10%", status=1).counts(), (3600, 400, 0))
        self.load(self.input(good=9, bad=1), "--max-rejects", "9.5%", status=3)

    def test_duplicates_count_too(self):
        self.write("input.ndjson", [{"id": 1, "title": "a"}] * 7)
        self.load("input.ndjson", "--max-rejects", "6", status=1)
        self.load("input.ndjson", "--max-rejects", "6", status=3)


if __name__ == "__main__":
    unittest.main()
