#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What trace_summary.py makes of traces, and fold_stacks.py of perf's and callgrind's words."""
import unittest

import fold_stacks
import trace_summary


def scope(name, begin, duration, thread=1, **args):
    return {"ph": "X", "name": name, "pid": 1, "tid": thread, "ts": begin, "dur": duration, **({"args": args} if args else {})}


def named(thread, name):
    return {"ph": "M", "name": "thread_name", "pid": 1, "tid": thread, "args": {"name": name}}


class Stages(unittest.TestCase):
    def stage(self, events, name, thread="", by_thread=False):
        stage = trace_summary.scopes_by_stage(events, by_thread)[thread, name]
        return stage.count, stage.total, stage.self, dict(stage.numbers)

    def test_self_is_without_the_scopes_within_wherever_they_stand_in_the_file(self):
        events = [scope("leaf", 3, 1), scope("inner", 2, 4, rows=5), scope("outer", 1, 10), scope("inner", 7, 2, rows=6)]
        self.assertEqual(self.stage(events, "outer"), (1, 10000, 4000, {}))
        self.assertEqual(self.stage(events, "inner"), (2, 6000, 5000, {"rows": 11}))
        self.assertEqual(self.stage(events, "leaf"), (1, 1000, 1000, {}))

    def test_one_behind_another_is_not_within_it(self):
        events = [scope("a", 0, 2.5), scope("b", 2.5, 1.25)]
        self.assertEqual(self.stage(events, "a"), (1, 2500, 2500, {}))

    def test_a_scope_of_the_same_begin_is_within_the_longer(self):
        events = [scope("inner", 1, 2), scope("outer", 1, 3)]
        self.assertEqual(self.stage(events, "outer"), (1, 3000, 1000, {}))

    def test_threads_do_not_nest_in_each_other(self):
        events = [named(1, "main"), named(2, "decode 1"), scope("a", 0, 10), scope("a", 1, 5, thread=2)]
        self.assertEqual(self.stage(events, "a"), (2, 15000, 15000, {}))
        self.assertEqual(self.stage(events, "a", "decode 1", by_thread=True), (1, 5000, 5000, {}))

    def test_the_table_has_the_largest_first_waits_below_the_line_and_what_was_dropped(self):
        events = [scope("small", 0, 1000), scope("large", 2000, 3000, rows=1234), scope("wait for store", 6000, 4000),
                  {"ph": "b", "id": 1, "name": "flight", "ts": 0, "args": {"rows": 7}}, {"ph": "e", "id": 1, "name": "flight", "ts": 2000}]
        lines = trace_summary.summary({"traceEvents": events, "otherData": {"dropped_scopes": 3}})
        self.assertEqual([line.split("  ")[0] for line in lines[:3]], ["stage", "large", "small"])
        self.assertEqual(lines[1].split(), ["large", "1", "3.00", "3.00", "37.5", "%", "3.00", "1,234", "rows"])
        self.assertRegex(lines[3], "^-+$")
        self.assertTrue(lines[4].startswith("wait for store"))
        self.assertEqual(lines[7].split(), ["flight", "1", "2.00", "2.00", "2.00", "7", "rows"])
        self.assertIn("3 older scopes", lines[-1])

    def test_a_trace_without_scopes_says_so(self):
        self.assertEqual(trace_summary.summary({"traceEvents": []}), ["no scopes in this trace"])


class Stacks(unittest.TestCase):
    def test_perf_script_gives_samples_by_thread_outermost_first(self):
        text = """decode 1   123/124   10.000001:     250000 cpu-clock:
\t    55d0 millrace::decode::f(int, char)+0x12 (/b/millrace)
\t    55d1 std::_Function<int (std::stop_token), main>::call+0x1 (/b/millrace)

decode 1   123/124   10.000002:     250000 cpu-clock:
\t    55d0 millrace::decode::f(int, char)+0x44 (/b/millrace)
\t    55d1 std::_Function<int (std::stop_token), main>::call (inlined)

millrace   123 [001] 10.000003:     250000 cpu-clock:
\tffffffff81 [unknown] ([kernel.kallsyms])

"""
        self.assertEqual(fold_stacks.fold_perf(text.splitlines()),
                         {"decode 1;std::_Function<int (std::stop_token), main>::call;millrace::decode::f(int, char)": 2,
                          "millrace;[kernel.kallsyms]": 1})

    def test_callgrind_gives_self_cost_by_context_without_that_of_calls(self):
        text = """positions: line
events: Ir

fl=(1) a.cc
fn=(1) main
10 5
cfn=(2) f'main
calls=1 20
11 900
+2 7
fn=(2)
20 600
* 100
cfn=(3) g(char)'f'main
calls=2 30
-1 200

fn=(3)
30 200
fn=(4) f'main'2
31 1

totals: 913
"""
        self.assertEqual(fold_stacks.fold_callgrind(text.splitlines(keepends=True)),
                         {"main": 12, "main;f": 701, "main;f;g(char)": 200})


if __name__ == "__main__":
    unittest.main()
