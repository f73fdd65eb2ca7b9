#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles a function with and without profile scopes, with the flags of this build, and compares the objects: code,
relocations, symbols, and the bytes of every section. Where scopes are off they are equal; where they are on they differ.
Usage: object_code_test.py COMPILE_COMMANDS ROOT"""
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

FLAGS_OF = "src/millrace/telemetry/trace_context.cc"  # whose flags are every source's

SOURCE = """// A loop with something to do, and a scope of each kind.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>
#include "millrace/telemetry/profile.h"

std::uint64_t sum(const std::vector<std::string>& texts, std::chrono::steady_clock::time_point begin) {
  MILLRACE_PROFILE_SCOPE("sum");
  std::uint64_t total = static_cast<std::uint64_t>(begin.time_since_epoch().count());
  for (const std::string& text : texts) {
    MILLRACE_PROFILE_SCOPE("text", "bytes", text.size());
    for (const char c : text) total = total * 31 + static_cast<unsigned char>(c);
  }
  MILLRACE_PROFILE_SPAN("all", "texts", texts.size(), begin, begin);
  return total;
}
"""


def without_scopes(source):
    return "\n".join("" if "PROFILE" in line or "profile.h" in line else line for line in source.split("\n"))


class ObjectCode(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="millrace-object-code-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def compile(self, source, scopes):
        """What there is to compare of the object, its name and debug information apart."""
        entry = next(e for e in json.loads(COMMANDS.read_text()) if e["file"] == str(ROOT / FLAGS_OF))
        words = [word for word in shlex.split(entry["command"]) if not word.startswith("-DMILLRACE_PROFILE")]
        file, out = self.folder / "scoped.cc", self.folder / "scoped.o"
        file.write_text(source)
        words[words.index("-o") + 1] = str(out)
        words[words.index("-c") + 1] = str(file)
        self.run_tool([*words, *(["-DMILLRACE_PROFILE"] if scopes else [])], cwd=entry["directory"])
        self.run_tool(["objcopy", "--strip-debug", str(out)])
        tables = {"code": "-dr", "sections": "-h", "bytes": "-s", "symbols": "-t"}
        return {what: re.sub(r"\S*scoped\.o", "", self.run_tool(["objdump", flag, "--no-show-raw-insn", str(out)]))
                for what, flag in tables.items()}

    def run_tool(self, words, **options):
        done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_a_scope_that_is_off_is_nothing(self):
        bare = self.compile(without_scopes(SOURCE), scopes=False)
        scoped = self.compile(SOURCE, scopes=False)
        self.assertIn("<_Z3sum", bare["code"])
        for what in bare:
            self.assertEqual(scoped[what], bare[what], what)

    def test_a_scope_that_is_on_is_something(self):
        bare = self.compile(without_scopes(SOURCE), scopes=True)
        scoped = self.compile(SOURCE, scopes=True)
        for what in bare:
            self.assertNotEqual(scoped[what], bare[what], what)
        self.assertIn("this_thread_ring", scoped["symbols"])


if __name__ == "__main__":
    COMMANDS, ROOT = pathlib.Path(sys.argv.pop(1)), pathlib.Path(sys.argv.pop(1))
    unittest.main()
