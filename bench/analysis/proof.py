#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves the analysis on this machine, live: comparisons of a program with itself, and with itself made 5 % slower.

    cmake --preset bench && cmake --build --preset bench --target probe
    bench/analysis/proof.py --probe build/bench/bench/probe

Runs 100 comparisons A against A and 40 with more work in B, mixed over the session, each as `bench.py compare` does it but for a
share of the time that is given to all. A false alarm is a run of A against A in which any benchmark is called slower or faster; a
slow-down is caught where it is called slower. Then the processes that A against A recorded are drawn again in blocks, as they are and with
B's times made 5 % longer: as many comparisons again, without the machine. Exits with 1 when more than 5 of 100 are wrong.
"""
import argparse
import random
import statistics
import sys
import time

import baseline
import programs
import runner
import verdict

STEPS = 1000  # of the probe's work


def compare(probe, percent, seconds, seed):
    """One live comparison: its sequences."""
    work = round(STEPS * (1 + percent / 100))
    a = programs.GoogleBenchmark(probe, seed=seed, environment={"MILLRACE_PROBE_STEPS": str(STEPS)})
    b = programs.GoogleBenchmark(probe, seed=seed + 1, environment={"MILLRACE_PROBE_STEPS": str(work)})
    plan = runner.Plan(seconds_max=seconds, seed=seed)
    trouble = runner.Trouble()
    sequences = runner.alternate(a.measure, b.measure, a.names(), plan, trouble)
    if trouble.failures:
        sys.exit(f"proof: {'; '.join(trouble.failures)}")
    return sequences


def judge(sequences):
    return verdict.judge([verdict.compare_paired(name, "ns", sequence) for name, sequence in sequences.items()])


def redrawn(recorded, count, factor, draw):
    """A comparison of `count` fours that stood one after another in a recording, B's times made longer."""
    sequences = {}
    for name, sequence in recorded.items():
        whole = verdict.fours(sequence)
        start = draw.randrange(max(1, len(whole) - count + 1))
        sequences[name] = [(side, [value * factor for value in times] if side == "B" else times)
                           for four in whole[start:start + count] for side, times in four]
    return sequences


class Tally:
    """What became of the comparisons of one kind."""

    def __init__(self, detect):
        self.detect = detect
        self.runs, self.pairs, self.called, self.able, self.alarms = 0, [], {}, {}, 0

    def add(self, comparisons):
        self.runs += 1
        self.alarms += any(found.verdict in (verdict.SLOWER, verdict.FASTER) for found in comparisons)
        for found in comparisons:
            self.pairs.append(found.pairs)
            self.called[found.name] = self.called.get(found.name, 0) + (found.verdict == verdict.SLOWER)
            self.able[found.name] = self.able.get(found.name, 0) + (found.detectable <= 1 + self.detect)

    def rows(self, label, is_slow):
        for name, called in self.called.items():
            yield (f"| {label} | {name} | {self.runs} | {called if is_slow else '–'} | {'–' if is_slow else self.alarms} | "
                   f"{self.able[name]} | {statistics.median(self.pairs):.0f} |")

    def is_good(self, is_slow):
        right = min(self.called.values()) if is_slow else self.runs - self.alarms
        return right >= 0.95 * self.runs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--probe", required=True, help="the program built from probe.cc")
    parser.add_argument("--same", type=int, default=100, help="comparisons of A with itself (100)")
    parser.add_argument("--slow", type=int, default=40, help="comparisons with B slower (40)")
    parser.add_argument("--percent", type=float, default=5, help="how much more work B does (5)")
    parser.add_argument("--seconds", type=float, default=560, help="for all live comparisons (560)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-goals", action="store_true", help="do not fail when more than 5 of 100 are wrong")
    options = parser.parse_args()
    here = baseline.machine()
    print(f"{here['cores']} cores, {here['cpu']}, Linux {here['kernel']}; load average {programs.os.getloadavg()[0]:.1f}; seed {options.seed}")
    draw = random.Random(options.seed)
    kinds = ["same"] * options.same + ["slow"] * options.slow
    draw.shuffle(kinds)
    live = {kind: Tally(options.percent / 100) for kind in ("same", "slow")}
    recorded = {}
    end = time.monotonic() + options.seconds
    for number, kind in enumerate(kinds):
        seconds = (end - time.monotonic()) / (len(kinds) - number)
        sequences = compare(options.probe, options.percent if kind == "slow" else 0, seconds, options.seed + 2 * number)
        live[kind].add(judge(sequences))
        if kind == "same":
            for name, sequence in sequences.items():
                recorded.setdefault(name, []).extend(sequence[:len(sequence) - len(sequence) % 4])
        if sys.stderr.isatty():
            print(f"\r{number + 1} of {len(kinds)} ", end="", file=sys.stderr, flush=True)
    count = 20  # fours: 40 pairs
    again = {kind: Tally(options.percent / 100) for kind in ("same", "slow")}
    for _ in range(max(options.same, options.slow)):
        again["same"].add(judge(redrawn(recorded, count, 1.0, draw)))
        again["slow"].add(judge(redrawn(recorded, count, 1 + options.percent / 100, draw)))
    print("\n| data | benchmark | comparisons | called slower | false alarms | could see it | pairs, median |\n|---|---|---|---|---|---|---|")
    is_good = True
    for source, tallies in (("live", live), ("recorded", again)):
        for kind, tally in tallies.items():
            if tally.runs:
                label = f"{source}, {'A against A' if kind == 'same' else f'{options.percent:g} % slower'}"
                print("\n".join(tally.rows(label, kind == "slow")))
                is_good &= tally.is_good(kind == "slow")
    print(f"\n{'at least 95 of 100 are right in each' if is_good else 'MISSED: fewer than 95 of 100 are right in one of them'}")
    return 0 if is_good or options.no_goals else 1


if __name__ == "__main__":
    sys.exit(main())
