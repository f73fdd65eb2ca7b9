# SPDX-License-Identifier: Apache-2.0
"""From measured processes to a verdict for each benchmark.

A benchmark's processes come in time order as (side, repetitions), side "A" or "B", in fours ABBA and BAAB by turns. Out of each
four come two pairs of A with B, once either first, and one pair of a program with itself (the two in the middle): the same
distance apart in time, so that what they differ by is what the machine does to any pair. Ratios are of times, B over A: above 1,
B is slower.
"""
import dataclasses
import math
import statistics

import bootstrap
import shape

FASTER, SLOWER, NO_CHANGE, WITHIN_NOISE = "faster", "slower", "no change", "within noise"
SIGNIFICANCE = 0.05
THRESHOLD = 0.01           # a band is at least this: what another link order does to a program (Mytkowicz and others 2009)
BASELINE_THRESHOLD = 0.05  # against a saved run, which has no partner in time
NINE_IN_TEN = 1.2816 / 1.9600  # of an interval's half: how far beyond an effect must be to be seen nine times in ten


@dataclasses.dataclass
class Comparison:
    name: str
    unit: str
    ratio: float        # median of the pairs' ratios, B over A
    low: float          # its 95 % interval
    high: float
    band: float         # of noise: ratios from 1/band to band are what the machine does by itself
    p: float
    median_a: float
    median_b: float
    pairs: int
    is_paired: bool = True
    p_adjusted: float = 1.0
    verdict: str = NO_CHANGE
    outliers_a: tuple = (0, 0)
    outliers_b: tuple = (0, 0)
    warnings: list = dataclasses.field(default_factory=list)

    @property
    def detectable(self):
        """The smallest change that this run would have called nine times in ten, had it been the only benchmark (before Holm's
        correction), as a ratio above 1."""
        half = max(math.log(self.high / self.ratio), math.log(self.ratio / self.low))
        return math.exp(math.log(self.band) + half * (1 + NINE_IN_TEN))


def fours(sequence):
    whole = len(sequence) - len(sequence) % 4
    return [sequence[start:start + 4] for start in range(0, whole, 4)]


def pairs_of(sequence):
    """[(repetitions of A, repetitions of B)] in time order."""
    found = []
    for four in fours(sequence):
        for (side, first), (other, second) in (four[:2], four[2:]):
            if {side, other} != {"A", "B"}:
                raise ValueError("a four that is neither ABBA nor BAAB")
            found.append((first, second) if side == "A" else (second, first))
    return found


def same_pairs_of(sequence):
    return [(four[1][1], four[2][1]) for four in fours(sequence)]


def processes_of(sequence, side):
    return [repetitions for which, repetitions in sequence if which == side]


def compare_paired(name, unit, sequence, threshold=THRESHOLD):
    """The comparison without its verdict, which needs all benchmarks'; `sequence` holds at least one four."""
    pairs = pairs_of(sequence)
    ratios = [bootstrap.log_ratio(a, b) for a, b in pairs]
    drawn = bootstrap.MedianBootstrap([bootstrap.pair_atoms(a, b) for a, b in pairs])
    low, high = drawn.interval()
    middle = statistics.median(ratios)
    band = bootstrap.noise_band([bootstrap.pair_atoms(a, b) for a, b in same_pairs_of(sequence)], len(pairs))
    found = Comparison(name, unit, math.exp(middle), math.exp(min(low, middle)), math.exp(max(high, middle)),
                       max(math.exp(band), 1 + threshold), max(drawn.p_value(), bootstrap.sign_p(ratios)), 0, 0, len(pairs))
    describe(found, processes_of(sequence, "A"), processes_of(sequence, "B"))
    correlation = shape.autocorrelation(ratios)
    if correlation > 2 / math.sqrt(len(ratios)):
        found.warnings.append(f"neighbouring pairs are alike (lag-1 autocorrelation {correlation:.2f}): the interval is too narrow")
    return found


def describe(found, a, b):
    """Fills in what is told of A's and B's processes."""
    for side, processes in (("A", a), ("B", b)):
        medians = [statistics.median(repetitions) for repetitions in processes]
        repetitions = [value for process in processes for value in process]
        setattr(found, f"median_{side.lower()}", statistics.median(medians))
        setattr(found, f"outliers_{side.lower()}", shape.outliers(repetitions))
        if shape.has_two_modes(medians):
            found.warnings.append(f"{side}'s processes fall into two groups of speed, the program's or the machine's: no median stands for both")


def compare_unpaired(name, unit, a, b, threshold=BASELINE_THRESHOLD):
    """Against a saved run: lists of processes that ran at other times, so that drift is not cancelled. The band holds how far
    the machine swung within each of the two sessions."""
    low, high, p = bootstrap.difference_interval([bootstrap.process_atoms(x) for x in a], [bootstrap.process_atoms(x) for x in b])
    middle = math.log(median_of(b) / median_of(a))
    band = max(swing(a), swing(b), math.log1p(threshold))
    found = Comparison(name, unit, math.exp(middle), math.exp(min(low, middle)), math.exp(max(high, middle)), math.exp(band), p,
                       0, 0, min(len(a), len(b)), is_paired=False)
    describe(found, a, b)
    return found


def median_of(processes):
    return statistics.median(statistics.median(repetitions) for repetitions in processes)


def swing(processes, parts=4):
    """The largest log ratio between the medians of the quarters of a session."""
    size = len(processes) // parts
    if size == 0:
        return 0.0
    medians = [median_of(processes[part * size:(part + 1) * size]) for part in range(parts)]
    return math.log(max(medians) / min(medians))


def holm(p_values):
    """Adjusted p-values (Holm 1979): the chance that any of the calls is wrong stays under 5 %, whatever depends on what.

    Benjamini and Hochberg's would bound the share of wrong calls instead: better for finding candidates, but a gate that stops
    a change must be right about each one it names."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, most = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        most = max(most, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = most
    return adjusted


def pairs_needed(benchmarks):
    """How many pairs, all of one sign, it takes at the least for a verdict among so many benchmarks."""
    return math.floor(math.log2(2 * benchmarks / SIGNIFICANCE)) + 1


def judge(comparisons):
    """Sets the verdict of each, in the light of all."""
    needed = pairs_needed(max(1, len(comparisons)))
    for found, p in zip(comparisons, holm([found.p for found in comparisons])):
        if found.is_paired and found.pairs < needed:
            found.warnings.append(f"{found.pairs} pairs are too few for a verdict among {len(comparisons)} benchmarks: {needed} at the least")
        found.p_adjusted = p
        if p >= SIGNIFICANCE:
            found.verdict = NO_CHANGE
        elif found.low > found.band:
            found.verdict = SLOWER
        elif found.high < 1 / found.band:
            found.verdict = FASTER
        else:
            found.verdict = WITHIN_NOISE
    return comparisons
