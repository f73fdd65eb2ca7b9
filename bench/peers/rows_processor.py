# SPDX-License-Identifier: Apache-2.0
"""Rows that need one processor and no files: numbers, counters, upper case. Small programs print {"nanoseconds", "result"}."""
import functools
import json

from harness import PEERS, Contender, Failed, Measurement, Missing, NotYet, Row, need_program, run, small_rival

FNV_OFFSET, FNV_PRIME, MASK = 14695981039346656037, 1099511628211, 2**64 - 1
COUNTER_CALLS = 300_000 * 61  # counter_peer.cc


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


@functools.cache
def expected_upper():
    return fnv("".join(chr(32 + (i * 7 + i // 8) % 95) for i in range(4096)).upper().encode())


def rust(work):
    """The Rust programs, compiled once."""
    def make():
        need_program("rustc")
        program = work.folder / "iterators"
        run(["rustc", "--edition=2021", "-C", "opt-level=3", "-C", "codegen-units=1", "-C", "lto", "-C", "panic=abort", "-o", program, PEERS / "iterators.rs"])
        return program
    return work.once("rust", make)


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


def in_milliseconds(measure):
    def measured(work):
        found = measure(work)
        return Measurement(found.value / 1e6)
    return measured


def millrace_counter(work):
    """millrace's own, out of the telemetry room's benchmark."""
    path = work.options.build / "bin/metrics_bench"
    if not path.exists():
        raise NotYet("bench/telemetry/metrics_bench is not in this tree")
    printed = json.loads(run([path, "--benchmark_filter=^counter_millrace/threads:1$", "--benchmark_format=json", "--benchmark_min_time=0.1"])[2])
    runs = [entry for entry in printed["benchmarks"] if entry.get("run_type") != "aggregate"]
    if not runs:
        raise Failed("metrics_bench has no benchmark of that name")
    return Measurement(runs[0]["cpu_time"])  # one long loop: what other programs take of the processor is not its own


def rows(_):
    ints = [Contender(name, in_milliseconds(timed(program, way, expected_ints)), was) for name, program, way, was in (
        ("Rust iterators", "rust", "ints", "4.2 ms"),
        ("C++ by hand", "ints_peer", "hand", "4.5–5.2 ms"),
        ("C++ branch-free", "ints_peer", "branch_free", "0.83 ms"),
        ("C++ AVX2", "ints_peer", "avx2", "0.19 ms"))]
    counter = [
        Contender("prometheus-cpp", timed("counter_peer", "prometheus", lambda: f"{COUNTER_CALLS:016x}", "prometheus-cpp-dev"), "6.6 ns"),
        Contender("one atomic", timed("counter_peer", "atomic", lambda: f"{COUNTER_CALLS:016x}"), "5.2 ns"),
        Contender("per-thread slot", timed("counter_peer", "slot", lambda: f"{COUNTER_CALLS:016x}"), "0.3 ns", "the limit: a load and a store"),
        Contender("millrace", millrace_counter)]
    upper = [
        Contender("Rust", timed("rust", "upper", expected_upper), "317 ns"),
        Contender("ICU", timed("upper_peer", "icu", expected_upper, "libicu-dev"), "28,000 ns"),
        Contender("SSE2", timed("upper_peer", "sse2", expected_upper), "251 ns", "a loop by itself, until the text room is there: issue 5")]
    return [
        Row("processor/ints", "1,000,000 ints: filter, map, collect", "ms", ints, bases=("C++ AVX2", "C++ branch-free"), higher_is_better=False,
            remark="Output allocated anew in each call. Rust: opt-level 3, LTO, one codegen unit; C++: -O3, baseline x86-64, AVX2 chosen at run time."),
        Row("processor/counter", "counter increment, one thread", "ns", counter, bases=("millrace", "per-thread slot"), higher_is_better=False),
        Row("processor/upper", "4 KiB of ASCII in upper case, into a new string", "ns", upper, bases=("SSE2",), higher_is_better=False)]
