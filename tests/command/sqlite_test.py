# SPDX-License-Identifier: Apache-2.0
"""Loading into SQLite: the layout that anyone may read with the sqlite3 module, ids, types and values."""
import datetime
import json
import re
import unittest
import uuid

from support import CommandTest

CREATED_AT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


class Layout(CommandTest):
    def test_a_new_file_has_our_pages_log_and_version(self):
        self.load(self.write("input.ndjson", [{"title": "a"}]))
        self.assertEqual(self.sql("PRAGMA page_size"), [(16384,)])
        self.assertEqual(self.sql("PRAGMA journal_mode"), [("wal",)])
        self.assertEqual(self.sql("PRAGMA user_version"), [(1,)])
        self.assertEqual(self.sql("PRAGMA integrity_check"), [("ok",)])

    def test_the_table_is_a_strict_one_without_other_indexes(self):
        self.load(self.write("input.ndjson", [{"title": "a"}]))
        [(sql,)] = self.sql("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'post'")
        self.assertEqual(re.sub(r"\s+", " ", sql),
                         'CREATE TABLE "post" (id ANY PRIMARY KEY NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL) STRICT')
        others = self.sql("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_autoindex_%' AND name <> 'post' "
                          "AND name NOT LIKE 'millrace\\_%' ESCAPE '\\'")
        self.assertEqual(others, [])

    def test_body_is_the_whole_record_as_valid_json_with_id_and_created_at(self):
        self.load(self.write("input.ndjson", [{"title": "a", "content": "b", "extra": {"x": [1, None, True]}}]))
        [(key, body, valid, created_at)] = self.sql("SELECT id, body, json_valid(body), created_at FROM post")
        self.assertEqual(valid, 1)
        record = json.loads(body)
        self.assertEqual(set(record), {"id", "title", "content", "extra", "created_at"})
        self.assertEqual((record["id"], record["extra"]), (key, {"x": [1, None, True]}))
        self.assertRegex(created_at, CREATED_AT)

    def test_created_at_is_the_records_own_with_milliseconds_in_utc(self):
        self.load(self.write("input.ndjson", [
            {"id": "z", "title": "a", "created_at": "2024-02-29T23:59:59Z"},
            {"id": "o", "title": "a", "created_at": "2024-02-29T23:59:59.123456+02:00"}]))
        self.assertEqual(dict(self.sql("SELECT id, created_at FROM post")),
                         {"z": "2024-02-29T23:59:59.000Z", "o": "2024-02-29T21:59:59.123Z"})

    def test_created_at_of_a_table_without_shape_is_the_commits_and_not_in_the_body(self):
        before = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        self.load(self.write("input.ndjson", [{"id": 1, "x": 1}]), table="reading")
        [(body, created_at)] = self.sql("SELECT body, created_at FROM reading")
        self.assertEqual(json.loads(body), {"id": 1, "x": 1})
        self.assertRegex(created_at, CREATED_AT)
        self.assertGreaterEqual(created_at[:19], before)

    def test_absent_and_null_content_are_stored_as_an_empty_text(self):
        self.load(self.write("input.ndjson", [{"id": 1, "title": "a"}, {"id": 2, "title": "a", "content": None}]))
        self.assertEqual([body["content"] for body in self.bodies().values()], ["", ""])

    def test_a_second_load_adds_to_the_table(self):
        self.load(self.write("input.ndjson", [{"id": 1, "title": "a"}]))
        self.load(self.write("more.ndjson", [{"id": 2, "title": "b"}]))
        self.assertEqual(set(self.bodies()), {1, 2})


class Ids(CommandTest):
    def test_text_and_int_ids_keep_their_kind(self):
        self.load(self.write("input.ndjson", [{"id": "7", "title": "text"}, {"id": 7, "title": "int"},
                                              {"id": -9223372036854775808, "title": "least"}, {"id": "ключ '\"", "title": "quotes"}]))
        kinds = dict(self.sql("SELECT json_extract(body, '$.title'), typeof(id) FROM post"))
        self.assertEqual(kinds, {"text": "text", "int": "integer", "least": "integer", "quotes": "text"})
        self.assertEqual(self.bodies()[7]["id"], 7)
        self.assertEqual(self.bodies()["7"]["id"], "7")

    def test_a_record_without_id_gets_a_uuid_of_version_7(self):
        self.load(self.write("input.ndjson", [{"title": str(n)} for n in range(100)]))
        ids = [uuid.UUID(key) for key in self.bodies()]
        self.assertEqual(len(ids), 100)
        self.assertEqual({key.version for key in ids}, {7})
        now = datetime.datetime.now().timestamp() * 1000
        for key in ids:
            self.assertAlmostEqual(key.int >> 80, now, delta=60_000)
        self.assertEqual({len(key) for (key,) in self.sql("SELECT id FROM post")}, {36})

    def test_id_names_the_field_that_holds_it(self):
        self.load(self.write("input.ndjson", [{"slug": "x", "title": "a"}]), "--id", "slug")
        self.assertEqual(list(self.bodies()), ["x"])

    def test_a_record_without_the_named_id_field_is_rejected(self):
        outcome = self.load(self.write("input.ndjson", [{"title": "a"}, {"slug": "x", "title": "b"}]), "--id", "slug", status=1)
        self.assertEqual(outcome.counts(), (1, 1, 0))
        self.assertIn("slug", self.rejects()[0]["reason"])

    def test_the_loads_own_table_before_the_key_is_taken_off(self):
        self.load(self.write("input.ndjson", [{"id": "post:key", "title": "a"}]))
        self.assertEqual(list(self.bodies()), ["key"])

    def test_ids_that_are_none_are_rejected_and_neighbours_written(self):
        bad = ['null', 'true', '1.5', '""', '"other:key"', '["a"]', '{"a":1}', '99999999999999999999', '"post:"']
        lines = [f'{{"id":{key},"title":"bad"}}\n{{"id":{n},"title":"good"}}\n' for n, key in enumerate(bad)]
        outcome = self.load(self.write("input.ndjson", "".join(lines)), status=1)
        self.assertEqual(outcome.counts(), (len(bad), len(bad), 0))
        rejects = self.rejects()
        self.assertEqual([reject["line"] for reject in rejects], [2 * n + 1 for n in range(len(bad))])
        for reject in rejects:
            self.assertIn("id", reject["reason"])

    def test_an_id_becomes_a_uuid_by_types_only(self):
        key = "018CC251-F400-715C-9E55-32FBEEA293F8"
        self.load(self.write("input.ndjson", [{"id": key, "x": 1}]), table="plain")
        self.assertEqual(self.sql("SELECT id FROM plain"), [(key,)])
        self.load("input.ndjson", "--types", "id=uuid", table="typed")
        self.assertEqual(self.sql("SELECT id FROM typed"), [(key.lower(),)])


