# SPDX-License-Identifier: Apache-2.0
"""Reading the metrics of a command that runs."""
import json
import re
import subprocess
import time
import urllib.request

from support import ROOT, TIME_OUT, CommandTest

DEBIANS_PYTHON = "/usr/bin/python3"  # which has python3-prometheus-client, whatever python3 is
OPENMETRICS = "application/openmetrics-text;version=1.0.0"
BOUND = 60  # seconds for what is waited for to come
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
SAMPLE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:\\.|[^"\\])*)"')
READ_STRICTLY = """
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        if sample.exemplar:
            print(sample.name, sample.exemplar.labels["trace_id"])
"""


def read_address(process):
    """Where the metrics of a command are, as it says on standard error: "http://127.0.0.1:PORT"."""
    line = process.stderr.readline().decode()
    match = re.fullmatch(r"millrace: metrics at (http://127\.0\.0\.1:\d+)/metrics\n", line)
    if not match:
        raise AssertionError(f"no address in {line + process.stderr.read().decode()!r}")
    return match[1]


def fetch(address, path="/metrics", **headers):
    request = urllib.request.Request(address + path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    with urllib.request.urlopen(request, timeout=BOUND) as answer:
        return answer.read().decode()


def parse(text):
    """The samples of the 0.0.4 face: a name, or (name, label value, …) with the labels in their order, to the value."""
    found = {}
    for line in text.split("\n"):
        if match := SAMPLE.match(line):
            values = [value for _, value in LABEL.findall(match[2] or "")]
            found[(match[1], *values) if values else match[1]] = float(match[3])
    return found


def scrape(address):
    return parse(fetch(address))


def exemplars(text):
    """Pairs of sample name and trace id in the OpenMetrics face, which the strict parser has to accept."""
    done = subprocess.run([DEBIANS_PYTHON, "-c", READ_STRICTLY], input=text.encode(), capture_output=True, timeout=BOUND, check=False)
    if done.returncode != 0:
        raise AssertionError(f"the strict parser refuses it: {done.stderr.decode()}\n{text}")
    return [tuple(line.split()) for line in done.stdout.decode().splitlines()]


def poll(look, is_there, what):
    """What look() gives as soon as is_there() holds of it."""
    end = time.monotonic() + BOUND
    while True:
        seen = look()
        if is_there(seen):
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {BOUND} s: {seen}")
        time.sleep(0.02)  # between two looks


def wait_for(address, **metrics):
    """The samples as soon as these metrics have these values."""
    return poll(lambda: scrape(address), lambda seen: all(seen.get(name) == value for name, value in metrics.items()), str(metrics))


def page_queries():
    """The questions that docs/operations.md has for Prometheus."""
    queries = re.findall(r"^\| [^|`]+ \| `([^`]+)` \|$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    if len(queries) < 5:
        raise AssertionError(f"the table of questions is not where it was: {queries}")
    return queries


def posts(first, last):
    return "".join(json.dumps({"id": n, "title": f"t{n}"}) + "\n" for n in range(first, last)).encode()


class MetricsTest(CommandTest):
    """With loads that are fed through a pipe, and stay as long as the test holds it open."""

    def start_load(self, *flags, to="sqlite:store.db", table="post", listen="0", env=None, stdin=subprocess.PIPE, source="-"):
        process = self.start("load", source, "--to", to, "--table", table, "--metrics-listen", listen, "--progress", "never",
                             "--report", "report.json", "--rejects", "rejects", *flags, stdin=stdin, env=env)
        return process, read_address(process)

    def feed(self, process, data):
        process.stdin.write(data)
        process.stdin.flush()

    def finish(self, process, status=0):
        process.stdin.close()
        errors = process.stderr.read().decode()
        self.assertEqual(process.wait(timeout=TIME_OUT), status, errors)
        return self.report(status)

    def report(self, status=0):
        report = json.loads((self.folder / "report.json").read_text())
        self.check_report(report, status)
        return report

    def expect_as_reported(self, seen, report):
        for name in ("records_read", "records_written", "records_skipped", "records_filtered", "bytes_read"):
            self.assertEqual(seen[f"millrace_{name}_total"], report[name], name)
        for name, total in (("millrace_records_rejected_total", "records_rejected"), ("millrace_store_retries_total", "retries")):
            self.assertEqual(sum(value for key, value in seen.items() if key[0] == name), report[total], name)
        self.assertEqual(seen["millrace_batch_records_count"], report["batches"])
        # Each batch but those that failed; for some of the retries a batch was only looked for.
        self.assertLessEqual(seen["millrace_store_commit_seconds_count"], report["batches"])
        self.assertGreaterEqual(seen["millrace_store_commit_seconds_count"], report["batches"] - report["retries"])
