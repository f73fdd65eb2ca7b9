# SPDX-License-Identifier: Apache-2.0
"""`process --to` and `load --query`: a query's rows into SQLite and a real SurrealDB."""
import json
import re
import shlex
import unittest

import surreal_server
from support import CommandTest

server = None


def setUpModule():
    global server
    server = surreal_server.Server("mem")


def tearDownModule():
    server.stop()


FIGURES = ("records_read", "records_written", "records_rejected", "records_skipped", "records_filtered", "rows_written")


class IntoStore(CommandTest):
    def process(self, query, *args, to="sqlite:store.db", table="t", status=0, **options):
        (self.folder / "report.json").unlink(missing_ok=True)
        outcome = self.run_command("process", query, *args, "--to", to, "--table", table, "--report", "report.json", **options)
        self.assertEqual(outcome.status, status, outcome.err)
        if status != 2:
            outcome.report = json.loads((self.folder / "report.json").read_text())
            self.check_report(outcome.report, status)
        return outcome

    def figures(self, *args, **options):
        report = self.process(*args, **options).report
        return tuple(report[name] for name in FIGURES)


class Defaults(IntoStore):
    def test_process_takes_csv_cells_for_numbers_and_load_does_not(self):
        self.write("a.csv", "id,n,e\n1,5,\n")
        self.process("SELECT id, n, e FROM $input", "a.csv")
        self.load("a.csv", "--query", "SELECT id, n, e FROM $input", table="u")
        self.assertEqual(self.bodies("t"), {1: {"id": 1, "n": 5}})
        self.assertEqual(self.bodies("u"), {"1": {"id": "1", "n": "5", "e": ""}})

    def test_load_validates_all_of_a_record_and_process_what_it_reads(self):
        self.write("input.ndjson", '{"id":1,"b":01}\n')
        self.process("SELECT id FROM $input", "input.ndjson")
        self.load("input.ndjson", "--query", "SELECT id FROM $input", table="u", status=1)
        self.process("SELECT id FROM $input", "input.ndjson", "--strict", table="v", status=1)

    def test_the_full_language_before_writing_posts(self):
        self.write("input.ndjson", [{"id": n, "head": f"t{n}", "body": "b" if n % 2 else None, "words": ["x"] * n} for n in range(5)])
        outcome = self.load("input.ndjson", "--query", "SELECT id, string::uppercase(head) AS title, body AS content, words.len() AS n FROM $input WHERE id > $least",
                            "--param", "least=1")
        self.assertEqual(outcome.report["records_filtered"], 2)
        posts = self.bodies()
        self.assertEqual(sorted(posts), [2, 3, 4])
        self.assertEqual((posts[3]["title"], posts[3]["content"], posts[3]["n"], posts[2]["content"]), ("T3", "b", 3, ""))
        self.assertRegex(posts[3]["created_at"], r"^20\d\d-")

    def test_nothing_is_done_for_a_wrong_command_line(self):
        self.write("input.ndjson", [{"a": 1}])
        for args in (["SELECT a FROM", "input.ndjson"], ["SELECT a FROM $input", "none"], ["SELECT a FROM $input", "input.ndjson", "--batch", "x"],
                     ["SELECT a FROM $input", "input.ndjson", "--resume", "--restart"], ["SELECT a FROM $input", "input.ndjson", "--on-duplicate", "x"],
                     ["SELECT a FROM $input", "input.ndjson", "--rejects", "store.db"]):
            with self.subTest(args=args):
                self.process(*args, status=2)
        self.process("SELECT a FROM $input", "input.ndjson", table="sqlite_x", status=2)
        self.load("input.ndjson", "--param", "a=1", status=2)
        for query in ("", " "):
            self.assertEqual(self.load("input.ndjson", "--query", query, status=2).err, self.process(query, "input.ndjson", status=2).err)
        self.assertEqual(self.process("SELECT '\udcff' FROM $input", "input.ndjson", status=2).err, "millrace: the query is not UTF-8\n")  # the byte 0xff
        self.assertEqual(self.names(), ["input.ndjson"])


