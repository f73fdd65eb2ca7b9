#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where the time went, by stage, from a trace that `--trace` wrote.  Usage: trace_summary.py TRACE [--by-thread]

total: how long the scopes of that name were open; self: without the scopes within them; share: self of all threads' self.
Scopes that wait (their names begin with "wait") stand below the line, for nothing was done in them. Spans, which lie across threads
(a batch in flight), have a table of their own, and are part of no sum."""
import argparse
import json
import os
import sys
from collections import defaultdict

NANOSECONDS = 1000  # in a microsecond, which is the trace's unit; sums are of whole nanoseconds


class Stage:
    def __init__(self):
        self.count = self.total = self.self = self.longest = 0
        self.numbers = defaultdict(int)  # by what they count

    def add(self, duration, event):
        self.count += 1
        self.total += duration
        self.self += duration
        self.longest = max(self.longest, duration)
        for name, number in event.get("args", {}).items():
            self.numbers[name] += number


def nanoseconds(microseconds):
    return round(microseconds * NANOSECONDS)


def scopes_by_stage(events, by_thread=False):
    """{(thread, name): Stage}; the thread is '' unless they are wanted apart. An event may stand anywhere in the file."""
    threads = {event["tid"]: event["args"]["name"] for event in events if event["ph"] == "M" and event["name"] == "thread_name"}
    stages = defaultdict(Stage)
    by_id = defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            begin = nanoseconds(event["ts"])
            by_id[event["tid"]].append((begin, begin + nanoseconds(event["dur"]), event))
    for thread, scopes in by_id.items():
        scopes.sort(key=lambda scope: (scope[0], -scope[1]))
        around = []  # (end, stage) of the scopes that are open
        for begin, end, event in scopes:
            while around and around[-1][0] <= begin:
                around.pop()
            if around:
                around[-1][1].self -= end - begin
            stage = stages[threads.get(thread, str(thread)) if by_thread else "", event["name"]]
            stage.add(end - begin, event)
            around.append((end, stage))
    return stages


def spans_by_name(events):
    stages, begun = defaultdict(Stage), {}
    for event in events:
        if event["ph"] == "b":
            begun[event["id"]] = event
    for event in events:
        if event["ph"] == "e" and event["id"] in begun:
            begin = begun[event["id"]]
            stages[event["name"]].add(nanoseconds(event["ts"]) - nanoseconds(begin["ts"]), begin)
    return stages


def table(head, rows):
    """Lines with the first column to the left and the others to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    return ["  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
            for row in [head, *rows]]


def milliseconds(time):
    return f"{time / 1e6:,.2f}"


def numbers_text(stage):
    return ", ".join(f"{number:,} {name}" for name, number in stage.numbers.items())


def summary(trace, by_thread=False):
    """The lines to print."""
    events = trace["traceEvents"]
    stages = scopes_by_stage(events, by_thread)
    if not stages:
        return ["no scopes in this trace"]
    work = {key: stage for key, stage in stages.items() if not key[1].startswith("wait")}
    waits = {key: stage for key, stage in stages.items() if key not in work}
    whole = sum(stage.self for stage in stages.values())

    def rows(some):
        for (thread, name), stage in sorted(some.items(), key=lambda item: -item[1].self):
            yield [f"{thread}: {name}" if thread else name, f"{stage.count:,}", milliseconds(stage.total), milliseconds(stage.self),
                   f"{100 * stage.self / whole if whole else 0:.1f} %", milliseconds(stage.longest), numbers_text(stage)]

    body = [*rows(work), *rows(waits)]
    lines = table(["stage", "count", "total ms", "self ms", "share", "longest ms", ""], body)
    if waits:
        lines.insert(1 + len(work), "-" * max(map(len, lines)))
    spans = sorted(spans_by_name(events).items(), key=lambda item: -item[1].total)
    if spans:
        lines += ["", *table(["across threads", "count", "total ms", "mean ms", "longest ms", ""],
                             [[name, f"{span.count:,}", milliseconds(span.total), milliseconds(span.total / span.count),
                               milliseconds(span.longest), numbers_text(span)] for name, span in spans])]
    dropped = trace.get("otherData", {}).get("dropped_scopes", 0)
    if dropped:
        lines += ["", f"{dropped:,} older scopes were overwritten, and are not counted here"]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("  Usage")[0])
    parser.add_argument("trace", metavar="TRACE")
    parser.add_argument("--by-thread", action="store_true", help="each thread's stages apart")
    arguments = parser.parse_args()
    try:
        with open(arguments.trace, encoding="utf-8") as file:
            trace = json.load(file)
        lines = summary(trace, arguments.by_thread)
    except OSError as error:
        sys.exit(f"trace_summary: {error}")
    except (ValueError, KeyError, TypeError) as error:
        sys.exit(f"trace_summary: {arguments.trace} is no trace of millrace: {error!r}")
    try:
        print("\n".join(lines), flush=True)
    except BrokenPipeError:  # head has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
