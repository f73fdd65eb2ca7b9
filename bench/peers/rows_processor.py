# SPDX-License-Identifier: Apache-2.0
"""Counters: metrics_bench prints what an increment takes."""
import json

from harness import Contender, Measurement, Row, run


def counter(name):
    """A counter of the telemetry room's benchmark, by CPU time: what other programs take of the processor is not its own."""
    def measure(work):
        program = work.program("metrics_bench")
        printed = json.loads(run([program, f"--benchmark_filter=^{name}/threads:1$", "--benchmark_format=json", "--benchmark_min_time=0.1"])[2])
        return Measurement(printed["benchmarks"][0]["cpu_time"])
    return measure


def rows(_):
    counters = [
        Contender("prometheus-cpp", counter("counter_prometheus_cpp"), "6.6 ns"),
        Contender("one atomic", counter("counter_atomic"), "5.2 ns"),
        Contender("per-thread slot", counter("counter_slot"), "0.3 ns", "the limit: a load and a store"),
        Contender("millrace", counter("counter_millrace"))]
    return [
        Row("processor/counter", "counter increment, one thread, CPU time", "ns", counters, bases=("millrace", "per-thread slot"), higher_is_better=False,
            remark="All out of metrics_bench; what they counted is not looked at here (the tests of the telemetry room do, of millrace's).")]