class Counts(IntoStore):
    def setUp(self):
        super().setUp()
        self.write("input.ndjson", '{"id":1,"k":"a","v":[1,2]}\n{"id":2,"k":"b","v":[]}\nx\n{"id":1,"k":"a","v":[3]}\n{"id":4,"k":"c","v":[4]}\n')

    def test_every_query_adds_up(self):
        self.assertEqual(self.figures("SELECT * FROM $input WHERE k != 'c'", "input.ndjson", status=1), (5, 2, 2, 0, 1, 2))
        self.assertEqual(self.figures("SELECT * FROM $input", "input.ndjson", "--on-duplicate", "skip", table="s", status=1), (5, 3, 1, 1, 0, 3))
        self.assertEqual(self.figures("SELECT * FROM $input", "input.ndjson", "--on-duplicate", "replace", table="r", status=1), (5, 4, 1, 0, 0, 4))
        self.assertEqual(self.figures("SELECT v, k FROM $input SPLIT v", "input.ndjson", table="w", status=1), (6, 5, 1, 0, 0, 5))
        self.assertEqual(self.figures("SELECT k AS id, count() AS n FROM $input GROUP BY k", "input.ndjson", table="g", status=1), (5, 4, 1, 0, 0, 3))
        self.assertEqual(self.figures("SELECT k AS id, count() AS n FROM $input GROUP BY k", "input.ndjson", "--on-duplicate", "skip", table="g", status=1), (5, 1, 1, 3, 0, 0))
        self.assertEqual(self.figures("SELECT * FROM $input ORDER BY id DESC LIMIT 1", "input.ndjson", table="o", status=1), (5, 1, 1, 0, 3, 1))
        self.assertEqual(self.bodies("g"), {"a": {"id": "a", "n": 2}, "b": {"id": "b", "n": 1}, "c": {"id": "c", "n": 1}})
        self.assertEqual(list(self.bodies("o")), [4])

    def test_rejects_name_the_inputs_record(self):
        self.process("SELECT id, k FROM $input", "input.ndjson", status=1)
        self.assertEqual([(r["line"], r["byte"], r["id"], r["record"]) for r in self.rejects()],
                         [(3, 51, None, "x"), (4, 53, 1, {"id": 1, "k": "a", "v": [3]})])
        self.process("SELECT k AS id FROM $input GROUP BY k", "input.ndjson", table="t", status=1)
        self.process("SELECT k AS id FROM $input GROUP BY k", "input.ndjson", table="t", status=1)
        self.assertIn((None, None, None, "b", {"id": "b"}), [(r["source"], r["line"], r["byte"], r["id"], r["record"]) for r in self.rejects()])
        self.process("SELECT VALUE k FROM $input", "input.ndjson", table="v", status=1)
        self.assertIn("not an object", self.rejects()[0]["reason"])

    def test_a_mended_file_of_rejects_is_loaded_with_the_same_query(self):
        self.process("SELECT id, k FROM $input", "input.ndjson", status=1)
        self.write("mended.rejects", (self.folder / "input.ndjson.rejects").read_text().replace('"id":1,"k"', '"id":9,"k"').replace('"record":"x"', '"record":{"id":10}'))
        self.process("SELECT id, k FROM $input", "mended.rejects")
        self.assertEqual(sorted(self.bodies("t")), [1, 2, 4, 9, 10])

    def test_sorted_rows_of_a_file_of_rejects_keep_the_place_that_it_tells(self):
        self.write("first.ndjson", '{"id":1,"s":"a"}\n{"id":"b c","s":2}\n')
        self.write("second.ndjson", '{"id":7,"s":3}\n')
        self.process("SELECT id, string::len(s) AS n FROM $input", "first.ndjson", "second.ndjson", "--rejects", "all.rejects", status=1)
        # Id 1 is there already, and 1.5 is no id: one is refused by the store, one before.
        self.process("SELECT 1 AS id FROM $input", "first.ndjson", table="u", status=1)
        self.process("SELECT IF s = 2 { 1 } ELSE { 1.5 } AS id, s FROM $input ORDER BY s", "all.rejects", "--format", "rejects", "--rejects", "again.rejects", table="u", status=1)
        self.assertEqual([(r["source"], r["line"], r["byte"], r["id"]) for r in self.rejects("again.rejects")], [("second.ndjson", 1, 0, 1.5), ("first.ndjson", 2, 17, 1)])

    def test_a_rejects_id_is_that_of_the_field_that_holds_it(self):
        self.write("input.ndjson", '{"key":"k","id":1,"s":2}\n')
        self.process("SELECT key, string::len(s) AS n FROM $input", "input.ndjson", "--id", "key", status=1)
        self.assertEqual([r["id"] for r in self.rejects()], ["k"])

    def test_sorted_rows_and_groups_stay_within_memory_on_their_way_into_a_store(self):
        self.run_command("generate", "posts", "--count", "120000", "-o", "posts.ndjson")
        for query, table in (("SELECT title, content, id FROM $input ORDER BY title", "a"), ("SELECT id, count() AS n, array::group(content) AS c FROM $input GROUP BY id", "b")):
            with self.subTest(query=query):
                report = self.process(query, "posts.ndjson", "--memory", "48MiB", table=table).report
                self.assertEqual(report["rows_written"], 120000)
                self.assertLess(report["peak_rss_bytes"], 48 << 20)

    def test_a_row_that_is_too_large_to_be_kept_is_its_records_reject(self):
        self.write("input.ndjson", '{"n":2}\n{"n":1}\n')
        repeat = 'SELECT n AS id, IF n = 1 { array::repeat(string::repeat("%s", 1000000), %d) } AS a FROM $input ORDER BY id'
        for character, count, record in (("x", 200, {"n": 1}), ("\\u{1}", 40, None)):  # as text of ours, and as JSON
            with self.subTest(count=count):
                table = f"t{count}"
                self.assertEqual(self.figures(repeat % (character, count), "input.ndjson", table=table, status=1), (2, 1, 1, 0, 0, 1))
                [reject] = self.rejects()
                self.assertEqual((reject["line"], reject["byte"], reject["record"]), (2, 8, record))
                self.assertIn("more memory", reject["reason"])
                self.assertEqual(list(self.bodies(table)), [2])

    def test_resume_is_refused_where_rows_are_counted(self):
        for query in ("SELECT k FROM $input GROUP BY k", "SELECT * FROM $input ORDER BY k", "SELECT * FROM $input LIMIT 2"):
            self.assertIn("--resume", self.process(query, "input.ndjson", "--resume", status=2).err)

    def test_a_stopped_job_says_how_to_go_on_and_does(self):
        self.write("many.ndjson", [{"id": n, "k": "x", "v": [n, n]} for n in range(3000)] + [{"id": "a" * n} for n in range(1, 9)])
        outcome = self.process("SELECT id, v + 1 AS w, v FROM $input WHERE v SPLIT v", "many.ndjson", "--id", "key", "--max-rejects", "3", status=3)
        self.assertNotIn("--on-duplicate skip", outcome.err)
        outcome = self.process("SELECT v, k FROM $input WHERE k SPLIT v", "many.ndjson", "--restart", table="u")
        self.assertEqual(self.sql("SELECT count(*) FROM u"), [(6000,)])