class Values(CommandTest):
    def test_the_last_of_duplicate_keys_wins(self):
        self.load(self.write("input.ndjson", '{"id":1,"title":"first","title":"last","x":1,"x":2}\n'))
        body = self.bodies()[1]
        self.assertEqual((body["title"], body["x"]), ("last", 2))
        self.assertEqual(self.sql("SELECT json_extract(body, '$.title'), json_extract(body, '$.x') FROM post"), [("last", 2)])

    def test_a_20_digit_integer_keeps_its_digits(self):
        self.load(self.write("input.ndjson", '{"id":1,"x":12345678901234567890,"y":[-98765432109876543210]}\n'), table="t")
        [(body,)] = self.sql("SELECT body FROM t")
        self.assertIn("12345678901234567890", body)
        self.assertIn("-98765432109876543210", body)

    def test_types_convert_named_fields(self):
        self.load(self.write("input.ndjson", [{"id": 1, "i": "42", "f": "1.5", "b": "true", "d": "2024-01-01T02:00:00+02:00", "n": "1.10",
                                               "u": "018CC251-F400-715C-9E55-32FBEEA293F8", "t": 7, "s": "1h30m", "r": "person:tobie"}]),
                  "--types", "i=int,f=float,b=bool,d=datetime,n=decimal,u=uuid,t=text,s=duration,r=record", table="t")
        body = self.bodies("t")[1]
        self.assertEqual((body["i"], body["f"], body["b"], body["t"]), (42, 1.5, True, "7"))
        self.assertEqual((body["n"], body["u"], body["s"], body["r"]),
                         ("1.10", "018cc251-f400-715c-9e55-32fbeea293f8", "1h30m", "person:tobie"))
        self.assertRegex(body["d"], r"^2024-01-01T00:00:00(\.0+)?Z$")

    def test_a_value_that_does_not_convert_rejects_its_record(self):
        outcome = self.load(self.write("input.ndjson", [{"id": 1, "i": "x"}, {"id": 2, "i": "2"}, {"id": 3, "i": 1.5}]),
                            "--types", "i=int", table="t", status=1)
        self.assertEqual(outcome.counts(), (1, 2, 0))
        for reject in self.rejects():
            self.assertIn("'i'", reject["reason"])

    def test_query_keeps_and_renames_fields(self):
        self.load(self.write("input.ndjson", [{"id": 1, "name": "n", "body": "b", "drop": 1}]),
                  "--query", "SELECT id, name AS title, body AS content FROM $input")
        body = self.bodies()[1]
        self.assertEqual({name: body[name] for name in body if name != "created_at"}, {"id": 1, "title": "n", "content": "b"})

    def test_batch_and_in_flight_change_nothing_but_the_batches(self):
        self.write("input.ndjson", [{"id": n, "title": str(n)} for n in range(100)])
        outcome = self.load("input.ndjson", "--batch", "7", "--in-flight", "3")
        self.assertEqual(outcome.counts(), (100, 0, 0))
        self.assertGreaterEqual(outcome.report["batches"], 14)
        self.assertEqual({key: body["title"] for key, body in self.bodies().items()}, {n: str(n) for n in range(100)})


class Duplicates(CommandTest):
    def setUp(self):
        super().setUp()
        self.load(self.write("input.ndjson", [{"id": 1, "title": "old", "extra": 1}]))
        self.write("input.ndjson", [{"id": 1, "title": "new"}, {"id": 2, "title": "first"}, {"id": 2, "title": "second"}])

    def titles(self):
        return {key: body["title"] for key, body in self.bodies().items()}

    def test_fail_rejects_the_record_and_goes_on(self):
        outcome = self.load("input.ndjson", status=1)
        self.assertEqual(outcome.counts(), (1, 2, 0))
        self.assertEqual(self.titles(), {1: "old", 2: "first"})
        self.assertEqual([(reject["line"], reject["id"]) for reject in self.rejects()], [(1, 1), (3, 2)])
        self.assertIn("already", self.rejects()[0]["reason"])

    def test_skip_counts_it_as_skipped(self):
        outcome = self.load("input.ndjson", "--on-duplicate", "skip")
        self.assertEqual(outcome.counts(), (1, 0, 2))
        self.assertEqual(self.titles(), {1: "old", 2: "first"})

    def test_replace_replaces_the_whole_content(self):
        outcome = self.load("input.ndjson", "--on-duplicate", "replace")
        self.assertEqual(outcome.counts(), (3, 0, 0))
        self.assertEqual(self.titles(), {1: "new", 2: "second"})
        self.assertNotIn("extra", self.bodies()[1])


if __name__ == "__main__":
    unittest.main()
