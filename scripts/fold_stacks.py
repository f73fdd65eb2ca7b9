#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Folds what perf or callgrind saw into lines "outer;inner;innermost N", which flamegraph.pl draws.

  perf script -i perf.data | fold_stacks.py perf > folded               N: samples
  fold_stacks.py callgrind callgrind.out > folded                       N: instructions

Callgrind has to have run with --separate-callers=100: a function's name then carries its callers, innermost first, joined by "'"."""
import re
import sys
from collections import Counter

SAMPLE = re.compile(r"^(\S.*?)\s+\d+(?:/\d+)?\s+(?:\[\d+\]\s+)?[\d.]+:")   # perf script: a thread's name, its id, [cpu], a time
FRAME = re.compile(r"^\s+[0-9a-f]+ (.*) \(([^()]*(?:\(deleted\))?)\)$")      # an address, a function, (its file)
NAME = re.compile(r"^(c?fn)=\((\d+)\)(?: (.*))?$")


def frame_name(name):
    return name.replace(";", ":").strip() or "?"


def fold_perf(lines):
    stacks, thread, frames = Counter(), None, []

    def finish():
        if thread is not None:
            stacks[";".join([thread, *reversed(frames)])] += 1

    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        if sample := SAMPLE.match(line):
            finish()
            thread, frames = frame_name(sample[1]), []
        elif (frame := FRAME.match(line)) and thread is not None:
            name = re.sub(r"\+0x[0-9a-f]+$", "", frame[1])
            frames.append(frame_name(name if name != "[unknown]" else frame[2].rsplit("/", 1)[-1]))
    finish()
    return stacks


def fold_callgrind(lines):
    """Self cost by context. Lines of cost follow fn=; the one behind calls= is the callee's, and counted there."""
    names, stacks, stack, skip = {}, Counter(), "?", False
    for line in lines:
        line = line.rstrip("\n")
        if hit := NAME.match(line):
            if hit[3] is not None:
                names[hit[2]] = hit[3]
            if hit[1] == "fn":
                stack = stack_of(names[hit[2]])
        elif line.startswith("calls="):
            skip = True
        elif re.match(r"[+\-*\d]\S* \d+", line):
            if not skip:
                stacks[stack] += int(line.split()[-1])
            skip = False
    return stacks


def stack_of(name):
    """'inner'middle'outer' as outer;middle;inner. A recursion's depth ('2 at the end) is left out."""
    frames = name.split("'")
    if len(frames) > 1 and frames[-1].isdigit():
        frames.pop()
    return ";".join(frame_name(frame) for frame in reversed(frames))


def main(arguments):
    if arguments == ["perf"]:
        stacks = fold_perf(sys.stdin)
    elif len(arguments) == 2 and arguments[0] == "callgrind":
        with open(arguments[1], encoding="utf-8", errors="replace") as file:
            stacks = fold_callgrind(file)
    else:
        sys.exit(__doc__)
    if not stacks:
        sys.exit("fold_stacks: no stacks in the input")
    for stack, count in sorted(stacks.items()):
        if count:
            print(stack, count)


if __name__ == "__main__":
    main(sys.argv[1:])
