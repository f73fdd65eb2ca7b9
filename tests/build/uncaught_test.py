#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An exception that nobody catches ends the process by SIGABRT, with its type, its words and frames that the separate debug file
resolves, and runs no destructor.   Usage: uncaught_test.py PROGRAM"""
import pathlib
import re
import signal
import subprocess
import sys
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()


def end_of(where):
    return subprocess.run([PROGRAM, where], capture_output=True, text=True, timeout=60, check=False)


def resolved(text):
    """The program's own frames as docs/building.md resolves them: function at file:line."""
    addresses = re.findall(rf"{re.escape(str(PROGRAM))}\(\+(0x[0-9a-f]+)\)", text)
    done = subprocess.run(["addr2line", "-Cfipe", f"{PROGRAM}.debug", *addresses], capture_output=True, text=True, check=True)
    return done.stdout


class Uncaught(unittest.TestCase):
    def check(self, where, words, *functions):
        ended = end_of(where)
        self.assertEqual(ended.returncode, -signal.SIGABRT, ended.stderr)
        self.assertIn(words, ended.stderr.splitlines()[0])
        self.assertNotIn("destructor", ended.stderr)
        frames = resolved(ended.stderr)
        for function in functions:
            self.assertRegex(frames, rf"{function}.* at .*uncaught\.cc:\d+", ended.stderr)

    def test_from_main(self):
        self.check("main", "nobody caught std::runtime_error: the cat is on the keyboard.", "throw_by_name", "main")

    def test_from_a_thread(self):
        self.check("thread", "nobody caught std::runtime_error: the cat is on the keyboard.", "throw_by_name", "throw_in_thread")

    def test_from_a_worker_of_a_pipeline(self):
        self.check("pipeline", "nobody caught std::runtime_error: the cat is on the keyboard.", "throw_by_name")

    def test_from_the_network_loop(self):
        self.check("loop", "nobody caught std::runtime_error: the cat is on the keyboard.", "throw_by_name")

    def test_of_a_type_without_words(self):
        self.check("int", "nobody caught int.", "throw_by_name", "main")

    def test_a_failed_assertion_shows_its_frames_too(self):
        self.check("assert", "uncaught.cc:", "throw_by_name", "main")

    def test_the_frame_is_the_line_that_throws(self):
        source = pathlib.Path(__file__).with_name("uncaught.cc").read_text(encoding="utf-8").splitlines()
        line = 1 + next(number for number, text in enumerate(source) if "throw 42" in text)
        self.assertRegex(resolved(end_of("int").stderr), rf"throw_by_name.* at .*uncaught\.cc:{line}\b")

    def test_the_program_itself_holds_no_debug_information(self):
        sections = subprocess.run(["readelf", "-SW", PROGRAM], capture_output=True, text=True, check=True).stdout
        self.assertIn(".gnu_debuglink", sections)
        self.assertNotIn(".debug_info", sections)
        self.assertNotIn(".symtab", sections)


if __name__ == "__main__":
    unittest.main()
