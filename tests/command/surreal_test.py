# SPDX-License-Identifier: Apache-2.0
"""Loading into SurrealDB, and reading back by the official SDK and by the command: values, ids, duplicates, users."""
import json
import unittest
import urllib.parse

import surreal_server
from support import CommandTest

server = None


def setUpModule():
    global server
    server = surreal_server.Server("mem")


def tearDownModule():
    server.stop()


class Surreal(CommandTest):
    def setUp(self):
        super().setUp()
        self.url = server.url()

    def dump(self, table="post"):
        return {record["id"]: record for record in surreal_server.dump(self.url, table)}


class Values(Surreal):
    def test_posts_are_stored_with_their_types(self):
        self.load(self.write("input.ndjson", [{"id": "a", "title": "t", "created_at": "2024-02-29T23:59:59.123+02:00", "n": [1, 2.5, None, True, {"x": "y"}]},
                                              {"title": "generated"}]), to=self.url)
        record = self.dump()["a"]
        self.assertEqual((record["title"], record["content"], record["n"]), ("t", "", [1, 2.5, None, True, {"x": "y"}]))
        types = surreal_server.query(self.url, "SELECT VALUE [type::is_datetime(created_at), type::is_string(title), created_at = d'2024-02-29T21:59:59.123Z'] "
                                               "FROM post:a")
        self.assertEqual(types, [[[True, True, True]]])
        self.assertEqual([len(key) for key in self.dump() if key != "a"], [36])

    def test_types_become_the_stores_own(self):
        self.load(self.write("input.ndjson", '{"id":1,"d":"1.10","w":"1h30m","u":"018cc251-f400-715c-9e55-32fbeea293f8","r":"person:tobie","b":"AAEC","big":12345678901234567890}\n'),
                  "--types", "d=decimal,w=duration,u=uuid,r=record,b=bytes", to=self.url, table="t")
        [[row]] = surreal_server.query(self.url, "SELECT VALUE [type::is_decimal(d), d = 1.10dec, type::is_duration(w), w = 1h30m, type::is_uuid(u), type::is_record(r), "
                                                 "r = person:tobie, type::is_bytes(b), type::is_decimal(big), big = 12345678901234567890dec] FROM t")
        self.assertEqual(row, [True] * 10)
        [record] = self.get("t/1", self.url)
        self.assertEqual((record["d"], record["w"], record["r"], record["b"]), ("1.1", "1h30m", "person:tobie", "AAEC"))  # the engine drops the zero
        self.assertIn("12345678901234567890", json.dumps(record["big"]))

    def test_csv_cells_and_empty_ones_left_out(self):
        self.load(self.write("a.csv", "id,n,s,e\n1,5,x,\n"), "--types", "auto", to=self.url, table="t")
        self.assertEqual(list(self.dump("t").values()), [{"id": 1, "n": 5, "s": "x"}])

    def test_get_gives_descending_ids_and_the_id_first(self):
        self.load(self.write("input.ndjson", [{"title": f"t{n}", "id": n} for n in range(300)]), to=self.url)
        records = self.get("post", self.url, "--limit", "250")
        self.assertEqual([record["id"] for record in records], list(range(299, 49, -1)))
        self.assertEqual(list(records[0])[0], "id")
        self.assertEqual(self.run_command("get", "post/300", "--from", self.url).status, 1)
        self.assertEqual(self.get("nowhere", self.url), [])

    def test_both_stores_give_the_same_records_back(self):
        self.run_command("generate", "posts", "--count", "300", "-o", "posts.ndjson")
        self.load("posts.ndjson")
        self.load("posts.ndjson", to=self.url)
        args = ("--limit", "300")
        by_id = lambda records: {record["id"]: record for record in records}
        self.assertEqual(by_id(self.get("post", self.url, *args)), by_id(self.get("post", "sqlite:store.db", *args)))

    def test_rejects_and_places_are_as_for_sqlite(self):
        self.load(self.write("input.ndjson", '{"id":1,"title":"a"}\n{"id":2,"title":""}\n{"id":1,"title":"b"}\nmalformed\n'), to=self.url, status=1)
        self.assertEqual(sorted((reject["line"], reject["byte"], reject["id"]) for reject in self.rejects() if reject["id"]), [(2, 21, 2), (3, 41, 1)])
        self.assertEqual(len(self.rejects()), 3)
        self.assertEqual(self.dump()[1]["title"], "a")

    def test_a_rule_of_the_store_rejects_in_its_words_and_neighbours_are_written(self):
        surreal_server.query(self.url, "DEFINE TABLE t; DEFINE FIELD n ON t TYPE int ASSERT $value < 1000")
        bad = {7, 250, 251, 999}
        self.write("input.ndjson", [{"id": n, "n": 5000 if n in bad else n % 1000} for n in range(1500)])
        outcome = self.load("input.ndjson", to=self.url, table="t", status=1)
        self.assertEqual(outcome.counts(), (1496, 4, 0))
        self.assertEqual({reject["id"] for reject in self.rejects()}, bad)
        self.assertIn("5000", self.rejects()[0]["reason"])
        self.assertEqual(surreal_server.count(self.url, "t"), 1496)


