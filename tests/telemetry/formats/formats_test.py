#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What others read out of print_metrics' two texts.  Usage: formats_test.py PRINT_METRICS PROMTOOL

promtool must have nothing to say, not even as a linter; the parsers of Prometheus' Python client, the strict one of OpenMetrics
among them, must find every sample with the values that were put in."""
import math
import subprocess
import sys
import unittest

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_prometheus

NASTY = ["plain", 'quote " quote', "back\\slash", "back\\nslash n", "line\nfeed", "\\", '"', "", "ü 日本語",
         "not utf-8: \ufffd\ufffd(", "comma,brace}equals=", "tab\tand \x01", "# EOF", "trailing \\"]
HELP = 'A "help" with a \\ and a\nsecond line, \\n, ü and 日本語.'
SUM = 0.00005 + 0.0001 + 0.003 + 0.7 + 10 + 11 + 1e7
LARGE = (2**64 - 1) >> 12


def text_of(form):
    return subprocess.run([PRINT_METRICS, form], check=True, capture_output=True).stdout.decode("utf-8")


class Formats(unittest.TestCase):
    def test_promtool_has_nothing_to_say(self):
        run = subprocess.run([PROMTOOL, "check", "metrics"], input=text_of("prometheus"), capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))

    def test_promtool_would_have_said_something(self):
        text = text_of("prometheus").replace("# HELP work_seconds Times.\n", "")
        run = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True)
        self.assertEqual(run.returncode, 3, run.stdout + run.stderr)

    def test_prometheus_text(self):
        families = {family.name: family for family in parse_prometheus(text_of("prometheus"))}
        self.check_nasty(families["nasty_things"])
        self.check_levels(families["levels_ratio"])
        self.check_histogram(families["work_seconds"])
        self.assertFalse(any(sample.exemplar for family in families.values() for sample in family.samples))
        self.assertFalse(any(sample.name.endswith("_created") for family in families.values() for sample in family.samples))

    def test_openmetrics_text(self):
        families = {family.name: family for family in parse_openmetrics(text_of("openmetrics"))}
        self.check_nasty(families["nasty_things"])
        self.check_levels(families["levels_ratio"])
        self.check_histogram(families["work_seconds"])
        self.assertEqual({name: family.unit for name, family in families.items() if family.unit},
                         {"levels_ratio": "ratio", "work_seconds": "seconds", "work_bytes": "bytes",
                          "process_cpu_seconds": "seconds", "process_start_time_seconds": "seconds",
                          "process_resident_memory_bytes": "bytes", "process_virtual_memory_bytes": "bytes"})
        created = [sample for sample in families["work_seconds"].samples if sample.name == "work_seconds_created"]
        self.assertEqual(len(created), 2)
        self.assertGreater(created[0].value, 1.7e9)
        self.check_exemplars(families["work_seconds"])
        self.assertEqual([sample.labels["le"] for sample in families["work_bytes"].samples if "le" in sample.labels],
                         ["0.0", "1e-05", "0.5", "1.0", "1000.0", "999999.0", "1e+06", "1.5e+09", "1e+100", "+Inf"])

    def check_nasty(self, family):
        self.assertEqual(family.documentation, HELP)
        self.assertEqual(family.type, "counter")
        found = {(sample.labels.get("text", ""), sample.labels.get("more", "")): sample.value for sample in family.samples
                 if sample.name == "nasty_things_total"}
        expected = {(text, "x"): 1 for text in NASTY} | {(text, text): LARGE for text in NASTY}
        self.assertEqual(found, expected)

    def check_levels(self, family):
        found = {sample.labels["kind"]: sample.value for sample in family.samples}
        self.assertTrue(math.isnan(found.pop("not a number")))
        self.assertEqual(found, {"zero": 0, "negative": -1.5, "large": 1.7976931348623157e308, "small": 5e-324,
                                 "infinite": math.inf, "minus infinite": -math.inf})

    def check_histogram(self, family):
        for stage in ["decode", 'quoted "stage"\n']:
            samples = [sample for sample in family.samples if sample.labels["stage"] == stage]
            counts = {sample.labels["le"]: sample.value for sample in samples if "le" in sample.labels}
            self.assertEqual((counts["0.0001"], counts["0.0025"], counts["0.005"], counts["1.0"], counts["10.0"], counts["+Inf"]),
                             (3, 3, 4, 5, 6, 8))
            values = {sample.name: sample.value for sample in samples if "le" not in sample.labels}
            self.assertEqual(values["work_seconds_count"], 8)
            self.assertAlmostEqual(values["work_seconds_sum"], SUM)

    def check_exemplars(self, family):
        below = 0
        seen = {}
        for sample in family.samples:
            if sample.labels.get("stage") != "decode" or "le" not in sample.labels:
                self.assertIsNone(sample.exemplar)
                continue
            bound = float(sample.labels["le"])
            if sample.exemplar:
                self.assertRegex(sample.exemplar.labels["trace_id"], "^[0-9a-f]{32}$")
                self.assertGreater(float(sample.exemplar.timestamp), 1.7e9)
                self.assertLessEqual(sample.exemplar.value, bound)
                self.assertTrue(sample.exemplar.value > below or bound == 0.0001)
                seen[sample.labels["le"]] = sample.exemplar.value
            below = bound
        # The last of each bucket.
        self.assertEqual(seen, {"0.0001": 0.0001, "0.005": 0.003, "1.0": 0.7, "10.0": 10, "+Inf": 1e7})

    def test_a_full_family_says_other_and_counts(self):
        families = {family.name: family for family in parse_openmetrics(text_of("openmetrics"))}
        self.assertEqual({sample.labels["which"]: sample.value for sample in families["full"].samples if sample.name == "full_total"},
                         {"one": 1, "two": 1, "other": 2})
        dropped = families["millrace_metrics_label_sets_dropped"].samples
        self.assertEqual([(sample.labels, sample.value) for sample in dropped if sample.name.endswith("_total")],
                         [({"metric": "full_total"}, 2)])

    def test_lines(self):
        for form in ["prometheus", "openmetrics"]:
            text = text_of(form)
            self.assertNotIn("\r", text)
            self.assertNotIn("\n\n", text)
            self.assertTrue(text.endswith("\n# EOF\n") if form == "openmetrics" else text.endswith("\n") and "\n# EOF" not in text)
            self.assertNotIn("unused_seconds", text)


if __name__ == "__main__":
    PRINT_METRICS, PROMTOOL = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
