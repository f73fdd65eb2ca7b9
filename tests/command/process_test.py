# SPDX-License-Identifier: Apache-2.0
"""`process` into a file or a pipe, as a user runs it: formats in and out, exit statuses, places of rejects, pipes, patterns."""
import bz2
import fcntl
import gzip
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import unittest

from support import TIME_OUT, CommandTest, read_ndjson

POSTS = [{"id": n, "title": f"t{n}", "score": n / 2, "lang": "de" if n % 3 else "fr"} for n in range(1, 7)]


class Process(CommandTest):
    def process(self, *args, status=0, **options):
        outcome = self.run_command("process", *args, **options)
        self.assertEqual(outcome.status, status, outcome.err)
        if status == 2:
            self.assertEqual(outcome.out, "")
        return outcome

    def rows(self, *args, **options):
        return read_ndjson(self.process(*args, **options).out)

    def report(self, *args, status=0, **options):
        self.process(*args, "-o", "out", "--report", "report.json", status=status, **options)
        report = json.loads((self.folder / "report.json").read_text())
        self.check_report(report, status)
        return report


class Inputs(Process):
    QUERY = "SELECT id, score * 2 AS twice FROM $input WHERE lang = 'fr'"
    EXPECTED = [{"id": 3, "twice": 3.0}, {"id": 6, "twice": 6.0}]

    def test_every_format_also_compressed_gives_the_same_rows(self):
        ndjson = "".join(json.dumps(post) + "\n" for post in POSTS)
        csv = "id,title,score,lang\n" + "".join(f"{p['id']},{p['title']},{p['score']},{p['lang']}\n" for p in POSTS)
        self.write("a.ndjson", ndjson)
        self.write("a.json", json.dumps(POSTS))
        self.write("a.csv", csv)
        self.write("a.ndjson.gz", gzip.compress(ndjson.encode()))
        self.write("a.csv.bz2", bz2.compress(csv.encode()))
        subprocess.run(["zstd", "-q", "a.json"], cwd=self.folder, check=True)
        for name in ("a.ndjson", "a.json", "a.csv", "a.ndjson.gz", "a.csv.bz2", "a.json.zst"):
            with self.subTest(name=name):
                self.assertEqual(self.rows(self.QUERY, name), self.EXPECTED)
        self.assertEqual(self.rows(self.QUERY, "-", stdin=ndjson), self.EXPECTED)
        self.assertEqual(self.rows(self.QUERY, "-", "--format", "csv", stdin=csv), self.EXPECTED)
        self.assertEqual(self.rows(self.QUERY, "-", stdin=gzip.compress(ndjson.encode())), self.EXPECTED)

    def test_empty_input_also_compressed_gives_nothing(self):
        for name, data in (("a.ndjson", b""), ("a.json", b""), ("a.csv", b""), ("a.ndjson.gz", gzip.compress(b"")), ("b.json", b"[]")):
            with self.subTest(name=name):
                self.assertEqual(self.rows("SELECT * FROM $input", self.write(name, data)), [])
        self.assertEqual(self.rows("SELECT count() FROM $input GROUP ALL", "a.ndjson"), [{"count": 0}])

    def test_several_files_and_quoted_patterns_are_one_input(self):
        self.write("b1.ndjson", [{"n": 1}])
        self.write("b2.csv", "n\n2\n")
        self.write("c[1].ndjson", [{"n": 3}])
        self.assertEqual(self.rows("SELECT n FROM $input", "b2.csv", "b1.ndjson"), [{"n": 2}, {"n": 1}])
        self.assertEqual(self.rows("SELECT n FROM $input", "b*"), [{"n": 1}, {"n": 2}])
        self.assertEqual(self.rows("SELECT n FROM $input", "c[1].ndjson"), [{"n": 3}])  # a file of that name
        self.assertIn("no file matches 'z*'", self.process("SELECT n FROM $input", "z*", status=2).err)

    def test_types_of_csv_cells(self):
        self.write("a.csv", "id,zip,price,at\n1,007,1.5,2024-01-01T00:00:00Z\n2,12,,\n")
        self.assertEqual(self.rows("SELECT * FROM $input", "a.csv"),
                         [{"id": 1, "zip": "007", "price": 1.5, "at": "2024-01-01T00:00:00Z"}, {"id": 2, "zip": 12}])
        self.assertEqual(self.rows("SELECT price * 2 AS p, time::year(at) AS y, zip FROM $input WHERE id = '1'", "a.csv", "--types", "price=decimal,at=datetime"),
                         [{"p": "3.0", "y": 2024, "zip": "007"}])

    def test_parameters_are_json_or_text(self):
        self.write("a.ndjson", POSTS)
        self.assertEqual(self.rows("SELECT VALUE id FROM $input WHERE lang = $l AND id > $n", "a.ndjson", "--param", "l=fr", "--param", "n=3"), [6])


