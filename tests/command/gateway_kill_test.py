# SPDX-License-Identifier: Apache-2.0
"""A few runs of tests/soak/gateway_kill_soak.py, which says what it checks; the many are by hand."""
import os
import subprocess
import sys
import unittest

from support import MILLRACE, ROOT


class KillSoak(unittest.TestCase):
    def check(self, *args):
        seed = ["--seed", os.environ["MILLRACE_SEED"]] if "MILLRACE_SEED" in os.environ else []
        done = subprocess.run([sys.executable, "-B", ROOT / "tests/soak/gateway_kill_soak.py", *args, *seed], capture_output=True, timeout=250, check=False,
                              env={**os.environ, "MILLRACE": MILLRACE})
        words = done.stdout.decode() + done.stderr.decode()
        print(words.split("\n")[0])  # which has the seed
        self.assertEqual(done.returncode, 0, words)

    def test_sqlite(self):
        self.check("--store", "sqlite", "--runs", "12")

    def test_rocksdb(self):
        self.check("--store", "rocksdb", "--runs", "3")

    def test_surrealkv_itself_killed(self):
        self.check("--store", "surrealkv", "--kill", "engine", "--runs", "2")


if __name__ == "__main__":
    unittest.main()