class Words(IntoStore):
    def setUp(self):
        super().setUp()
        self.write("input.ndjson", [{"id": n, "s": n if n > 1 else "a"} for n in range(6)])
        self.query = "SELECT id, string::len(s) AS n, 'ws://u:v@w' AS u FROM $input WHERE $at = 'http://a:b@c/d'"
        self.limits = ("--max-rejects", "2", "--param", "at=http://a:b@c/d")

    def go_on(self, outcome):
        """The words of the command that is printed."""
        [line] = re.findall(r"To go on, run:\n  (.*)\n", outcome.err)
        return shlex.split(line)

    def test_how_to_go_on_is_a_command_that_does(self):
        outcome = self.process(self.query, "input.ndjson", *self.limits, status=3)
        self.assertIn("raise it", outcome.err)
        self.assertIn("load that file again, with the same query", outcome.err)
        words = self.go_on(outcome)
        self.assertEqual(words[2:4], [self.query, "input.ndjson"])
        words[words.index("--max-rejects") + 1] = "9"
        outcome = self.run_command(*words[1:])
        self.assertEqual(outcome.status, 1, outcome.err)
        self.assertEqual(sorted(self.bodies("t")), [0, 1])

    def test_a_stop_of_rows_for_a_file_says_to_raise_max_rejects(self):
        self.assertIn("--max-rejects allows: 1; raise it", self.run_command("process", "SELECT string::len(s) FROM $input", "input.ndjson", "--max-rejects", "0").err)

    def test_the_stores_password_alone_is_hidden(self):
        for to in (["--to", server.url()], [f"--to={server.url()}"]):
            with self.subTest(to=to):
                outcome = self.run_command("load", "input.ndjson", "--query", self.query, *self.limits, *to, "--table", f"t{len(to)}")
                self.assertEqual(outcome.status, 3, outcome.err)
                words = self.go_on(outcome)
                self.assertEqual([word for word in words if "://" in word and "root" not in word], [self.query, "at=http://a:b@c/d"])
                [store] = [word for word in words if "root" in word]
                self.assertIn("://root:***@", store)

    def test_without_a_query_nothing_is_said_of_one(self):
        outcome = self.load(self.write("bad.ndjson", "x\n"), status=1)
        self.assertIn("load that file again.\n", outcome.err)


