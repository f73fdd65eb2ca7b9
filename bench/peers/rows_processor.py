# SPDX-License-Identifier: Apache-2.0
"""Rows that need one processor and no files: counters, upper case. Small programs print {"nanoseconds", "result"}."""
import functools
import json

from harness import Contender, Failed, Measurement, Missing, Row, run, small_rival
from rows_stages import rust

FNV_OFFSET, FNV_PRIME, MASK = 14695981039346656037, 1099511628211, 2**64 - 1


def fnv(numbers):
    value = FNV_OFFSET
    for number in numbers:
        value = (value ^ (number & MASK)) * FNV_PRIME & MASK
    return f"{value:016x}"


@functools.cache
def expected_upper():
    return fnv("".join(chr(32 + (i * 7 + i // 8) % 95) for i in range(4096)).upper().encode())


def timed(program, way, expected, package=None):
    """A contender's measure: runs `program way`, whose result must be what `expected()` gives."""
    def measure(work):
        try:
            printed = json.loads(run([rust(work), way])[2]) if program == "rust" else small_rival(work, program, way)
        except Failed as failure:
            if package and "usage:" in str(failure):
                raise Missing(f"{package} was not there at the build: scripts/setup.sh peers, then build again") from None
            raise
        if printed["result"] != expected():
            raise Failed(f"{program} {way} made {printed['result']}, not {expected()}")
        return Measurement(printed["nanoseconds"])
    return measure


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
    upper = [
        Contender("Rust", timed("rust", "upper", expected_upper), "317 ns"),
        Contender("ICU", timed("upper_peer", "icu", expected_upper, "libicu-dev"), "28,000 ns"),
        Contender("SSE2", timed("upper_peer", "sse2", expected_upper), "251 ns", "a loop by itself, until the text room is there: issue 5")]
    return [
        Row("processor/counter", "counter increment, one thread, CPU time", "ns", counters, bases=("millrace", "per-thread slot"), higher_is_better=False,
            remark="All out of metrics_bench; what they counted is not looked at here (the tests of the telemetry room do, of millrace's)."),
        Row("processor/upper", "4 KiB of ASCII in upper case, into a new string", "ns", upper, bases=("SSE2",), higher_is_better=False)]
