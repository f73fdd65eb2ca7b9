# SPDX-License-Identifier: Apache-2.0
"""Rows that need one processor and no files: numbers and counters. Small programs print {"nanoseconds", "result"}."""
import functools
import json

from harness import PEERS, Contender, Failed, Measurement, Row, need_program, run, small_rival

FNV_OFFSET, FNV_PRIME, MASK = 14695981039346656037, 1099511628211, 2**64 - 1


def fnv(numbers):
    value = FNV_OFFSET
    for number in numbers:
        value = (value ^ (number & MASK)) * FNV_PRIME & MASK
    return f"{value:016x}"


@functools.cache
def expected_ints():
    def random_numbers():
        state = 1
        for _ in range(1_000_000):
            state = (state + 0x9E3779B97F4A7C15) & MASK
            z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
            z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
            yield ((z ^ z >> 31) >> 33) - (1 << 30)
    return fnv(number * 2 for number in random_numbers() if number > 0)


def rust(work):
    """The Rust programs, compiled once."""
    def make():
        need_program("rustc")
        program = work.folder / "iterators"
        run(["rustc", "--edition=2021", "-C", "opt-level=3", "-C", "codegen-units=1", "-C", "lto", "-C", "panic=abort", "-o", program, PEERS / "iterators.rs"])
        return program
    return work.once("rust", make)


def timed(program, way, expected):
    """A contender's measure: runs `program way`, whose result must be what `expected()` gives."""
    def measure(work):
        printed = json.loads(run([rust(work), way])[2]) if program == "rust" else small_rival(work, program, way)
        if printed["result"] != expected():
            raise Failed(f"{program} {way} made {printed['result']}, not {expected()}")
        return Measurement(printed["nanoseconds"])
    return measure


def in_milliseconds(measure):
    def measured(work):
        found = measure(work)
        return Measurement(found.value / 1e6)
    return measured


def counter(name):
    """A counter of the telemetry room's benchmark, by CPU time: what other programs take of the processor is not its own."""
    def measure(work):
        program = work.program("metrics_bench")
        printed = json.loads(run([program, f"--benchmark_filter=^{name}/threads:1$", "--benchmark_format=json", "--benchmark_min_time=0.1"])[2])
        return Measurement(printed["benchmarks"][0]["cpu_time"])
    return measure


def rows(_):
    ints = [Contender(name, in_milliseconds(timed(program, way, expected_ints)), was) for name, program, way, was in (
        ("Rust iterators", "rust", "ints", "4.2 ms"),
        ("Rust iterators, reserved", "rust", "ints_reserved", ""),
        ("C++ by hand", "ints_peer", "hand", "4.5–5.2 ms"),
        ("C++ branch-free", "ints_peer", "branch_free", "0.83 ms"),
        ("C++ AVX2", "ints_peer", "avx2", "0.19 ms"))]
    counters = [
        Contender("prometheus-cpp", counter("counter_prometheus_cpp"), "6.6 ns"),
        Contender("one atomic", counter("counter_atomic"), "5.2 ns"),
        Contender("per-thread slot", counter("counter_slot"), "0.3 ns", "the limit: a load and a store"),
        Contender("millrace", counter("counter_millrace"))]
    return [
        Row("processor/ints", "1,000,000 ints: filter, map, collect", "ms", ints, bases=("C++ AVX2", "C++ branch-free"), higher_is_better=False,
            remark="Output anew in each call: C++ and \"reserved\" allocate it once, as large as the input; Rust's collect() lets it grow. Rust: opt-level 3, "
                   "LTO, one codegen unit; C++: preset bench, so -O3 with LTO and hardening, baseline x86-64, AVX2 chosen at run time."),
        Row("processor/counter", "counter increment, one thread, CPU time", "ns", counters, bases=("millrace", "per-thread slot"), higher_is_better=False,
            remark="All out of metrics_bench; what they counted is not looked at here (the tests of the telemetry room do, of millrace's).")]