class Ids(Surreal):
    def test_ids_of_every_kind_are_found_again(self):
        ids = ["plain", "with space", "o'brien", 'say "x"', "back`tick", "⟨angle⟩", "ключ", "😀", "a/b", "1", 1, -5, 9223372036854775807, -9223372036854775808,
               "new\nline", "018cc251-f400-715c-9e55-32fbeea293f8", "{}", "[1]", "null", "a:b".replace(":", ";"), "$x"]
        self.load(self.write("input.ndjson", [{"id": key, "n": n} for n, key in enumerate(ids)]), to=self.url, table="t")
        dumped = surreal_server.dump(self.url, "t")
        self.assertEqual({(type(record["id"]), record["id"]) for record in dumped}, {(type(key), key) for key in ids})
        for n, key in enumerate(ids):
            if key != 1:  # "1" is found first
                with self.subTest(key=key):
                    self.assertEqual(self.get("t/" + urllib.parse.quote(str(key), safe=""), self.url), [{"id": key, "n": n}])

    def test_the_loads_own_table_before_the_key_is_taken_off_and_others_are_rejected(self):
        outcome = self.load(self.write("input.ndjson", [{"id": "post:key", "title": "a"}, {"id": "other:key", "title": "a"}]), to=self.url, status=1)
        self.assertEqual(outcome.counts(), (1, 1, 0))
        self.assertEqual(list(self.dump()), ["key"])

    def test_a_uuid_by_types_is_the_stores_uuid(self):
        key = "018cc251-f400-715c-9e55-32fbeea293f8"
        self.load(self.write("input.ndjson", [{"id": key}]), "--types", "id=uuid", to=self.url, table="t")
        self.assertEqual(surreal_server.query(self.url, "SELECT VALUE type::is_uuid(record::id(id)) FROM t"), [[True]])
        self.assertEqual(self.get(f"t/{key}", self.url), [{"id": key}])


class Duplicates(Surreal):
    def setUp(self):
        super().setUp()
        self.load(self.write("input.ndjson", [{"id": n, "title": "old", "extra": 1} for n in range(0, 100, 10)]), to=self.url)
        # Every tenth is there; each comes twice.
        self.write("input.ndjson", [{"id": n, "title": title} for title in ("first", "second") for n in range(100)])

    def titles(self):
        return {key: record["title"] for key, record in self.dump().items()}

    def test_fail_rejects_each_and_goes_on(self):
        outcome = self.load("input.ndjson", "--max-rejects", "1000", to=self.url, status=1)
        self.assertEqual(outcome.counts(), (90, 110, 0))
        self.assertEqual(self.titles(), {n: "first" if n % 10 else "old" for n in range(100)})
        self.assertIn("already", self.rejects()[0]["reason"])

    def test_skip_counts_each_as_skipped(self):
        outcome = self.load("input.ndjson", "--on-duplicate", "skip", to=self.url)
        self.assertEqual(outcome.counts(), (90, 0, 110))
        self.assertEqual(self.titles(), {n: "first" if n % 10 else "old" for n in range(100)})

    def test_replace_leaves_the_last_whole(self):
        outcome = self.load("input.ndjson", "--on-duplicate", "replace", to=self.url)
        self.assertEqual(outcome.counts(), (200, 0, 0))
        self.assertEqual(self.titles(), dict.fromkeys(range(100), "second"))
        self.assertNotIn("extra", self.dump()[0])


class Users(Surreal):
    def setUp(self):
        super().setUp()
        surreal_server.query(self.url, "DEFINE USER IF NOT EXISTS boss ON NAMESPACE PASSWORD 'n:/@s%' ROLES EDITOR")
        surreal_server.query(self.url, "DEFINE USER IF NOT EXISTS clerk ON DATABASE PASSWORD 'd' ROLES EDITOR")
        surreal_server.query(self.url, "DEFINE USER IF NOT EXISTS guest ON DATABASE PASSWORD 'g' ROLES VIEWER")
        self.database = "/".join(self.url.split("/")[3:])
        self.write("input.ndjson", [{"id": 1, "title": "a"}])

    def as_user(self, user, options=""):
        return server.url(self.database, user, options)

    def test_namespace_and_database_users_load_and_read(self):
        for user, level in (("boss:n%3A%2F%40s%25", "namespace"), ("clerk:d", "database")):
            url = self.as_user(user, f"?auth={level}")
            self.assertEqual(self.load("input.ndjson", "--on-duplicate", "replace", to=url).counts(), (1, 0, 0))
            self.assertEqual(len(self.get("post", url)), 1)

    def test_a_password_comes_from_a_file_or_the_environment(self):
        url = self.as_user("clerk", "?auth=database")
        self.write("password", "d\n")
        self.load("input.ndjson", "--password-file", "password", to=url)
        self.assertEqual(len(self.get("post", url, env={"MILLRACE_STORE_PASSWORD": "d"})), 1)

    def test_a_wrong_password_is_exit_2_and_never_printed(self):
        for url in (self.as_user("root:s3cret"), self.as_user("clerk:s3cret", "?auth=database"), self.as_user("root:s3cret", "?auth=namespace")):
            outcome = self.load("input.ndjson", to=url, status=2)
            self.assertNotIn("s3cret", outcome.err + outcome.out)
            self.assertRegex(outcome.err, "user|password|sign")
        outcome = self.run_command("get", "post", "--from", self.as_user("root:s3cret"))
        self.assertEqual(outcome.status, 2)
        self.assertNotIn("s3cret", outcome.err + outcome.out)

    def test_a_user_without_the_right_to_write_is_told_so_and_no_record_is_blamed(self):
        surreal_server.query(self.url, "DEFINE TABLE post")
        outcome = self.run_command("load", "input.ndjson", "--to", self.as_user("guest:g", "?auth=database"), "--table", "post", "--report", "report.json")
        self.assertIn(outcome.status, (2, 3))
        self.assertIn("permissions", outcome.err)
        self.assertNotIn("input.ndjson.rejects", self.names())

    def test_an_anonymous_user_is_refused(self):
        outcome = self.load("input.ndjson", to=self.url.replace("root:root@", ""), status=2)
        self.assertNotIn("input.ndjson.rejects", self.names())
        self.assertNotEqual(outcome.err, "")


if __name__ == "__main__":
    unittest.main()
