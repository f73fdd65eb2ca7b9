#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""--trace: refused by a build without scopes; and of one with them (MILLRACE_PROFILED), whole loads, their stages, and how these
nest. That binary is the preset profile's in all but its optimisation."""
import json
import os
import signal
import time
import unittest
from unittest import mock

import support
from support import CommandTest, TIME_OUT
from surreal_server import Server

REFUSAL = "millrace: this build has no profile scopes; use preset profile\n"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = {"TRACEPARENT": f"00-{TRACE_ID}-00f067aa0ba902b7-01"}
LOAD_STAGES = {"open store", "begin load", "prepare table", "load", "wait for memory", "split", "read", "decode", "check utf-8", "wait for input",
               "accept block", "cut batch", "send batch", "batch in flight", "settle batch", "make checkpoint", "remove checkpoint"}
SQLITE_STAGES = LOAD_STAGES | {"sqlite transaction", "sqlite insert", "sqlite commit", "sqlite checkpoint", "sqlite close"}
REJECTS_STAGES = {"write rejects", "sync rejects"}
SURREALDB_STAGES = LOAD_STAGES | {"surrealdb ask", "make request", "send request", "surrealdb request", "receive reply", "settle request",
                                  "wait for store", "write checkpoint"}


def strict_json(text):
    def no_constant(name):
        raise ValueError(f"{name} is no JSON")

    def no_repeats(pairs):
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError(f"a repeated name among {pairs}")
        return dict(pairs)

    return json.loads(text, parse_constant=no_constant, object_pairs_hook=no_repeats)


def posts(count, first=0):
    return "".join(json.dumps({"id": i, "title": f"title {i}", "content": "words " * 30}) + "\n" for i in range(first, first + count))


class WithoutScopes(CommandTest):
    def test_trace_is_refused_and_nothing_is_done(self):
        self.write("posts.ndjson", posts(10))
        for args in (("load", "posts.ndjson", "--to", "sqlite:store.db", "--table", "post"), ("tune", "sqlite:store.db", "--seconds", 1)):
            outcome = self.run_command(*args, "--trace", "trace.json")
            self.assertEqual((outcome.status, outcome.out, outcome.err), (2, "", REFUSAL))
            self.assertEqual(self.names(), ["posts.ndjson"])


class Trace:
    """A trace file, checked as a whole."""

    def __init__(self, test, path):
        self.document = strict_json(path.read_text(encoding="ascii"))
        test.assertEqual(set(self.document), {"displayTimeUnit", "traceEvents", "otherData"})
        self.events = self.document["traceEvents"]
        self.scopes = [event for event in self.events if event["ph"] == "X"]
        self.names = {event["name"] for event in self.events if event["ph"] in "Xb"}
        self.threads = {event["tid"]: event["args"]["name"] for event in self.events if event["name"] == "thread_name"}
        self.check_events(test)
        self.check_spans(test)
        self.check_nesting(test)

    def check_events(self, test):
        members = {"M": {"ph", "name", "pid", "tid", "args"}, "X": {"ph", "name", "pid", "tid", "ts", "dur"},
                   "b": {"ph", "cat", "id", "name", "pid", "tid", "ts"}, "e": {"ph", "cat", "id", "name", "pid", "tid", "ts"}}
        test.assertEqual(len({event["pid"] for event in self.events}), 1)
        for event in self.events:
            test.assertEqual(set(event) - {"args"}, members[event["ph"]] - {"args"}, event)
            test.assertTrue(event["name"] == "process_name" or event["tid"] in self.threads, event)
            test.assertGreaterEqual(event.get("dur", 0), 0, event)

    def check_spans(self, test):
        begun = {event["id"]: event for event in self.events if event["ph"] == "b"}
        ended = {event["id"]: event for event in self.events if event["ph"] == "e"}
        test.assertEqual(set(begun), set(ended))
        for number, event in begun.items():
            test.assertEqual(event["name"], ended[number]["name"])
            test.assertLessEqual(event["ts"], ended[number]["ts"])

    def check_nesting(self, test):
        """On a thread, a scope is within the one that it began in, or begins behind it."""
        def nanoseconds(time_us):
            return round(time_us * 1000)
        for thread in self.threads:
            open_until = []
            for event in (event for event in self.scopes if event["tid"] == thread):
                begin, end = nanoseconds(event["ts"]), nanoseconds(event["ts"]) + nanoseconds(event["dur"])
                while open_until and open_until[-1] <= begin:
                    open_until.pop()
                test.assertTrue(not open_until or end <= open_until[-1], event)
                open_until.append(end)

    def sum(self, scope, argument):
        return sum(event["args"][argument] for event in self.events if event["name"] == scope and event["ph"] in "Xb")


