#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the probes in the command (readelf -n) against the table of the docs, both ways, with the number of their arguments.
Usage: probes_test.py COMMAND PROFILING_MD"""
import pathlib
import re
import subprocess
import sys
import unittest


def probes_in(notes):
    """{name: numbers of arguments}. An inlined function leaves one note for each place."""
    found = {}
    for name, arguments in re.findall(r"Provider: millrace\s+Name: (\w+)\s.*?Arguments: ?([^\n]*)", notes, re.DOTALL):
        found.setdefault(name, set()).add(len(arguments.split()))
    return found


def probes_listed(text):
    """Rows such as: | `batch_sent` | number, rows, in flight | … |"""
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", text, re.MULTILINE)
    return {name: {len(arguments.split(","))} for name, arguments in rows}


class Probes(unittest.TestCase):
    maxDiff = None

    def test_the_command_has_the_probes_that_the_docs_list_and_no_other(self):
        notes = subprocess.run(["readelf", "-n", COMMAND], capture_output=True, text=True, check=True).stdout
        listed = probes_listed(pathlib.Path(DOCS).read_text())
        self.assertGreater(len(listed), 3)
        self.assertEqual(probes_in(notes), listed)

    def test_notes_and_rows_are_read_as_they_are_written(self):
        note = "  stapsdt  0x3f\tNT_STAPSDT (SystemTap probe descriptors)\n    Provider: millrace\n    Name: a\n" \
               "    Location: 0x1, Base: 0x2, Semaphore: 0x0\n    Arguments: 8@%rax -4@8(%rbp)\n"
        other = note.replace("millrace", "libstdcxx").replace("Name: a", "Name: b")
        self.assertEqual(probes_in(other + note), {"a": {2}})
        self.assertEqual(probes_listed("| probe | arguments |\n|---|---|\n| `a` | rows, bytes | when |\n"), {"a": {2}})


if __name__ == "__main__":
    COMMAND, DOCS = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
