# SPDX-License-Identifier: Apache-2.0
"""Reading back, making records up, and what the command says of itself."""
import json
import os
import pathlib
import subprocess
import unittest
import urllib.parse

from support import ROOT, TIME_OUT, CommandTest

GOLDEN = ROOT / "tests/golden"


class Get(CommandTest):
    def test_a_table_is_read_in_descending_id_with_the_id_first(self):
        self.load(self.write("input.ndjson", [{"title": f"t{n}", "id": n} for n in (3, 10, 1, 2)]))
        records = self.get("post")
        self.assertEqual([record["id"] for record in records], [10, 3, 2, 1])
        self.assertEqual({list(record)[0] for record in records}, {"id"})

    def test_limit_is_50_unless_given(self):
        self.load(self.write("input.ndjson", [{"id": n, "title": "a"} for n in range(120)]))
        self.assertEqual([record["id"] for record in self.get("post")], list(range(119, 69, -1)))
        self.assertEqual([record["id"] for record in self.get("post", "sqlite:store.db", "--limit", "2")], [119, 118])
        self.assertEqual(self.get("post", "sqlite:store.db", "--limit", "0"), [])
        self.assertEqual(len(self.get("post", "sqlite:store.db", "--limit", "1000")), 120)

    def test_one_record_by_its_percent_encoded_id(self):
        ids = ["plain", "a/b", "100%", "o'brien \"x\"", "ключ 😀", "a b", "?q=1&x#y", "..", "'; DROP TABLE post; --", "%41"]
        self.load(self.write("input.ndjson", [{"id": key, "title": "t", "n": n} for n, key in enumerate(ids)]))
        for n, key in enumerate(ids):
            with self.subTest(key=key):
                [record] = self.get("post/" + urllib.parse.quote(key, safe=""))
                self.assertEqual((record["id"], record["n"]), (key, n))

    def test_a_key_is_a_text_first_then_an_int(self):
        self.load(self.write("input.ndjson", [{"id": 7, "title": "int"}, {"id": "8", "title": "text"}, {"id": 8, "title": "int"}, {"id": -1, "title": "minus"}]))
        self.assertEqual([self.get(f"post/{key}")[0]["title"] for key in ("7", "8", "-1")], ["int", "text", "minus"])

    def test_a_missing_id_is_exit_1_and_says_so(self):
        self.load(self.write("input.ndjson", [{"id": 1, "title": "a"}]))
        for what in ("post/2", "post/x", "elsewhere/1"):
            outcome = self.run_command("get", what, "--from", "sqlite:store.db")
            self.assertEqual((outcome.status, outcome.out), (1, ""))
            self.assertIn(what.split("/")[1], outcome.err)

    def test_a_missing_table_has_no_records(self):
        self.load(self.write("input.ndjson", [{"id": 1, "title": "a"}]))
        self.assertEqual(self.get("elsewhere"), [])

    def test_a_missing_file_is_exit_2_and_is_not_made(self):
        outcome = self.run_command("get", "post", "--from", "sqlite:none.db")
        self.assertEqual(outcome.status, 2)
        self.assertIn("none.db", outcome.err)
        self.assertEqual(self.names(), [])

    def test_what_is_no_table_is_exit_2(self):
        self.load(self.write("input.ndjson", [{"id": 1, "title": "a"}]))
        for what in ("", "/", "/1", "post/", "po st", "sqlite_schema", "millrace_checkpoint", "post/%4", "post/%zz"):
            outcome = self.run_command("get", what, "--from", "sqlite:store.db")
            self.assertEqual(outcome.status, 2, what)

    def test_reading_changes_nothing_in_the_file(self):
        self.load(self.write("input.ndjson", [{"id": 1, "title": "a"}]))
        before = (self.folder / "store.db").read_bytes()
        self.get("post")
        self.get("post/1")
        self.assertEqual((self.folder / "store.db").read_bytes(), before)

    def test_a_reader_that_leaves_early_is_no_error(self):
        self.load(self.write("input.ndjson", [{"id": n, "title": "a", "content": "x" * 1000} for n in range(5000)]))
        get = self.start("get", "post", "--from", "sqlite:store.db", "--limit", "5000")
        head = subprocess.run(["head", "-n", "1"], stdin=get.stdout, capture_output=True, timeout=TIME_OUT, check=True)
        get.stdout.close()
        self.assertEqual(json.loads(head.stdout)["id"], 4999)
        self.assertEqual((get.wait(timeout=TIME_OUT), get.stderr.read()), (0, b""))

    def test_a_full_disk_is_exit_3(self):
        self.load(self.write("input.ndjson", [{"id": 1, "title": "a"}]))
        with open("/dev/full", "wb") as full:
            process = self.start("get", "post", "--from", "sqlite:store.db", stdout=full)
            self.assertEqual(process.wait(timeout=TIME_OUT), 3)
            self.assertIn("No space left", process.stderr.read().decode())


