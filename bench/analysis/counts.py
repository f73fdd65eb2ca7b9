# SPDX-License-Identifier: Apache-2.0
"""Instructions (callgrind's Ir) and allocations of one iteration: what time alone does not tell, and noise does not touch.

bench/support/counts.cc brackets a run of known length, the benchmark's set-up included; a run of one iteration taken from a
longer one leaves iterations alone. Programs that are not linked with it, and benchmarks whose iterations are fixed or
run in batches, have no counts. A count is a companion of a time, never a verdict: more instructions may well be faster."""
import glob
import os
import pathlib
import re
import shutil
import sys
import tempfile

import programs

ITERATIONS_MAX = 16  # in a counted run: Google Benchmark's own limit
COUNTED = {"MILLRACE_BENCH_COUNTS": "1"}


def one_run(program, name, seconds, before=()):
    """The counted run's (iterations, allocations, bytes) and how long an iteration was, or None where nothing counts."""
    rows = program.call(f"--benchmark_filter={programs.exactly(name)}", f"--benchmark_min_time={seconds:.9f}",
                        environment=COUNTED, before=before)
    if not rows or "allocs_per_iter" not in rows[0]:
        return None
    iterations = min(ITERATIONS_MAX, rows[0]["iterations"])
    unit = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[rows[0]["time_unit"]]
    return (iterations, rows[0]["allocs_per_iter"] * iterations, rows[0].get("total_allocated_bytes", 0)), rows[0]["real_time"] * unit


def short_and_long(take):
    """Runs of one iteration and of some; None if they cannot be told apart."""
    first = take(1e-9)
    if first is None:
        return None
    for longer in (8, 64, 512):  # one iteration that was interrupted may fill a short run by itself
        second = take(longer * first[1])
        if second and second[0][0] > first[0][0]:
            return first[0], second[0]
    return None


def allocations(program, name):
    """{"allocations", "bytes"} of one iteration, or {}."""
    runs = short_and_long(lambda seconds: one_run(program, name, seconds))
    if runs is None:
        return {}
    few, many = runs
    more = many[0] - few[0]
    return {"allocations": (many[1] - few[1]) / more, "bytes": (many[2] - few[2]) / more}


def has_valgrind():
    return shutil.which("valgrind") is not None


def instructions(program, name):
    """{"instructions"} of one iteration under callgrind, or {}."""
    def take(seconds):
        with tempfile.TemporaryDirectory(prefix="millrace-bench-") as folder:
            out = os.path.join(folder, "callgrind.out")
            before = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}"]
            counted = one_run(program, name, seconds, before)
            return counted and ((counted[0][0], total(f"{out}.*")), counted[1])

    runs = short_and_long(take)
    if runs is None:
        return {}
    few, many = runs
    return {"instructions": (many[1] - few[1]) / (many[0] - few[0])}


def total(pattern):
    """What the one dump that a bracket left says."""
    for path in glob.glob(pattern):
        if hit := re.search(r"^totals: (\d+)", pathlib.Path(path).read_text(), re.MULTILINE):
            return int(hit[1])
    raise programs.Refused("callgrind left no dump: is bench/support/counts.cc built with valgrind/callgrind.h?")


def count_all(program, names, with_instructions):
    """{name: {"allocations", "bytes", "instructions"}}, each where it is known."""
    found = {}
    for name in names:
        found[name] = {}
        try:
            found[name] = allocations(program, name)
            if with_instructions and found[name]:
                found[name].update(instructions(program, name))
        except Exception as error:  # a companion: whatever is wrong with it, the times stand
            print(f"warning: no count of {name}: {error or repr(error)}", file=sys.stderr)
    return found
