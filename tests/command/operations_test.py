# SPDX-License-Identifier: Apache-2.0
"""docs/operations.md says what is so: the catalogue of metrics, the runbook's alerts, and what it tells users to type.

  MILLRACE=build/ci/bin/millrace MILLRACE_CATALOGUE=build/ci/bin/metric_catalogue python3 tests/command/operations_test.py --write

writes the catalogue into it."""
import os
import re
import subprocess
import sys
import unittest

from scraping import page_queries
from support import ROOT, CommandTest

PAGE = ROOT / "docs/operations.md"
ALERTS = ROOT / "ops/alerts.yml"
BEGIN, END = "<!-- metrics begin -->\n", "<!-- metrics end -->\n"
HEAD = "| metric | kind | unit | labels | what it is |\n|---|---|---|---|---|\n"


def catalogue():
    done = subprocess.run([os.environ["MILLRACE_CATALOGUE"]], capture_output=True, timeout=60, check=True)
    return HEAD + done.stdout.decode()


def with_catalogue(page, rows):
    before, rest = page.split(BEGIN)
    return before + BEGIN + rows + END + rest.split(END)[1]


def promtool(*args, **options):
    return subprocess.run(["promtool", *map(str, args)], capture_output=True, timeout=60, check=False, **options)


class OperationsTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.page = PAGE.read_text()

    def block(self, kind):
        return re.search(rf"```{kind}\n(.*?)```\n", self.page, re.DOTALL)[1]

    def test_the_catalogue_is_that_of_the_command(self):
        self.assertEqual(self.page, with_catalogue(self.page, catalogue()), "write it again: see the head of this file")

    def test_the_metrics_of_the_contract_are_there(self):
        rows = catalogue()
        for name in ("records_read_total", "records_written_total", "records_skipped_total", "records_filtered_total", "records_rejected_total",
                     "bytes_read_total", "store_commit_seconds", "store_retries_total", "batch_records", "batch_records_limit",
                     "requests_in_flight", "queue_bytes", "queue_records", "build_info"):
            self.assertIn(f"| `millrace_{name}` |", rows)
        for name in ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds", "process_start_time_seconds",
                     "requests_total", "active_requests", "request_duration_seconds"):
            self.assertIn(f"| `{name}` |", rows)

    def test_the_runbook_has_each_alert_and_no_other(self):
        alerts = re.findall(r"- alert: (\w+)", ALERTS.read_text())
        self.assertEqual(sorted(re.findall(r"^\| `(Millrace\w+)` \|", self.page, re.MULTILINE)), sorted(alerts))

    def test_alerts_ask_for_metrics_that_exist(self):
        rows = catalogue()
        for name in set(re.findall(r"\b(?:millrace|process)_\w+", ALERTS.read_text())):
            self.assertIn(f"| `{re.sub('_(bucket|count)$', '', name)}` |", rows)

    def test_prometheus_takes_its_configuration(self):
        (self.folder / "ops").mkdir()
        self.write("ops/alerts.yml", ALERTS.read_text())
        self.write("prometheus.yml", self.block("yaml"))
        checked = promtool("check", "config", "prometheus.yml", cwd=self.folder)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertIn(b"rules found", checked.stdout)

    def test_prometheus_takes_its_queries(self):
        queries = page_queries()
        rules = "".join(f"      - {{record: 'a:b{n}', expr: '{query}'}}\n" for n, query in enumerate(queries))
        self.write("rules.yml", "groups:\n  - name: x\n    rules:\n" + rules)
        checked = promtool("check", "rules", "rules.yml", cwd=self.folder)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_its_textfile_is_well_formed(self):
        self.write("input.ndjson", [{"id": 1, "title": "t"}, {"id": 2}])
        self.load("input.ndjson", status=1)
        self.write("report_to_textfile", self.block("sh"))
        text = subprocess.run(["sh", "report_to_textfile", "report.json"], cwd=self.folder, capture_output=True, timeout=60, check=True).stdout
        self.assertIn(b"\nmillrace_last_load_records_written 1\n", text)
        checked = promtool("check", "metrics", input=text)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(with_catalogue(PAGE.read_text(), catalogue()))
    else:
        unittest.main()
