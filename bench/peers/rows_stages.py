# SPDX-License-Identifier: Apache-2.0
"""Stages beside Rust's iterators, loops by hand and std::views: 1,000,000 ints, filter, map, and the sum or all of them."""
import json

from harness import Contender, Measurement, Row, run, rust_program, small_rival, version

CPP, RUST = ("g++", "--version"), ("rustc", "--version")
# Who, what runs it, which way, the figure from before the project began, a remark: of every job, then of each.
OURS = (
    ("std::views", CPP, "views", "", ""),
    ("stages, plain", CPP, "plain", "", ""),
    ("stages, portable", CPP, "portable", "", "every stage pure()"),
    ("stages, AVX2", CPP, "avx2", "", "every stage pure()"),
    ("in_parallel, plain", CPP, "parallel_plain", "", ""),
    ("in_parallel, AVX2", CPP, "parallel", "", "every stage pure()"))
JOBS = {
    "sum": (
        ("Rust iterators", RUST, "sum", "248 µs", ""),
        ("C++ by hand", CPP, "hand", "", ""),
        *OURS),
    "collect": (
        ("Rust iterators", RUST, "collect", "4.2 ms", ""),
        ("Rust iterators, reserved", RUST, "collect_reserved", "", ""),
        ("C++ by hand", CPP, "hand", "4.5–5.2 ms", ""),
        ("C++ branch-free by hand", CPP, "branch_free_hand", "0.83 ms", ""),
        ("C++ AVX2 by hand", CPP, "avx2_hand", "0.19 ms", "the limit that we know of"),
        *OURS),
}
REMARK = {
    "sum": "Sums in 64 bits. Rust: opt-level 3, LTO, one codegen unit; C++: preset bench, so -O3 with LTO and hardening, baseline x86-64, AVX2 chosen at run time.",
    "collect": "Output anew in each call: all but Rust's collect(), which lets it grow, allocate it once, as large as the input; stages give back what is unused.",
}


def measured(compiler, *arguments):
    """What a way took, in µs."""
    def measure(work):
        printed = json.loads(run([rust_program(work, "iterators"), *arguments])[2]) if compiler == RUST else small_rival(work, "stages_peer", *arguments)
        return Measurement(printed["nanoseconds"] / 1e3, printed["result"])
    return measure


def rows(_):
    found = []
    for job, contenders in JOBS.items():
        for order in ("random", "sorted"):
            def way_of(compiler, way):
                return (way, order) if compiler == RUST else (job, order, way)
            row = [Contender(name, measured(compiler, *way_of(compiler, way)), was if order == "random" else "",
                             "; ".join(filter(None, (remark, version(*compiler)))))
                   for name, compiler, way, was, remark in contenders]
            found.append(Row(f"stages/{job}/{order}", f"1,000,000 {order} ints: filter, map, {job}", "µs", row, bases=("stages, AVX2", "stages, portable"),
                             higher_is_better=False, remark=REMARK[job]))
    return found