class Surreal(IntoStore):
    def setUp(self):
        super().setUp()
        self.url = server.url()

    def test_values_keep_their_types(self):
        self.write("input.ndjson", '{"id":"x","big":12345678901234567890,"s":"a\\u00e9","at":"2024-01-01T00:00:00Z"}\n')
        self.process("SELECT id, big, s, 1.50dec AS d, 1h30m AS w, u'018cc251-f400-715c-9e55-32fbeea293f8' AS u, <bytes> 'abc' AS b, person:tobie AS r, "
                     "<datetime> at AS at, [1.5dec, {d: 1d}] AS l, NULL AS nil, NONE AS none, 1.0f AS f FROM $input", "input.ndjson", to=self.url)
        [[row]] = surreal_server.query(self.url, "SELECT VALUE [big = 12345678901234567890dec, s = 'aé', d = 1.5dec, type::is_decimal(d), w = 1h30m, type::is_uuid(u), "
                                                 "type::is_bytes(b), r = person:tobie, type::is_record(r), at = d'2024-01-01T00:00:00Z', l = [1.5dec, {d: 1d}], nil = NULL, "
                                                 "none = NONE, type::is_float(f), record::id(id) = 'x'] FROM t")
        self.assertEqual(row, [True] * 15)

    def test_both_stores_have_the_same_rows(self):
        self.run_command("generate", "posts", "--count", "2000", "-o", "posts.ndjson")
        for query, table in (("SELECT * FROM $input WHERE score > 3", "a"), ("SELECT id, string::uppercase(title) AS title, tags FROM $input", "b"),
                             ("SELECT lang AS id, count() AS n, math::mean(score) AS mean FROM $input GROUP BY lang", "c"),
                             ("SELECT *, score * 2 AS twice OMIT content FROM $input ORDER BY title LIMIT 50", "d")):
            with self.subTest(query=query):
                sqlite = self.figures(query, "posts.ndjson", table=table)
                self.assertEqual(self.figures(query, "posts.ndjson", to=self.url, table=table), sqlite)
                by_id = lambda records: {record["id"]: record for record in records}
                got = by_id(self.get(table, self.url, "--limit", "5000"))
                self.assertEqual(got, by_id(self.get(table, "sqlite:store.db", "--limit", "5000")))
                self.assertEqual(len(got), sqlite[5])

    def test_a_rule_of_the_store_rejects_the_row_and_names_the_inputs_record(self):
        surreal_server.query(self.url, "DEFINE TABLE t; DEFINE FIELD n ON t TYPE int ASSERT $value < 100")
        self.write("input.ndjson", [{"id": n, "m": n} for n in range(60)])
        self.assertEqual(self.figures("SELECT id, m * 2 AS n FROM $input", "input.ndjson", to=self.url, status=1), (60, 50, 10, 0, 0, 50))
        self.assertEqual({(r["line"], r["id"], r["record"]["m"]) for r in self.rejects()}, {(n + 1, n, n) for n in range(50, 60)})

    def test_a_store_that_is_not_there_is_waited_for_and_then_exit_3(self):
        self.write("input.ndjson", [{"id": 1}])
        outcome = self.process("SELECT * FROM $input", "input.ndjson", "--wait", "200ms", to="ws://root:root@127.0.0.1:1/a/b", status=3)
        self.assertIn("does not answer", outcome.err)


if __name__ == "__main__":
    unittest.main()
