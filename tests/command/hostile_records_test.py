# SPDX-License-Identifier: Apache-2.0
"""`millrace process` over records that are made to hurt: each is a reject with a reason, or is read as JSON has it; memory stays flat."""
import json
import subprocess
import unittest

from support import MILLRACE, TIME_OUT, CommandTest, clean_environment, end

GOOD = b'{"a":1,"s":"x"}\n'


class HostileRecords(CommandTest):
    def process(self, content, query="SELECT a, s FROM $input", *options, name="input.ndjson", status=1):
        """The rows, and the reasons of the rejects."""
        self.write(name, content)
        for old in self.folder.glob("*.rejects"):
            old.unlink()
        outcome = self.run_command("process", query, name, "--max-rejects", "100%", *options)
        self.assertEqual(outcome.status, status, outcome.err)
        rejects = self.rejects(name + ".rejects") if status == 1 else []
        self.report = outcome.err
        return [json.loads(line) for line in outcome.out.split("\n") if line], [reject["reason"] for reject in rejects]

    def check_one_reject(self, record, reason, *options):
        """Only that record is rejected; those around it are read."""
        for query in ("SELECT a, s FROM $input", "SELECT * FROM $input", "SELECT *, [a] AS z FROM $input ORDER BY a"):
            with self.subTest(query=query):
                rows, reasons = self.process(GOOD + record + b"\n" + GOOD, query, *options)
                self.assertEqual([row["a"] for row in rows], [1, 1])
                self.assertEqual(len(reasons), 1)
                self.assertIn(reason, reasons[0])

    def test_deep_nesting_is_rejected(self):
        self.check_one_reject(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested deeper than 1000")
        self.check_one_reject(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested deeper than 1000")
        self.check_one_reject(b"{" * 1_000_000, "expected")
        self.check_one_reject(b'{"a":' * 200_000, "nested deeper than 1000")

    def test_nesting_below_the_limit_is_read_whatever_the_query_does_with_it(self):
        deep = b'{"a":' * 900 + b"1" + b"}" * 900 + b"\n"
        for query in ("SELECT * FROM $input", "SELECT VALUE <string> a FROM $input", "SELECT a FROM $input WHERE a = a ORDER BY a",
                      "SELECT a, count() AS n FROM $input GROUP BY a", "SELECT * OMIT a.a.a FROM $input", "SELECT VALUE object::entries(a) FROM $input"):
            rows, _ = self.process(deep, query, status=0)
            self.assertEqual(len(rows), 1, query)

    def test_text_that_is_no_record_is_rejected(self):
        lines = [b"hello", b'"a"', b"1", b"null", b"[1]", b"[]", b'{"a"}', b'{"a":}', b'{"a":1,}', b"{,}", b'{"a":1}}', b'{"a":1}{"a":2}', b'{"a":1', b"\x00", b'{"a":"\x01"}']
        rows, reasons = self.process(b"".join(line + b"\n" + GOOD for line in lines))
        self.assertEqual((len(rows), len(reasons)), (len(lines), len(lines)))
        self.assertNotIn("", reasons)

    def test_invalid_utf8_is_rejected(self):
        for text in (b'{"a":"\xff\xfe"}', b'{"\xc3\x28":1}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\xc0\xaf"}', b'{"b":"\xf8\x88\x80\x80\x80"}'):
            self.check_one_reject(text, "UTF-8")

    def test_wrong_escapes_are_rejected(self):
        for text in (b'{"a":"\\ud800"}', b'{"a":"\\x"}', b'{"a":"\\u12"}'):
            self.check_one_reject(text, "byte")

    def test_numbers_of_any_size_are_read_as_surrealql_has_them(self):
        numbers = [b"1" * 1000, b"1e400", b"-1e400", b"1e-400", b"0." + b"1" * 1000, b"9223372036854775807", b"9223372036854775808", b"-9223372036854775809",
                   b"79228162514264337593543950336", b"-0", b"1E+5", b"1e99999999999999999999", b"1" * 1_000_000]
        rows, _ = self.process(b"".join(b'{"a":' + number + b"}\n" for number in numbers), "SELECT VALUE type::is_number(a) FROM $input", status=0)
        self.assertEqual(rows, [True] * len(numbers))
        for number in (b"01", b"1.", b".5", b"+1", b"0x1", b"NaN", b"Infinity", b"1e", b"--1"):
            self.check_one_reject(b'{"a":' + number + b"}", "byte")

    def test_of_a_key_that_stands_twice_the_last_counts(self):
        text = b'{"a":1,"a":{"x":1},"a":{"x":2,"x":3},"b":0}\n'
        for query, row in (("SELECT a FROM $input", {"a": {"x": 3}}), ("SELECT VALUE a.x FROM $input", 3), ("SELECT *, 1 AS c FROM $input", {"a": {"x": 3}, "b": 0, "c": 1}),
                           ("SELECT VALUE $this FROM $input", {"a": {"x": 3}, "b": 0})):
            rows, _ = self.process(text, query, status=0)
            self.assertEqual(rows, [row], query)
        many = b"{" + b",".join(b'"a":%d' % i for i in range(200_000)) + b"}"
        self.check_one_reject(many, "more than 65536 fields")

    def test_a_json_array_that_never_ends_is_an_error(self):
        for content in (b'[{"a":1},', b'[{"a":1}', b"[" * 1_000_000, b'[{"a":' * 200_000):
            with self.subTest(content=content[:20]):
                rows, reasons = self.process(content, name="input.json")
                self.assertEqual(rows, [{"a": 1}] if content.startswith(b'[{"a":1}') else [])
                self.assertEqual(len(reasons), 1)

    def test_a_line_without_end_is_rejected_with_flat_memory(self):
        """A gigabyte in one line: what is read of it is thrown away as it comes."""
        command = [MILLRACE, "process", "SELECT a FROM $input", "-", "--format", "ndjson", "--max-record", "1MiB", "--report", "report.json", "--rejects", "out.rejects"]
        process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment())
        self.addCleanup(end, process)
        process.stdin.write(GOOD + b'{"a":"')
        piece = b"x" * (1 << 20)
        for _ in range(1024):
            process.stdin.write(piece)
        process.stdin.write(b'"}\n' + GOOD)
        out, err = process.communicate(timeout=TIME_OUT)
        self.assertEqual(process.returncode, 1, err)
        self.assertEqual(out, b'{"a":1}\n' * 2)
        self.assertIn("--max-record", self.rejects("out.rejects")[0]["reason"])
        report = json.loads((self.folder / "report.json").read_text())
        self.assertLess(report["peak_rss_bytes"], 64 << 20)

    def test_a_value_that_does_not_end_growing_rejects_its_record(self):
        """Each row would be gigabytes; a record after it is computed as before."""
        for query in ("SELECT a, IF a = 2 { array::repeat(array::repeat(array::repeat(a, 18000), 18000), 18000) } AS x FROM $input",
                      "SELECT a, array::windows(array::range(0, 18000 * (a - 1)), 4000) AS x FROM $input"):
            rows, reasons = self.process(b'{"a":2}\n{"a":1}\n', query)
            self.assertEqual([row["a"] for row in rows], [1], query)
            self.assertIn("the record needs more memory to be computed", reasons[0])


if __name__ == "__main__":
    unittest.main()