class Outputs(Process):
    def setUp(self):
        super().setUp()
        self.write("a.ndjson", [{"id": 1, "title": "a, \"b\"", "n": 1.5, "o": {"x": [1]}}, {"id": 2, "title": "日本", "n": None}])

    def test_formats_by_flag_and_by_name(self):
        csv = 'id,title,n,o\n1,"a, ""b""",1.5,"{""x"":[1]}"\n2,日本,,\n'
        self.assertEqual(self.process("SELECT * FROM $input", "a.ndjson", "--output-format", "csv").out, csv)
        self.process("SELECT * FROM $input", "a.ndjson", "-o", "out.csv")
        self.assertEqual((self.folder / "out.csv").read_text(), csv)
        self.process("SELECT id FROM $input", "a.ndjson", "-o", "out.json")
        self.assertEqual((self.folder / "out.json").read_text(), '[\n{"id":1},\n{"id":2}\n]\n')
        self.assertEqual(self.process("SELECT id, title FROM $input", "a.ndjson", "--output-format", "table").out,
                         'id  title\n--  ------\n 1  a, "b"\n 2  日本\n')
        self.assertEqual(self.names(), ["a.ndjson", "out.csv", "out.json"])

    def test_csv_that_is_written_is_read_again(self):
        self.process("SELECT id, title, n FROM $input", "a.ndjson", "-o", "out.csv")
        self.assertEqual(self.rows("SELECT * FROM $input", "out.csv"), [{"id": 1, "title": 'a, "b"', "n": 1.5}, {"id": 2, "title": "日本"}])

    def test_a_terminal_has_cells_that_fit_and_no_progress_bar(self):
        self.write("wide.ndjson", [{"id": n, "text": "x" * 200} for n in range(3)])
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        process = self.start("process", "SELECT * FROM $input", "wide.ndjson", "--output-format", "table", stdout=slave, stderr=slave)
        os.close(slave)
        out = b""
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            out += data
        os.close(master)
        self.assertEqual(process.wait(TIME_OUT), 0)
        lines = out.decode().replace("\r\n", "\n").split("\n")
        self.assertEqual(lines[2], " 0  " + "x" * 35 + "…")
        self.assertNotIn("[", lines[0])

    def test_a_closed_pipe_ends_it_quietly(self):
        self.run_command("generate", "posts", "--count", "60000", "-o", "posts.ndjson")
        for query in ("SELECT * FROM $input", "SELECT id, title FROM $input ORDER BY title"):
            process = self.start("process", query, "posts.ndjson")
            self.assertTrue(process.stdout.readline())
            process.stdout.close()
            err = process.stderr.read().decode()
            self.assertEqual(process.wait(TIME_OUT), 0, err)
            self.assertNotIn("millrace:", err)

    def test_an_output_that_is_an_input_or_cannot_be_written_is_refused_before(self):
        self.assertIn("overwrite", self.process("SELECT * FROM $input", "a.ndjson", "-o", "a.ndjson", status=2).err)
        self.process("SELECT * FROM $input", "a.ndjson", "-o", "none/out", status=2)
        self.process("SELECT * FROM $input", "a.ndjson", "-o", "x", "--rejects", "x", status=2)
        self.assertIn("standard output", self.process("SELECT * FROM $input", "a.ndjson", "--report", "-", status=2).err)
        self.assertEqual(self.names(), ["a.ndjson"])


