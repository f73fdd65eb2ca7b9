# SPDX-License-Identifier: Apache-2.0
"""Every form of input: NDJSON, a JSON array, CSV, compressed, standard input, several files, nothing at all."""
import bz2
import gzip
import json
import lzma
import os
import subprocess
import unittest

from support import CommandTest, TIME_OUT


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True, timeout=TIME_OUT).stdout


COMPRESSORS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd}


class Formats(CommandTest):
    def loaded(self, *args, table="t", **options):
        """Loads into a fresh file, and gives the records without their ids, sorted: the order of rows is nobody's promise."""
        self.load(*args, to="sqlite:fresh.db", table=table, **options)
        records = [json.loads(body) for (body,) in self.sql(f"SELECT body FROM {table}", store="fresh.db")]
        for name in list(self.folder.glob("fresh.db*")):
            name.unlink()
        return sorted(({key: value for key, value in record.items() if key != "id"} for record in records), key=str)


class Json(Formats):
    def test_ndjson_with_blank_lines_returns_a_mark_and_no_last_newline(self):
        self.write("input.ndjson", b'\xef\xbb\xbf{"a":1}\r\n\n  {"a":2}  \n{"a":3}')
        self.assertEqual(self.loaded("input.ndjson"), [{"a": 1}, {"a": 2}, {"a": 3}])

    def test_a_json_array_over_many_lines(self):
        records = [{"a": n, "b": ["[", {"c": "]}\","}]} for n in range(5)]
        self.write("input.json", json.dumps(records, indent=3) + "\n\n")
        self.assertEqual(self.loaded("input.json"), sorted(records, key=str))

    def test_records_over_many_lines_become_one_line_each(self):
        posts = [{"id": n, "title": "a\nb" if n else "", "tags": ["x", {"y": [1, 2]}]} for n in range(3)]
        self.write("input.json", json.dumps(posts, indent=2))
        self.load("input.json", "--rejects", "rejects", status=1)
        self.assertEqual([record["id"] for record in self.get("post")], [2, 1])
        self.assertEqual([reject["record"] for reject in self.rejects("rejects")], [posts[0]])

    def test_an_empty_array_is_no_record(self):
        self.assertEqual(self.loaded(self.write("input.json", " [ ] \n")), [])

    def test_an_array_that_is_never_closed_keeps_its_whole_elements(self):
        outcome = self.load(self.write("input.json", '[{"id":1,"title":"a"},\n{"id":2,"title":"b"},\n{"id":3,'), status=1)
        self.assertEqual(outcome.counts(), (2, 1, 0))
        self.assertEqual(self.rejects("input.json.rejects")[0]["line"], 3)

    def test_a_large_array_is_read_in_pieces(self):
        records = [{"n": n, "text": "x" * 500} for n in range(5000)]
        self.write("input.json", json.dumps(records))
        self.assertEqual(self.loaded("input.json"), sorted(records, key=str))

    def test_the_format_goes_by_name_whatever_the_case_of_the_content(self):
        for name in ("a.ndjson", "a.jsonl", "a.txt", "a"):
            self.assertEqual(self.loaded(self.write(name, '{"a":1}\n{"a":2}\n')), [{"a": 1}, {"a": 2}], name)

    def test_format_goes_before_the_name(self):
        self.assertEqual(self.loaded(self.write("a.csv", '[{"a":1},{"a":2}]'), "--format", "json"), [{"a": 1}, {"a": 2}])
        self.assertEqual(self.loaded(self.write("a.json", "a\n1\n"), "--format", "csv"), [{"a": "1"}])
        self.assertEqual(self.loaded(self.write("b.csv", '{"a":1}\n'), "--format", "ndjson"), [{"a": 1}])


