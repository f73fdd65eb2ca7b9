# SPDX-License-Identifier: Apache-2.0
"""What `make bench-compare` says when it cannot begin; nothing is built here."""
import subprocess
import unittest

import support


class BenchCompare(unittest.TestCase):
    def refused(self, words, *arguments):
        done = subprocess.run([support.ROOT / "scripts/bench_compare.sh", *arguments], capture_output=True, text=True,
                              timeout=support.TIME_OUT, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(words, done.stderr)

    def test_needs_a_commit_that_is_there(self):
        self.refused("which commit to compare with? make bench-compare BASE=main")
        self.refused("which commit to compare with?", "")
        self.refused("'no-such-branch' is no commit that git knows here; nothing was built", "no-such-branch")
        self.refused("'--all' is no commit", "--all")


if __name__ == "__main__":
    unittest.main()
