# SPDX-License-Identifier: Apache-2.0
"""The report, opened in a real Chromium: every benchmark stands in it, nothing is missing, and no line goes to the console."""
import html.parser
import os
import re
import shutil
import struct
import subprocess
import unittest
import zlib

import support
import noise_model
import report_html
import runner
import verdict

NAMES = {"read_records/ndjson": 1.0, "read_records/csv": 1.08, "split_text/<json> & \"quotes\"": 0.9}
VOID = {"meta", "link", "line", "rect", "circle", "polyline", "polygon", "br"}


def simulated_report():
    """Three benchmarks on a simulated machine: one as before, one slower, one faster with a hostile name. With a history."""
    machine = noise_model.Machine(5)
    sequences = runner.alternate(lambda name: {name: machine.process()}, lambda name: {name: machine.process(NAMES[name])}, list(NAMES),
                                 runner.Plan())
    comparisons = verdict.judge([verdict.compare_paired(name, "ns", sequence) for name, sequence in sequences.items()])
    history = [{"name": f"2026-11-{day}", "benchmarks": {name: {"sequence": [("A", machine.process()) for _ in range(8)]} for name in NAMES}}
               for day in range(10, 18)]
    counts = ({"read_records/csv": {"allocations": 3, "bytes": 96, "instructions": 12345}},
              {"read_records/csv": {"allocations": 4, "bytes": 128, "instructions": 13000}})
    return report_html.Report("millrace benchmarks", [("A", "main"), ("B", "a branch"), ("machine", "simulated, seed 5")], comparisons,
                              sequences, "ns", counts, history)


class Text(html.parser.HTMLParser):
    """Collects text and checks that every tag is closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.found, self.faults = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.faults += [f"{name}={value}" for name, value in attrs if name in ("src", "href") and not value.startswith(("#", "data:"))]

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.faults.append(f"</{tag}>")

    def handle_data(self, data):
        self.found.append(data)


def pixels(png):
    """The set of colours of a PNG's lines of 8-bit RGB(A), as its filters left them: enough to see that it is not one colour."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    packed, at = b"", 8
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at:at + 8])
        packed += png[at + 8:at + 8 + size] if name == b"IDAT" else b""
        at += size + 12
    data = zlib.decompress(packed)
    assert depth == 8 and kind in (2, 6)
    return width, height, len({data[start:start + 3] for start in range(0, len(data) - 3, 3)})


class Report(support.FolderTest):
    @classmethod
    def setUpClass(cls):
        cls.page = simulated_report().page()

    def test_is_one_whole_file_that_needs_no_other(self):
        text = Text()
        text.feed(self.page)
        self.assertEqual((text.open, text.faults), ([], []))
        self.assertNotRegex(self.page, r"<script|@import|url\(|http")
        self.assertEqual(self.page.count("<svg"), 3 * 4)  # in each: the row's strip, density, pairs, history
        for words in (*NAMES, "1 slower, 1 faster, 1 no change", "instructions 12,345 → 13,000"):
            self.assertIn(words.lower(), "".join(text.found).lower())

    def chromium(self, page, *flags):
        file = self.folder / "page.html"
        file.write_text(page)
        program = shutil.which("chromium")
        self.assertTrue(program, "chromium is missing: scripts/setup.sh test")
        done = subprocess.run([program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
                               "--disable-component-update", "--no-first-run", "--hide-scrollbars", "--enable-logging=stderr", "--v=0",
                               f"--user-data-dir={self.folder / 'profile'}", *flags, file.as_uri()],
                              capture_output=True, text=True, timeout=support.TIME_OUT, check=False, cwd=self.folder,
                              env={**os.environ, "HOME": str(self.folder)})
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done.stdout, re.findall(r"^.*CONSOLE.*$", done.stderr, re.MULTILINE)

    def test_chromium_shows_every_benchmark_and_logs_nothing(self):
        dom, console = self.chromium(self.page, "--dump-dom")
        self.assertEqual(console, [])
        text = Text()
        text.feed(dom)
        for name in NAMES:
            self.assertGreaterEqual("".join(text.found).count(name), 2, name)
        self.assertEqual(dom.count("</svg>"), 3 * 4)

    def test_a_page_with_a_fault_would_be_told(self):
        _, console = self.chromium("<p>x</p><script>missing()</script>", "--dump-dom")
        self.assertIn("missing is not defined", " ".join(console))

    def test_its_picture_is_not_empty_wide_or_narrow(self):
        for width, height in ((1200, 900), (500, 900)):
            self.chromium(self.page, f"--window-size={width},{height}", "--screenshot=shot.png")
            shown = pixels((self.folder / "shot.png").read_bytes())
            with self.subTest(width=width):
                self.assertEqual(shown[:2], (width, height))
                self.assertGreater(shown[2], 200)
        self.chromium("<p></p>", "--window-size=500,900", "--screenshot=shot.png")
        self.assertLess(pixels((self.folder / "shot.png").read_bytes())[2], 200)


if __name__ == "__main__":
    unittest.main()
