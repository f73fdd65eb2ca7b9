# SPDX-License-Identifier: Apache-2.0
"""Runs processes in an order in which what the machine does by itself falls on both sides alike.

Of two programs each benchmark is measured alone in short processes, in fours ABBA and BAAB by turns (so
that a drift, straight or bent, falls on both alike). A pair is two neighbours, some tens of milliseconds apart: a shared machine
is then almost the same for both. Each round does one four of every benchmark, in a new random order, until each could see the
wanted change, and no longer: the stop looks at how wide the interval is, never at where it lies."""
import dataclasses
import random
import sys
import time

import verdict

ORDERS = ("ABBA", "BAAB")


@dataclasses.dataclass
class Plan:
    detect: float = 0.05     # the change that has to be seen
    pairs_min: int = 16
    pairs_max: int = 120     # of processes, for each benchmark
    seconds_max: float = 3600
    threshold: float = verdict.THRESHOLD
    seed: int = 1

    @classmethod
    def quick(cls, seed=1):
        return cls(detect=0.10, pairs_min=8, pairs_max=16, seed=seed)

    @classmethod
    def tiny(cls, seed=1):
        """Enough to see that everything runs; says nothing about speed."""
        return cls(detect=10.0, pairs_min=2, pairs_max=2, seed=seed)


def report_progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def alternate(measure_a, measure_b, tasks, plan):
    """Measures every task on both sides. `measure_x(task)` runs one process and gives {benchmark: repetitions}.

    Gives {benchmark: sequence}, a sequence being [(side, repetitions)] in time order."""
    draw = random.Random(plan.seed)
    sequences, of_task, open_tasks = {}, {task: [] for task in tasks}, list(tasks)
    begin = time.monotonic()
    rounds = 0
    while open_tasks:
        draw.shuffle(open_tasks)
        for task in open_tasks:
            for side in ORDERS[rounds % 2]:
                for name, repetitions in (measure_a if side == "A" else measure_b)(task).items():
                    sequences.setdefault(name, []).append((side, repetitions))
                    if name not in of_task[task]:
                        of_task[task].append(name)
        rounds += 1
        pairs = 2 * rounds
        is_late = time.monotonic() - begin > plan.seconds_max
        if pairs >= plan.pairs_min and (is_late or pairs >= plan.pairs_max):
            open_tasks = []
        elif pairs >= plan.pairs_min and rounds % 2 == 0:  # both orders have been
            open_tasks = [task for task in open_tasks if not sees_enough(of_task[task], sequences, plan)]
        report_progress(f"{pairs} pairs each, {len(open_tasks)} of {len(tasks)} benchmarks go on")
    report_progress("")
    return {name: sequences[name] for task in tasks for name in of_task[task]}


def sees_enough(names, sequences, plan):
    return all(verdict.compare_paired(name, "", sequences[name], plan.threshold).detectable <= 1 + plan.detect for name in names)


def one_sided(measure, tasks, plan, processes=24):
    """Of one program, to be saved: {benchmark: sequence} of processes spread over the whole session."""
    draw = random.Random(plan.seed)
    sequences, order = {}, list(tasks)
    count = min(processes, max(4, plan.pairs_max))
    for number in range(count):
        draw.shuffle(order)
        for task in order:
            for name, repetitions in measure(task).items():
                sequences.setdefault(name, []).append(("A", repetitions))
        report_progress(f"{number + 1} of {count} processes each")
    report_progress("")
    return dict(sorted(sequences.items(), key=lambda item: tasks.index(item[0]) if item[0] in tasks else len(tasks)))
