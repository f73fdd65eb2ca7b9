# SPDX-License-Identifier: Apache-2.0
"""Hostile contents and the Reuters corpus, into SQLite and each of the three engines of SurrealDB, read back by three readers."""
import unittest

import surreal_server
from support import CORPUS, CommandTest

CONTROLS = "".join(map(chr, range(1, 0x20))) + "\x7f\x80\x9f\u2028\u2029\ufeff\ufffe\uffff"
POSTS = {
    "injection": {"title": "'; REMOVE TABLE post; --", "content": "$title; DELETE post; `x` \\'\\\" ${1} {{x}} %s <script>"},
    "quotes": {"title": "\"'`´‘’“”«»", "content": "\\ \\\\ \\n \\u0041 /* */ -- #"},
    "emoji": {"title": "👩‍👩‍👧‍👦🏴‍☠️é e\u0301 \U0010ffff", "content": "مرحبا שלום 日本語 \u202e backwards"},
    "controls": {"title": CONTROLS, "content": CONTROLS * 100},
    "large": {"title": "large", "content": "0123456789abcdef" * (1 << 16)},  # 1 MiB
    "large-unicode": {"title": "é" * 512, "content": "\"\\\n😀é" * 100_000},
    "nested": {"title": "nested", "content": "", "x": {"'; REMOVE TABLE post": [{"": ""}, [[]], {}], "a.b": 1, "`": "\u0001", "type": "post:1", "when": "2024-01-01T00:00:00Z"}},
    "numbers": {"title": "numbers", "content": "", "n": [0, -1, 9223372036854775807, -9223372036854775808, 0.1, 1e300, -2.5e-10]},
}
NUL = {"id": "nul", "title": "a\u0000b", "content": "\u0000"}


class Sqlite(CommandTest):
    def test_contents_come_back_byte_for_byte(self):
        self.write("input.ndjson", [{"id": key, **post} for key, post in POSTS.items()] + [NUL])
        self.assertEqual(self.load("input.ndjson").counts(), (len(POSTS) + 1, 0, 0))
        bodies = self.bodies()
        for key, post in {**POSTS, "nul": NUL}.items():
            for records in (bodies, {key: self.get(f"post/{key}")[0]}):
                self.assertEqual({name: records[key][name] for name in post}, post, key)
        self.assertEqual(self.sql("SELECT count(*) FROM post WHERE json_valid(body)"), [(len(POSTS) + 1,)])

    def test_the_reuters_corpus(self):
        outcome = load_reuters(self, "sqlite:store.db")
        self.assertIn("737 of 737: title is missing", outcome.err)
        self.assertEqual(self.sql("SELECT (SELECT count(*) FROM post), (SELECT count(*) FROM newswire)"), [(20_841, 21_578)])
        self.assertLess(outcome.report["peak_rss_bytes"], 48 << 20)


def load_reuters(test, to):
    outcome = test.load(CORPUS, "--max-rejects", "1000", "--query", "SELECT id, title, body AS content, date, places FROM $input", to=to, status=1)
    test.assertEqual(outcome.counts(), (20_841, 737, 0))
    rejects = test.rejects("full.str.rejects")
    test.assertEqual((len(rejects), {reject["reason"] for reject in rejects}), (737, {"title is missing"}))
    with open(CORPUS, "rb") as corpus:
        lines = corpus.read().split(b"\n")
    test.assertEqual([b'"title"' in lines[reject["line"] - 1] for reject in rejects], [False] * 737)
    test.assertEqual(test.load(CORPUS, to=to, table="newswire").counts(), (21_578, 0, 0))
    return outcome


class Engine:
    """The same for each engine; a class of its own for each, so that one server serves its tests."""

    @classmethod
    def setUpClass(cls):
        cls.server = surreal_server.Server(cls.engine)
        cls.addClassCleanup(cls.server.stop)

    def test_contents_come_back_byte_for_byte(self):
        url = self.server.url()
        self.write("input.ndjson", [{"id": key, **post} for key, post in POSTS.items()])
        self.assertEqual(self.load("input.ndjson", to=url).counts(), (len(POSTS), 0, 0))
        dumped = {record["id"]: record for record in surreal_server.dump(url, "post")}
        got = {record["id"]: record for record in self.get("post", url)}
        self.assertEqual(set(dumped), set(POSTS))
        for key, post in POSTS.items():
            for records in (dumped, got):
                self.assertEqual({name: records[key][name] for name in post}, post, key)

    def test_a_nul_is_stored_or_rejected_in_the_stores_words_and_neighbours_are_written(self):
        url = self.server.url()
        self.write("input.ndjson", [{"id": "a", "title": "a"}, NUL, {"id": "z", "title": "z"}])
        outcome = self.run_command("load", "input.ndjson", "--to", url, "--table", "post")
        records = {record["id"]: record for record in surreal_server.dump(url, "post")}
        self.assertLessEqual({"a", "z"}, set(records))
        if outcome.status == 0:
            self.assertEqual({name: records["nul"][name] for name in NUL}, NUL)
        else:
            self.assertEqual(outcome.status, 1, outcome.err)
            [reject] = self.rejects()
            self.assertEqual((reject["id"], reject["line"], reject["record"]), ("nul", 2, NUL))
            self.assertNotEqual(reject["reason"], "")

    def test_the_reuters_corpus(self):
        url = self.server.url()
        load_reuters(self, url)
        self.assertEqual([surreal_server.count(url, table) for table in ("post", "newswire")], [20_841, 21_578])


class Mem(Engine, CommandTest):
    engine = "mem"


class Rocksdb(Engine, CommandTest):
    engine = "rocksdb"


class Surrealkv(Engine, CommandTest):
    engine = "surrealkv"


if __name__ == "__main__":
    unittest.main()