class Statuses(Process):
    def test_rejects_are_told_with_their_places_and_can_be_processed_again(self):
        self.write("input.ndjson", '{"id":1,"s":"a"}\n{"id":2,"s":5}\nx\n{"id":4,"s":"b"}\n')
        query = "SELECT string::uppercase(s) AS u, id FROM $input"
        outcome = self.process(query, "input.ndjson", status=1)
        self.assertEqual(read_ndjson(outcome.out), [{"u": "A", "id": 1}, {"u": "B", "id": 4}])
        self.assertEqual([(r["source"], r["line"], r["byte"], r["id"], r["record"]) for r in self.rejects()],
                         [("input.ndjson", 2, 17, 2, {"id": 2, "s": 5}), ("input.ndjson", 3, 32, None, "x")])
        self.assertIn("input.ndjson:2", outcome.err)
        text = (self.folder / "input.ndjson.rejects").read_text().replace('"s":5', '"s":"mended"')
        self.write("mended.rejects", text)
        self.assertEqual(self.rows(query, "mended.rejects", status=1), [{"u": "MENDED", "id": 2}])
        self.assertEqual([(r["source"], r["line"]) for r in self.rejects("mended.rejects.rejects")], [("input.ndjson", 3)])

    def test_the_report_adds_up(self):
        self.write("input.ndjson", '{"k":1,"v":[1,2]}\n{"k":2,"v":[3]}\nx\n{"k":1,"v":[]}\n')
        figures = lambda report: tuple(report[name] for name in ("records_read", "records_written", "records_rejected", "records_filtered", "rows_written"))
        self.assertEqual(figures(self.report("SELECT k FROM $input WHERE k = 1", "input.ndjson", status=1)), (4, 2, 1, 1, 2))
        self.assertEqual(figures(self.report("SELECT v FROM $input SPLIT v", "input.ndjson", status=1)), (5, 4, 1, 0, 4))
        self.assertEqual(figures(self.report("SELECT k FROM $input GROUP BY k", "input.ndjson", status=1)), (4, 3, 1, 0, 2))
        self.assertEqual(figures(self.report("SELECT k FROM $input ORDER BY k LIMIT 1", "input.ndjson", status=1)), (4, 1, 1, 2, 1))

    def test_a_wrong_query_is_exit_2_with_a_caret_and_nothing_is_made(self):
        self.write("input.ndjson", [{"a": 1}])
        for query, words in (("SELECT FROM $input", "line 1"), ("SELECT strin::len(a) FROM $input", "string::len"), ("SELECT a FROM person", "$input"),
                             ("DELETE person", "SELECT"), ("SELECT $x FROM $input", "$x"), ("", "")):
            with self.subTest(query=query):
                outcome = self.process(query, "input.ndjson", "-o", "out", status=2)
                self.assertIn(words, outcome.err)
        self.assertIn("^", self.process("SELECT a +\n  FROM $input", "input.ndjson", status=2).err)
        for flags in (["--output-format", "xml"], ["--param", "x"], ["--max-rejects", "-1"], ["--memory", "1MiB"], ["--progress", "maybe"],
                      ["--table", "t"], ["--id", "a"], ["--on-duplicate", "skip"], ["--resume"], ["--to", "memory:"],
                      ["--to", "memory:", "--table", "t", "-o", "out"], ["--to", "memory:", "--table", "t", "--output-format", "csv"]):
            with self.subTest(flags=flags):
                self.process("SELECT a FROM $input", "input.ndjson", *flags, status=2)
        self.process("SELECT a FROM $input", "none.ndjson", status=2)
        self.assertEqual(self.names(), ["input.ndjson"])

    def test_too_many_rejects_stop_it_and_the_file_is_as_it_was(self):
        self.write("input.ndjson", "x\n" * 5 + '{"a":1}\n')
        self.write("out", "before")
        outcome = self.process("SELECT a FROM $input", "input.ndjson", "-o", "out", "--max-rejects", "3", status=3)
        self.assertIn("out.part", outcome.err)
        self.assertEqual((self.folder / "out").read_text(), "before")

    def test_a_field_that_has_not_its_type_rejects_its_record_whoever_asks_for_it(self):
        self.write("input.ndjson", '{"id":1,"a":"x"}\n{"id":2,"a":"1.50"}\n')
        for query in ("SELECT * FROM $input", "SELECT *, id AS b FROM $input", "SELECT * FROM $input ORDER BY id", "SELECT a FROM $input"):
            for flags in ([], ["--strict"], ["--output-format", "csv"]):
                with self.subTest(query=query, flags=flags):
                    outcome = self.process(query, "input.ndjson", "--types", "a=decimal", *flags, status=1)
                    self.assertIn("1.5", outcome.out)
                    self.assertNotIn("x", outcome.out)

    def test_a_name_that_promises_compression_is_refused(self):
        self.write("input.ndjson", '{"a":1}\n')
        self.assertIn("gzip", self.process("SELECT a FROM $input", "input.ndjson", "-o", "out.csv.gz", status=2).err)

    def test_an_input_is_not_overwritten_on_the_way_to_the_output(self):
        self.write("out.part", '{"a":1}\n')
        outcome = self.process("SELECT * FROM $input", "out.part", "-o", "out", status=2)
        self.assertIn("out.part", outcome.err)
        self.write("input.ndjson", '{"a":"x"}\n')
        self.process("SELECT a + 1 AS b FROM $input", "input.ndjson", "-o", "input.ndjson.rejects", status=2)
        self.process("SELECT a FROM $input", "input.ndjson", "-o", "out2", "--rejects", "out2.part", status=2)
        self.assertEqual(self.names(), ["input.ndjson", "out.part"])

    def test_what_stands_before_the_reject_that_ends_it_is_written(self):
        self.write("input.ndjson", "".join(f'{{"a":{n}}}\n' for n in range(10)) + '{"a":"x"}\n{"a":11}\n')
        report = self.report("SELECT a + 1 AS b FROM $input", "input.ndjson", "--max-rejects", "0", status=3)
        self.assertEqual((report["records_written"], report["records_rejected"], report["rows_written"]), (10, 1, 10))
        self.assertEqual(len((self.folder / "out.part").read_text().splitlines()), 10)
        self.assertEqual(self.rows("SELECT a + 1 AS b FROM $input LIMIT 2", "input.ndjson", "--max-rejects", "0"), [{"b": 1}, {"b": 2}])

    def test_a_percentage_is_of_the_records_until_then(self):
        good, bad = '{"a":1,"k":1}\n', '{"a":"x","k":1}\n'
        self.write("spread.ndjson", (good * 7 + bad) * 5000)
        self.assertEqual(self.report("SELECT a + 1 AS b FROM $input", "spread.ndjson", "--max-rejects", "50%", status=1)["records_rejected"], 5000)
        self.write("behind.ndjson", good * 66_000 + bad * 16_000)
        for query in ("SELECT a + 1 AS b FROM $input", "SELECT k, math::sum(a + 1) AS n FROM $input GROUP BY k"):
            with self.subTest(query=query):
                self.assertLess(self.report(query, "behind.ndjson", "--max-rejects", "15%", status=3)["records_rejected"], 12_000)

    def test_strict_validates_what_is_not_read(self):
        self.write("input.ndjson", '{"a":1,"b":01}\n')
        self.assertEqual(self.rows("SELECT a FROM $input", "input.ndjson"), [{"a": 1}])
        self.assertEqual(self.rows("SELECT a FROM $input", "input.ndjson", "--strict", status=1), [])

    def test_an_interrupt_stops_it_and_nothing_half_done_has_the_outputs_name(self):
        process = self.start("process", "SELECT * FROM $input", "-", "-o", "out", stdin=subprocess.PIPE)
        process.stdin.write(b'{"a":1}\n' * 100_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        process.stdin.close()
        err = process.stderr.read().decode()
        self.assertIn(process.wait(TIME_OUT), (0, 3), err)  # 0 when all had been read
        self.assertEqual((self.folder / "out").exists(), process.returncode == 0, err)

    def test_a_cut_compressed_input_is_exit_3(self):
        self.write("a.ndjson.gz", gzip.compress(b"".join(b'{"a":%d}\n' % n for n in range(100_000)))[:-5000])
        outcome = self.process("SELECT a FROM $input", "a.ndjson.gz", "-o", "out", status=3)
        self.assertIn("a.ndjson.gz", outcome.err)
        self.assertNotIn("out", self.names())


if __name__ == "__main__":
    unittest.main()
