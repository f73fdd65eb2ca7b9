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

import programs
import verdict

ORDERS = ("ABBA", "BAAB")


@dataclasses.dataclass
class Plan:
    detect: float = 0.05     # the change that has to be seen
    pairs_min: int = 16
    pairs_max: int = 120     # of processes, for each benchmark
    seconds_max: float = 3600  # looked at after each round, once there are pairs_min
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


class Trouble:
    """What went wrong in a run without ending it."""

    def __init__(self):
        self.warnings, self.failures, self.is_interrupted = [], [], False

    def warn(self, text):
        if text not in self.warnings:
            self.warnings.append(text)

    def attempt(self, work, task, otherwise=None):
        """What `work()` gives, or `otherwise` where it fails: then `task` is named, and the others go on. After a Ctrl-C nothing
        more is begun."""
        if self.is_interrupted:
            return otherwise
        try:
            return work()
        except KeyboardInterrupt:
            self.is_interrupted = True
            self.failures.append("interrupted: what was measured until then is told")
        except Exception as error:
            self.failures.append(f"{task}: {str(error) if isinstance(error, programs.Refused) else repr(error)}")
        return otherwise

    def check(self, sequences):
        if not sequences:
            raise programs.Refused("; ".join(self.failures) or "nothing was measured")
        return sequences


def one_four(measures, task, order, trouble):
    """{benchmark: [(side, repetitions)]} of four processes; what not all four have is left out and told."""
    four = [(side, measures[side](task)) for side in order]
    names = {name: None for _, found in four for name in found}
    whole = [name for name in names if all(name in found for _, found in four)]
    for name in names.keys() - set(whole):
        trouble.warn(f"{name}: not every process of both sides gave it; where one did not, its round is left out")
    return {name: [(side, found[name]) for side, found in four] for name in whole}


def alternate(measure_a, measure_b, tasks, plan, trouble=None):
    """Measures every task on both sides. `measure_x(task)` runs one process and gives {benchmark: repetitions}.

    Gives {benchmark: sequence}, a sequence being [(side, repetitions)] in time order, whole fours. A task that fails has none."""
    draw, trouble = random.Random(plan.seed), trouble or Trouble()
    measures = {"A": measure_a, "B": measure_b}
    sequences, of_task, open_tasks = {}, {task: [] for task in tasks}, list(tasks)
    begin = time.monotonic()
    rounds = 0
    while open_tasks and not trouble.is_interrupted:
        draw.shuffle(open_tasks)
        for task in list(open_tasks):
            four = trouble.attempt(lambda task=task: one_four(measures, task, ORDERS[rounds % 2], trouble), task)
            if trouble.is_interrupted:
                break
            if four is None:
                open_tasks.remove(task)
                of_task[task] = []
                continue
            of_task[task] += [name for name in four if name not in of_task[task]]
            for name, processes in four.items():
                sequences.setdefault(name, []).extend(processes)
        rounds += 1
        pairs = 2 * rounds
        is_late = time.monotonic() - begin > plan.seconds_max
        if pairs >= plan.pairs_min and (is_late or pairs >= plan.pairs_max):
            open_tasks = []
        elif pairs >= plan.pairs_min and rounds % 2 == 0:  # both orders have been
            open_tasks = [task for task in open_tasks if not sees_enough(of_task[task], sequences, plan)]
        report_progress(f"{pairs} pairs each, {len(open_tasks)} of {len(tasks)} benchmarks go on")
    report_progress("")
    return trouble.check({name: sequences[name] for task in tasks for name in of_task[task]})


def sees_enough(names, sequences, plan):
    return all(verdict.compare_paired(name, "", sequences[name], plan.threshold).detectable <= 1 + plan.detect for name in names)


def one_sided(measure, tasks, plan, trouble, processes=24):
    """Of one program, to be saved: {benchmark: sequence} of processes spread over the whole session. A task that fails has none."""
    draw = random.Random(plan.seed)
    found, order = {task: {} for task in tasks}, list(tasks)
    count = min(processes, max(4, plan.pairs_max))
    begin = time.monotonic()
    for number in range(count):
        draw.shuffle(order)
        for task in list(order):
            process = trouble.attempt(lambda task=task: measure(task), task)
            if trouble.is_interrupted:
                break
            if process is None:
                order.remove(task)
                found[task] = {}
                continue
            for name, repetitions in process.items():
                found[task].setdefault(name, []).append(("A", repetitions))
        if trouble.is_interrupted or number >= 3 and time.monotonic() - begin > plan.seconds_max:
            break
        report_progress(f"{number + 1} of {count} processes each")
    report_progress("")
    return trouble.check({name: sequence for sequences in found.values() for name, sequence in sequences.items()})
