# SPDX-License-Identifier: Apache-2.0
"""What these tests share. MILLRACE_PROBE is the program built from bench/analysis/probe.cc (ctest sets it)."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/analysis"))
BENCH = ROOT / "bench/analysis/bench.py"
PROBE = pathlib.Path(os.environ.get("MILLRACE_PROBE", ROOT / "build/ci/bench/probe"))
TIME_OUT = 280


class FolderTest(unittest.TestCase):
    """Each test has an empty folder, self.folder."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def bench(self, *arguments, environment=None):
        """Runs bench.py with a folder of baselines of its own."""
        return subprocess.run([sys.executable, "-B", BENCH, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              timeout=TIME_OUT, check=False, env={**os.environ, **(environment or {})})