class Traces(CommandTest):
    def setUp(self):
        super().setUp()
        patch = mock.patch.object(support, "MILLRACE", os.environ["MILLRACE_PROFILED"])
        patch.start()
        self.addCleanup(patch.stop)

    def trace(self, name="trace.json"):
        self.assertFalse([other for other in self.names() if other.endswith(".part")])
        return Trace(self, self.folder / name)

    def test_every_stage_of_a_load_into_sqlite(self):
        self.write("posts.ndjson", posts(6000) + '{"id":"bad"}\n' * 3)
        self.load("posts.ndjson", "--batch", 1000, "--trace", "trace.json", status=1, env=TRACEPARENT)
        trace = self.trace()
        self.assertEqual(trace.names, SQLITE_STAGES | REJECTS_STAGES | (trace.names & {"wait for store"}))
        self.assertEqual(trace.document["otherData"]["dropped_scopes"], 0)
        self.assertEqual(trace.document["otherData"]["trace_id"], TRACE_ID)
        self.assertEqual(trace.document["otherData"]["version"], self.run_command("--version").out.split()[1])
        self.assertLessEqual({"main", "decode 1"}, set(trace.threads.values()))
        for stage in ("send batch", "batch in flight", "sqlite insert", "settle batch"):
            self.assertEqual(trace.sum(stage, "rows"), 6000, stage)
        self.assertGreaterEqual(len([event for event in trace.scopes if event["name"] == "sqlite commit"]), 6)

    def test_every_stage_of_a_load_into_surrealdb(self):
        server = Server("mem")
        self.addCleanup(server.stop)
        self.write("posts.ndjson", posts(6000))
        outcome = self.load("posts.ndjson", "--batch", 500, "--trace", "trace.json", to=server.url())
        trace = self.trace()
        self.assertEqual(trace.document["otherData"]["trace_id"], outcome.report["trace_id"])
        self.assertEqual(trace.names, SURREALDB_STAGES)
        self.assertEqual(trace.sum("surrealdb request", "rows"), 6000)
        self.assertIn("net", trace.threads.values())

    def test_tune_has_a_trace_too(self):
        outcome = self.run_command("tune", "sqlite:store.db", "--seconds", 1, "--trace", "trace.json")
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertLessEqual({"tune", "decode", "send batch", "sqlite commit"}, self.trace().names)

    def test_a_signal_writes_what_there_is_and_the_load_goes_on(self):
        process = self.start("load", "-", "--to", "sqlite:store.db", "--table", "post", "--trace", "trace.json", stdin=support.subprocess.PIPE)
        process.stdin.write(posts(50).encode())
        process.stdin.flush()
        self.wait_until(lambda: (self.folder / "store.db").exists() and self.sql("SELECT 1 FROM sqlite_schema WHERE name = 'post'")
                        and self.sql("SELECT count(*) FROM post") == [(50,)])
        process.send_signal(signal.SIGUSR2)
        self.wait_until((self.folder / "trace.json").exists)
        snapshot = Trace(self, self.folder / "trace.json")
        self.assertIn("sqlite commit", snapshot.names)
        self.assertNotIn("load", snapshot.names)  # it has not ended
        out, err = process.communicate(posts(50, first=50).encode(), timeout=TIME_OUT)
        self.assertEqual((process.returncode, out), (0, b""), err)
        trace = self.trace()
        self.assertIn("load", trace.names)
        self.assertEqual(trace.sum("sqlite insert", "rows"), 100)

    def wait_until(self, condition):
        deadline = time.monotonic() + TIME_OUT
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_a_trace_that_cannot_be_written_is_told_before_anything_is_done(self):
        self.write("posts.ndjson", posts(10))
        outcome = self.run_command("load", "posts.ndjson", "--to", "sqlite:store.db", "--table", "post", "--trace", "nowhere/trace.json")
        self.assertEqual(outcome.status, 2, outcome.err)
        self.assertIn("nowhere/trace.json", outcome.err)
        self.assertEqual(self.names(), ["posts.ndjson"])
        outcome = self.run_command("load", "posts.ndjson", "--to", "sqlite:store.db", "--table", "post", "--trace", "posts.ndjson")
        self.assertEqual((outcome.status, self.names()), (2, ["posts.ndjson"]), outcome.err)


if __name__ == "__main__":
    unittest.main()
