# SPDX-License-Identifier: Apache-2.0
"""An input that is still being written: what has come is written at once, and not when half a MiB has come."""
import gzip
import os
import sqlite3
import subprocess
import time
import unittest
import zlib

import surreal_server
from support import TIME_OUT, CommandTest

RECORDS = 20
NDJSON = [b'{"id":%d,"title":"t"}\n' % n for n in range(RECORDS)]


class Live(CommandTest):
    def wait_for(self, seen, what):
        end = time.monotonic() + TIME_OUT
        while not seen():
            self.assertLess(time.monotonic(), end, f"not seen in the store: {what}")

    def rows(self, table):
        try:
            return self.sql(f'SELECT count(*) FROM "{table}"')[0][0]
        except sqlite3.OperationalError:  # no file yet, or no table
            return 0

    def feed(self, process, pipe, pieces, before=0):
        """Each piece is one record, and the next one waits until it is there."""
        for number, piece in enumerate(pieces, before + 1):
            pipe.write(piece)
            pipe.flush()
            self.wait_for(lambda: self.rows("t") == number, f"record {number}")
            self.assertIsNone(process.poll())
        pipe.close()
        self.assertEqual(process.wait(timeout=TIME_OUT), 0, process.stderr.read())
        self.assertEqual(self.rows("t"), before + len(pieces))

    def start_load(self, *args):
        return self.start("load", *args, "--to", "sqlite:store.db", "--table", "t", stdin=subprocess.PIPE)

    def test_each_line_is_seen_before_the_next_is_written(self):
        process = self.start_load("-")
        self.feed(process, process.stdin, NDJSON)

    def test_a_named_pipe(self):
        os.mkfifo(self.folder / "pipe")
        process = self.start_load("pipe")
        with open(self.folder / "pipe", "wb") as pipe:
            self.feed(process, pipe, NDJSON)

    def test_each_element_of_an_array(self):
        process = self.start_load("-", "--format", "json")
        elements = [b'[{"id":0}'] + [b',{"id":%d}' % n for n in range(1, RECORDS)]
        elements[-1] += b"]"
        self.feed(process, process.stdin, elements)

    def test_each_row_of_csv(self):
        process = self.start_load("-", "--format", "csv")
        process.stdin.write(b"id,title\n")
        self.feed(process, process.stdin, [b'%d,"a\nb"\n' % n for n in range(RECORDS)])

    def test_each_flush_of_a_gzip_stream(self):
        packer = zlib.compressobj(wbits=31)
        pieces = [packer.compress(line) + packer.flush(zlib.Z_SYNC_FLUSH) for line in NDJSON]
        pieces[-1] += packer.flush()
        self.assertEqual(gzip.decompress(b"".join(pieces)), b"".join(NDJSON))
        process = self.start_load("-")
        self.feed(process, process.stdin, pieces)

    def test_a_file_before_the_pipe_does_not_wait_for_it(self):
        self.write("first.ndjson", b'{"id":-1,"title":"t"}\n' + b'{"id":-2,"title":"t"}')
        process = self.start_load("first.ndjson", "-")
        self.wait_for(lambda: self.rows("t") == 2, "the file")
        self.feed(process, process.stdin, NDJSON, before=2)

    def test_half_a_record_waits_for_its_other_half(self):
        process = self.start_load("-")
        process.stdin.write(b'{"id":1}\n{"id":')
        process.stdin.flush()
        self.wait_for(lambda: self.rows("t") == 1, "the first")
        self.feed(process, process.stdin, [b"2}\n"], before=1)

    def test_a_reject_is_told_with_its_line(self):
        process = self.start_load("-", "--rejects", "rejects")
        process.stdin.write(b'{"id":1}\n')
        process.stdin.flush()
        self.wait_for(lambda: self.rows("t") == 1, "the first")
        process.stdin.write(b"nonsense\n")
        process.stdin.close()
        self.assertEqual(process.wait(timeout=TIME_OUT), 1)
        self.assertEqual([(reject["line"], reject["byte"]) for reject in self.rejects("rejects")], [(2, 9)])

    def test_each_line_into_surrealdb(self):
        server = surreal_server.Server("mem")
        self.addCleanup(server.stop)
        url = server.url()
        process = self.start("load", "-", "--to", url, "--table", "t", stdin=subprocess.PIPE)
        for number, line in enumerate(NDJSON[:5], 1):
            process.stdin.write(line)
            process.stdin.flush()
            self.wait_for(lambda: surreal_server.query(url, "SELECT VALUE id FROM t") is not None
                          and surreal_server.count(url, "t") == number, f"record {number}")
        process.stdin.close()
        self.assertEqual(process.wait(timeout=TIME_OUT), 0, process.stderr.read())


if __name__ == "__main__":
    unittest.main()
