# SPDX-License-Identifier: Apache-2.0
"""The file of rejects: what it holds, where it is, and that mended records are loaded from it again."""
import base64
import json
import unittest

from support import REJECT_MEMBERS, CommandTest


class Rejects(CommandTest):
    def test_members_are_those_of_the_contract_in_that_order(self):
        self.load(self.write("input.ndjson", '{"title":"a"}\n{"id":7,"title":"","x":[1,{"y":null}]}\n'), status=1)
        [line] = (self.folder / "input.ndjson.rejects").read_text().splitlines()
        self.assertEqual(json.loads(line), {"source": "input.ndjson", "line": 2, "byte": 14, "id": 7, "reason": "title is empty",
                                            "record": {"id": 7, "title": "", "x": [1, {"y": None}]}})
        self.assertEqual(list(json.loads(line)), ["source", "line", "byte", "id", "reason", "record"])

    def test_the_record_is_the_json_value_as_it_stood(self):
        self.load(self.write("input.ndjson", '{"title":"", "n":12345678901234567890, "f":1.50, "s":"\\u00e9\\ud83d\\ude00"}\n'), status=1)
        text = (self.folder / "input.ndjson.rejects").read_text()
        self.assertIn("12345678901234567890", text)
        self.assertEqual(self.rejects()[0]["record"]["s"], "é😀")

    def test_a_csv_row_is_shown_as_an_object(self):
        self.load(self.write("a.csv", "id,title,note\n1,,x\n2,fine,y\n"), status=1)
        [reject] = self.rejects("a.csv.rejects")
        self.assertEqual((reject["line"], reject["id"], reject["record"]), (2, "1", {"id": "1", "title": "", "note": "x"}))

    def test_an_array_element_over_many_lines_is_one_line(self):
        self.load(self.write("a.json", '[\n{"title": "a"},\n{\n  "id": 3,\n  "title": ""\n}\n]'), status=1)
        [reject] = self.rejects("a.json.rejects")
        self.assertEqual((reject["line"], reject["record"]), (3, {"id": 3, "title": ""}))

    def test_the_default_path_is_in_the_working_directory_and_named(self):
        (self.folder / "data").mkdir()
        self.write("data/posts.ndjson", "{}\n")
        outcome = self.load("data/posts.ndjson", status=1)
        self.assertEqual(self.rejects("posts.ndjson.rejects")[0]["source"], "data/posts.ndjson")
        self.assertIn("posts.ndjson.rejects", outcome.err)

    def test_rejects_names_the_file(self):
        outcome = self.load(self.write("input.ndjson", "{}\n"), "--rejects", "bad.txt", status=1)
        self.assertEqual(len(self.rejects("bad.txt")), 1)
        self.assertIn("bad.txt", outcome.err)
        self.assertNotIn("input.ndjson.rejects", self.names())

    def test_there_is_no_file_without_rejects(self):
        self.load(self.write("input.ndjson", '{"title":"a"}\n'))
        self.assertEqual([name for name in self.names() if name.endswith("rejects")], [])

    def test_the_summary_groups_by_reason(self):
        outcome = self.load(self.write("input.ndjson", "{}\n" * 12 + '{"title":""}\n'), status=1)
        self.assertIn("12 of 13: title is missing", outcome.err)

    def test_all_rejects_of_a_large_load_are_there(self):
        self.write("input.ndjson", "".join('{"title":"a"}\n' if n % 3 else '{"n":%d,"x":"%s"}\n' % (n, "y" * 100) for n in range(60_000)))
        outcome = self.load("input.ndjson", "--max-rejects", "50%", status=1)
        self.assertEqual(outcome.counts(), (40_000, 20_000, 0))
        rejects = self.rejects()
        self.assertEqual([reject["record"]["n"] for reject in rejects], list(range(0, 60_000, 3)))
        self.assertEqual([reject["line"] for reject in rejects], list(range(1, 60_001, 3)))