class Csv(Formats):
    def test_a_header_names_the_fields_and_cells_are_text(self):
        self.assertEqual(self.loaded(self.write("a.csv", "a,b c,d\n1,true,\n")), [{"a": "1", "b c": "true", "d": ""}])

    def test_quoted_cells_hold_newlines_commas_and_quotes(self):
        self.write("a.csv", 'a,b\r\n"one\ntwo\r\nthree","say ""hi"", please"\r\nplain,"" \r\n')
        outcome = self.load("a.csv", table="t", status=1)
        self.assertEqual(outcome.counts(), (1, 1, 0))
        [(body,)] = self.sql("SELECT body FROM t")
        record = json.loads(body)
        self.assertEqual((record["a"], record["b"]), ("one\ntwo\r\nthree", 'say "hi", please'))
        self.assertEqual(self.rejects("a.csv.rejects")[0]["line"], 5)

    def test_mark_returns_and_no_last_newline(self):
        self.assertEqual(self.loaded(self.write("a.csv", b"\xef\xbb\xbfa,b\r\n1,2\r\n3,4")), [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}])

    def test_automatic_types_convert_only_what_prints_the_same(self):
        self.write("a.csv", "a,b,c,d,e\n1,1.5,007,1.50,\n-3,1e5,+1,text,true\n")
        self.assertEqual(self.loaded("a.csv", "--types", "auto"),
                         [{"a": -3, "b": "1e5", "c": "+1", "d": "text", "e": "true"}, {"a": 1, "b": 1.5, "c": "007", "d": "1.50"}])

    def test_named_types_convert_their_fields_only(self):
        self.assertEqual(self.loaded(self.write("a.csv", "a,b\n1,1\n"), "--types", "a=int"), [{"a": 1, "b": "1"}])

    def test_a_row_of_another_width_is_rejected_with_its_place(self):
        outcome = self.load(self.write("a.csv", "id,title\n1,a\n2,b,c\n3\n4,d\n"), status=1)
        self.assertEqual(outcome.counts(), (2, 2, 0))
        self.assertEqual([(reject["line"], reject["byte"]) for reject in self.rejects("a.csv.rejects")], [(3, 13), (4, 19)])

    def test_a_header_alone_is_no_record(self):
        self.assertEqual(self.loaded(self.write("a.csv", "a,b\n")), [])

    def test_posts_from_csv_have_text_ids(self):
        self.load(self.write("a.csv", "id,title,content\n7,a,b\n"))
        self.assertEqual(self.sql("SELECT id, typeof(id) FROM post"), [("7", "text")])


