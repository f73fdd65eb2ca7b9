#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every command of millrace has a line in scripts/pgo_commands.txt, and a profile is refused once a source has changed.
   Usage: pgo_commands_test.py (MILLRACE in the environment)"""
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import pgo_profile  # noqa: E402


class PgoCommands(unittest.TestCase):
    def test_every_command_is_trained_on(self):
        help_text = subprocess.run([os.environ["MILLRACE"], "--help"], capture_output=True, text=True, check=True).stdout
        commands = set(re.findall(r"^  (\w+) ", help_text.split("Subcommands:", 1)[1], re.MULTILINE))
        self.assertIn("load", commands)
        listed = set(re.findall(r"^millrace (\w+) ", (ROOT / "scripts/pgo_commands.txt").read_text(encoding="utf-8"), re.MULTILINE))
        self.assertEqual(commands - listed, set(), "a command without a line in scripts/pgo_commands.txt")
        self.assertEqual(listed - commands, set(), "scripts/pgo_commands.txt names what is no command")


class Staleness(unittest.TestCase):
    def test_the_same_sources_are_fresh(self):
        now = pgo_profile.digests("c++")
        self.assertIn("src/millrace/base/assert.cc", now)
        self.assertIn("apps/millrace/main.cc", now)
        self.assertIsNone(pgo_profile.check(now, dict(now)))

    def test_a_source_that_changed_came_or_went_is_named(self):
        noted = {"compiler": "c++ 12", "src/a.cc": "1", "src/b.cc": "2"}
        self.assertIn("training: src/a.cc;", pgo_profile.check(noted, noted | {"src/a.cc": "3"}))
        self.assertIn("training: src/c.cc;", pgo_profile.check(noted, noted | {"src/c.cc": "1"}))
        self.assertIn("training: src/b.cc;", pgo_profile.check(noted, {"compiler": "c++ 12", "src/a.cc": "1"}))

    def test_another_compiler_is_named(self):
        self.assertIn("training: compiler;", pgo_profile.check({"compiler": "c++ 12"}, {"compiler": "c++ 13"}))


if __name__ == "__main__":
    unittest.main()