class LoadedAgain(CommandTest):
    def mended(self, *steps, name="input.ndjson.rejects"):
        """Rewrites the rejects with each step applied to every line; gives how many there are."""
        rejects = self.rejects(name)
        for reject in rejects:
            for step in steps:
                step(reject)
        self.write(name, rejects)
        return len(rejects)

    def test_mended_rejects_are_written_by_suffix(self):
        self.load(self.write("input.ndjson", '{"id":1,"title":""}\n{"id":2,"title":"b"}\n{"id":3}\n'), status=1)
        self.mended(lambda reject: reject["record"].update(title="mended"))
        outcome = self.load("input.ndjson.rejects")
        self.assertEqual(outcome.counts(), (2, 0, 0))
        self.assertEqual({key: body["title"] for key, body in self.bodies().items()}, {1: "mended", 2: "b", 3: "mended"})

    def test_and_by_format_from_any_name_or_standard_input(self):
        self.load(self.write("input.ndjson", '{"id":1,"title":""}\n'), "--rejects", "bad.json", status=1)
        self.mended(lambda reject: reject["record"].update(title="mended"), name="bad.json")
        self.load("bad.json", "--format", "rejects")
        self.load("-", "--format", "rejects", "--on-duplicate", "replace", stdin=(self.folder / "bad.json").read_bytes())
        self.assertEqual(self.bodies()[1]["title"], "mended")

    def test_what_is_still_wrong_keeps_its_original_place(self):
        self.load(self.write("input.ndjson", '{"title":"a"}\n{"id":1,"title":""}\nmalformed\n{"id":3}\n'), status=1)
        first = self.rejects()
        outcome = self.load("input.ndjson.rejects", status=1)
        self.assertEqual(outcome.counts(), (0, 3, 0))
        again = self.rejects("input.ndjson.rejects.rejects")
        self.assertEqual([(r["source"], r["line"], r["byte"], r["id"], r["record"]) for r in again],
                         [(r["source"], r["line"], r["byte"], r["id"], r["record"]) for r in first])
        self.assertIn("input.ndjson:2 (byte 14)", outcome.err)

    def test_duplicates_keep_their_place_too(self):
        self.load(self.write("input.ndjson", '{"id":1,"title":"a"}\n{"id":1,"title":"b"}\n'), status=1)
        self.load("input.ndjson.rejects", status=1)
        [reject] = self.rejects("input.ndjson.rejects.rejects")
        self.assertEqual((reject["source"], reject["line"], reject["byte"], reject["id"]), ("input.ndjson", 2, 21, 1))

    def test_raw_text_is_read_as_the_record_once_it_is_mended(self):
        self.load(self.write("input.ndjson", '{"id":1,"title":"a"\n'), status=1)
        self.assertEqual(self.rejects()[0]["record"], '{"id":1,"title":"a"')
        self.mended(lambda reject: reject.update(record=reject["record"] + "}"))
        self.load("input.ndjson.rejects")
        self.assertEqual(self.bodies()[1]["title"], "a")

    def test_base64_is_read_as_the_record_once_it_is_mended(self):
        self.load(self.write("input.ndjson", b'{"id":1,"title":"caf\xe9"}\n'), status=1)
        raw = base64.b64decode(self.rejects()[0]["record_base64"])
        self.assertEqual(raw, b'{"id":1,"title":"caf\xe9"}')
        self.mended(lambda reject: reject.update(record_base64=base64.b64encode(raw.decode("latin-1").encode()).decode()))
        self.load("input.ndjson.rejects")
        self.assertEqual(self.bodies()[1]["title"], "café")

    def test_rejects_of_csv_are_loaded_with_their_types(self):
        self.load(self.write("a.csv", "id,title,n\n1,,5\n"), "--types", "n=int", status=1)
        self.mended(lambda reject: reject["record"].update(title="mended"), name="a.csv.rejects")
        self.load("a.csv.rejects", "--types", "n=int")
        self.assertEqual((self.bodies()["1"]["title"], self.bodies()["1"]["n"]), ("mended", 5))

    def test_a_line_that_is_no_reject_is_rejected_as_such(self):
        self.write("x.rejects", '{"title":"a"}\nmalformed\n{"source":"s","line":9,"byte":1,"id":null,"reason":"r","record":{"title":"t"}}\n')
        outcome = self.load("x.rejects", status=1)
        self.assertEqual(outcome.counts(), (1, 2, 0))
        self.assertEqual([set(reject) for reject in self.rejects("x.rejects.rejects")], [REJECT_MEMBERS] * 2)


class Report(CommandTest):
    # Its members are checked by every load of these tests (support.py).
    def test_report_goes_to_standard_output_as_one_line(self):
        outcome = self.run_command("load", self.write("input.ndjson", '{"title":"a"}\n{}\n'), "--to", "sqlite:store.db", "--table", "post",
                                   "--report", "-")
        self.assertEqual(outcome.status, 1)
        [line] = outcome.out.splitlines()
        self.check_report(json.loads(line), 1)

    def test_nothing_else_goes_to_standard_output(self):
        outcome = self.run_command("load", self.write("input.ndjson", '{"title":"a"}\n{}\n'), "--to", "sqlite:store.db", "--table", "post")
        self.assertEqual(outcome.out, "")

    def test_figures_of_a_load_without_errors(self):
        outcome = self.load(self.write("input.ndjson", '{"title":"a"}\n' * 5000))
        report = outcome.report
        self.assertEqual((report["records_read"], report["records_written"], report["bytes_read"]), (5000, 5000, 70_000))
        self.assertGreater(report["seconds"], 0)
        self.assertGreaterEqual(report["batches"], 1)
        self.assertGreaterEqual(report["calls"], 1)
        self.assertEqual((report["retries"], report["conflicts"], report["resumed"]), (0, 0, False))
        self.assertGreater(report["peak_rss_bytes"], 1 << 20)

    def test_an_empty_input_has_a_report_of_zeros(self):
        report = self.load(self.write("input.ndjson", "")).report
        self.assertEqual((report["records_read"], report["bytes_read"], report["seconds"], report["records_per_second"]), (0, 0, 0.0, 0.0))


if __name__ == "__main__":
    unittest.main()