class Compressed(Formats):
    def test_every_compression_by_name_and_by_content(self):
        records = [{"n": n} for n in range(1000)]
        data = "".join(json.dumps(record) + "\n" for record in records).encode()
        for suffix, compress in COMPRESSORS.items():
            for name in (f"a.ndjson.{suffix}", "without-suffix"):
                with self.subTest(name=name, suffix=suffix):
                    self.assertEqual(self.loaded(self.write(name, compress(data))), sorted(records, key=str))

    def test_the_format_is_read_under_the_compressions_suffix(self):
        for suffix, compress in COMPRESSORS.items():
            with self.subTest(suffix=suffix):
                self.assertEqual(self.loaded(self.write(f"a.csv.{suffix}", compress(b"a\n1\n"))), [{"a": "1"}])
                self.assertEqual(self.loaded(self.write(f"a.json.{suffix}", compress(b'[{"a":1}]'))), [{"a": 1}])

    def test_several_members_are_read_one_behind_the_other(self):
        for suffix, compress in COMPRESSORS.items():
            with self.subTest(suffix=suffix):
                self.write(f"a.ndjson.{suffix}", compress(b'{"a":1}\n') + compress(b'{"a":2}\n'))
                self.assertEqual(self.loaded(f"a.ndjson.{suffix}"), [{"a": 1}, {"a": 2}])

    def test_an_empty_input_is_no_record_however_it_is_compressed(self):
        self.assertEqual(self.loaded(self.write("a.ndjson", "")), [])
        self.assertEqual(self.loaded(self.write("a.csv", "")), [])
        self.assertEqual(self.loaded(self.write("a.json", "")), [])
        for suffix, compress in COMPRESSORS.items():
            with self.subTest(suffix=suffix):
                self.assertEqual(self.loaded(self.write(f"a.ndjson.{suffix}", compress(b""))), [])

    def test_garbage_after_the_last_member_is_warned_of(self):
        outcome = self.load(self.write("a.ndjson.gz", gzip.compress(b'{"a":1}\n') + b"garbage"), table="t")
        self.assertEqual(outcome.counts(), (1, 0, 0))
        self.assertIn("garbage", outcome.err)

    def test_a_truncated_gzip_keeps_what_came_before_and_stops(self):
        data = gzip.compress(b"".join(b'{"id":%d,"t":"%s"}\n' % (n, os.urandom(300).hex().encode()) for n in range(5000)))
        outcome = self.load(self.write("a.ndjson.gz", data[:len(data) // 2]), table="t", status=3)
        self.assertRegex(outcome.err, r"a\.ndjson\.gz.*cut short.*at byte \d+")
        self.assertGreater(outcome.report["records_written"], 1000)
        self.assertEqual(self.sql("SELECT count(*) FROM t"), [(outcome.report["records_written"],)])


class Inputs(Formats):
    def test_standard_input(self):
        self.assertEqual(self.loaded("-", stdin='{"a":1}\n'), [{"a": 1}])
        self.assertEqual(self.loaded("-", "--format", "csv", stdin="a\n1\n"), [{"a": "1"}])
        self.assertEqual(self.loaded("-", stdin=gzip.compress(b'{"a":1}\n')), [{"a": 1}])
        self.assertEqual(self.loaded("-", stdin=""), [])

    def test_rejects_of_standard_input_go_to_stdin_rejects(self):
        self.load("-", stdin='{"title":""}\n', status=1)
        self.assertEqual(self.rejects("stdin.rejects")[0]["source"], "-")

    def test_several_files_of_several_formats(self):
        self.write("a.ndjson", '{"a":1}\n')
        self.write("b.csv", "a\n2\n")
        self.write("c.json", '[{"a":3}]')
        self.write("empty.ndjson", "")
        self.assertEqual(self.loaded("a.ndjson", "empty.ndjson", "b.csv", "c.json", "-", stdin='{"a":4}'),
                         [{"a": "2"}, {"a": 1}, {"a": 3}, {"a": 4}])

    def test_a_file_that_is_named_in_two_ways_is_read_twice(self):
        self.assertEqual(self.loaded(self.write("a.ndjson", '{"a":1}\n'), "./a.ndjson"), [{"a": 1}, {"a": 1}])

    def test_a_file_whose_name_is_not_utf8_is_read_and_cannot_be_resumed(self):
        name = os.fsdecode(b"caf\xe9.ndjson")
        (self.folder / name).write_bytes(b'{"id":1,"title":"a"}\n{"title":""}\n')
        for more, status, words in ((["--max-rejects", "0"], 3, b"not UTF-8"), (["--resume"], 2, b"not UTF-8"), ([], 1, b"1 skipped")):
            process = self.start("load", name, "--to", "sqlite:store.db", "--table", "post", "--on-duplicate", "skip", *more)
            _, err = process.communicate(timeout=TIME_OUT)
            self.assertEqual(process.returncode, status, err)
            self.assertIn(words, err)

    def test_a_file_that_is_named_twice_is_read_twice(self):
        self.assertEqual(self.loaded(self.write("a.ndjson", '{"a":1}\n'), "a.ndjson"), [{"a": 1}, {"a": 1}])

    def test_places_are_those_of_the_file(self):
        self.write("a.ndjson", '{"title":"x"}\n')
        self.write("b.ndjson", '{"title":"x"}\n{"title":1}\n')
        self.load("a.ndjson", "b.ndjson", status=1)
        self.assertEqual([(reject["source"], reject["line"], reject["byte"]) for reject in self.rejects("a.ndjson.rejects")],
                         [("b.ndjson", 2, 14)])

    def test_a_named_pipe_is_read_once_from_its_beginning(self):
        os.mkfifo(self.folder / "pipe")
        process = self.start("load", "pipe", "--to", "sqlite:store.db", "--table", "t")
        with open(self.folder / "pipe", "wb") as pipe:
            pipe.write(b'{"a":1}\n' * 100)
        self.assertEqual(process.wait(timeout=TIME_OUT), 0, process.stderr.read())
        self.assertEqual(self.sql("SELECT count(*) FROM t"), [(100,)])

    def test_bytes_read_are_those_of_the_uncompressed_input(self):
        outcome = self.load(self.write("a.ndjson.gz", gzip.compress(b'{"a":1}\n' * 100)), table="t")
        self.assertEqual(outcome.report["bytes_read"], 800)


if __name__ == "__main__":
    unittest.main()