class Generate(CommandTest):
    def generate(self, *args):
        outcome = self.run_command("generate", "posts", *args)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        return outcome.out

    def test_the_same_seed_gives_the_same_posts(self):
        self.assertEqual(self.generate("--count", "500", "--seed", "7"), self.generate("--count", "500", "--seed", "7"))
        self.assertNotEqual(self.generate("--count", "500", "--seed", "7"), self.generate("--count", "500", "--seed", "8"))
        self.assertTrue(self.generate("--count", "500").startswith(self.generate("--count", "100")))

    def test_posts_have_their_fields_unicode_and_distinct_ids(self):
        text = self.generate("--count", "3000")
        posts = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(len(posts), 3000)
        for post in posts:
            self.assertEqual(list(post), ["id", "title", "content", "author", "score", "lang", "tags", "created_at"])
        self.assertEqual(len({post["id"] for post in posts}), 3000)
        self.assertTrue(any(ord(letter) > 0xffff for letter in text))

    def test_all_of_them_are_written_by_load(self):
        outcome = self.run_command("generate", "posts", "--count", "2000", "-o", "posts.ndjson")
        self.assertEqual((outcome.status, outcome.out), (0, ""))
        self.assertEqual(self.load("posts.ndjson").counts(), (2000, 0, 0))

    def test_none_is_an_empty_file(self):
        self.assertEqual(self.generate("--count", "0"), "")
        self.generate("--count", "0", "-o", "none.ndjson")
        self.assertEqual((self.folder / "none.ndjson").read_bytes(), b"")

    def test_a_reader_that_leaves_early_is_no_error(self):
        generate = self.start("generate", "posts", "--count", "100000000")
        head = subprocess.run(["head", "-n", "1"], stdin=generate.stdout, capture_output=True, timeout=TIME_OUT, check=True)
        generate.stdout.close()
        json.loads(head.stdout)
        self.assertEqual((generate.wait(timeout=TIME_OUT), generate.stderr.read()), (0, b""))

    def test_a_count_or_seed_that_is_none_is_exit_2(self):
        for args in ((), ("--count", "x"), ("--count", "-1"), ("--count", "1", "--seed", "x"), ("--count", "1.5")):
            self.assertEqual(self.run_command("generate", "posts", *args).status, 2, args)
        self.assertEqual(self.run_command("generate").status, 2)

    def test_an_output_that_cannot_be_written(self):
        outcome = self.run_command("generate", "posts", "--count", "1", "-o", "no/such/folder.ndjson")
        self.assertEqual(outcome.status, 2)
        self.assertIn("no/such/folder.ndjson", outcome.err)


class Help(CommandTest):
    """To accept a change of the texts: MILLRACE_UPDATE_GOLDEN=1."""

    def check_golden(self, name, *args):
        outcome = self.run_command(*args)
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        path = pathlib.Path(GOLDEN / name)
        if os.environ.get("MILLRACE_UPDATE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(outcome.out)
        self.assertEqual(outcome.out, path.read_text())

    def test_help_of_the_command_and_of_each_subcommand(self):
        self.check_golden("help.txt", "--help")
        self.check_golden("help_load.txt", "load", "--help")
        self.check_golden("help_process.txt", "process", "--help")
        self.check_golden("help_get.txt", "get", "--help")
        self.check_golden("help_generate.txt", "generate", "--help")
        self.check_golden("help_serve.txt", "serve", "--help")
        self.check_golden("help_tune.txt", "tune", "--help")
        self.check_golden("help_generate_posts.txt", "generate", "posts", "--help")

    def test_help_names_every_option_of_the_contract_that_is_there(self):
        text = self.run_command("load", "--help").out
        for flag in ("--to", "--table", "--format", "--types", "--query", "--id", "--on-duplicate", "--rejects", "--max-rejects", "--batch",
                     "--in-flight", "--memory", "--max-record", "--wait", "--progress", "--report", "--password-file"):
            self.assertIn(flag, text)

    def test_version_is_the_projects(self):
        outcome = self.run_command("--version")
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        self.assertRegex(outcome.out, r"^millrace \d+\.\d+\.\d+\n$")
        self.assertIn(f"VERSION {outcome.out.split()[1]} ", (ROOT / "CMakeLists.txt").read_text())

    def test_no_subcommand_or_an_unknown_one_is_exit_2_with_a_hint(self):
        for args in ((), ("lod",), ("--no-such-flag",), ("load", "--no-such-flag", "x", "--table", "t")):
            outcome = self.run_command(*args)
            self.assertEqual((outcome.status, outcome.out), (2, ""), args)
            self.assertIn("--help", outcome.err)



if __name__ == "__main__":
    unittest.main()
