# SPDX-License-Identifier: Apache-2.0
"""The hierarchical bootstrap of a median of paired log ratios, worked out exactly instead of drawn.

What is measured: pairs of processes, one of A and one of B next to each other in time, each with some repetitions. A pair's
value is log(median of B's repetitions / median of A's). The bootstrap draws pairs with replacement, and within each process
of a drawn pair its repetitions with replacement (two levels, as Kalibera and Jones 2013 ask for), and looks at the median.

No draw is needed. The median of r draws out of r sorted repetitions is the k-th of them with a binomial probability (Efron
1979, section 3; Maritz and Jarrett 1978). So a drawn pair is one of few values, each with a known weight, drawn pairs are
independent, and the median of n of them is below x with a binomial probability again. That is the limit of infinitely many
resamples: nothing random, and no seed.
"""
import bisect
import functools
import math
import statistics


@functools.lru_cache(maxsize=4096)
def log_choose(n, k):
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def at_least(n, k, p):
    """P(Binomial(n, p) >= k)."""
    if k <= 0 or p >= 1:
        return 1.0
    if p <= 0:
        return 0.0
    log_p, log_q = math.log(p), math.log1p(-p)
    terms = range(k, n + 1) if k > n * p else range(0, k)  # the smaller tail, so that nothing is lost in 1 - x
    tail = math.fsum(math.exp(log_choose(n, j) + j * log_p + (n - j) * log_q) for j in terms)
    return min(1.0, tail if k > n * p else 1.0 - tail)


def median_below(n, p):
    """P(the median of n draws <= x), where one draw is <= x with probability p. For even n, a middle one of the two at random."""
    if n % 2:
        return at_least(n, (n + 1) // 2, p)
    return (at_least(n, n // 2, p) + at_least(n, n // 2 + 1, p)) / 2


@functools.lru_cache(maxsize=1024)
def draw_for_median(n, q):
    """The p at which median_below(n, p) is q."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if median_below(n, middle) < q else (low, middle)
    return high


@functools.lru_cache(maxsize=64)
def repetition_weights(r):
    """How likely the median of r draws with replacement out of r sorted values is the k-th of them."""
    below = [median_below(r, k / r) for k in range(r + 1)]
    return tuple(high - low for low, high in zip(below, below[1:]))


def process_atoms(repetitions):
    """[(log of a repetition, weight)] of a process: what its median is when its repetitions are drawn again."""
    return [(math.log(value), weight) for value, weight in zip(sorted(repetitions), repetition_weights(len(repetitions)))]


def pair_atoms(first, second):
    """[(log ratio second/first, weight)] of two processes, each given by its repetitions."""
    firsts = process_atoms(first)
    return [(b - a, v * w) for b, v in process_atoms(second) for a, w in firsts]


def sign_p(values):
    """The sign test's p-value, two-sided and exact: how likely so many of as many tosses fall on one side. Zeros do not count."""
    up, down = sum(value > 0 for value in values), sum(value < 0 for value in values)
    return min(1.0, 2 * at_least(up + down, max(up, down), 0.5))


def log_ratio(first, second):
    return math.log(statistics.median(second) / statistics.median(first))


class MedianBootstrap:
    """The distribution of the median of `draws` groups drawn with replacement out of `groups`, each a list of (value, weight)."""

    def __init__(self, groups, draws=None):
        self.draws = draws or len(groups)
        merged = sorted((value, weight / len(groups)) for group in groups for value, weight in group)
        self.values, self.below, total = [], [], 0.0
        for value, weight in merged:
            total += weight
            self.values.append(value)
            self.below.append(total)
        self.below[-1] = 1.0

    def quantile(self, q):
        """The q-quantile of the bootstrapped median."""
        return self.values[min(bisect.bisect_left(self.below, draw_for_median(self.draws, q)), len(self.values) - 1)]

    def interval(self, confidence=0.95):
        """The percentile interval (Efron and Tibshirani 1993, chapter 13)."""
        return self.quantile((1 - confidence) / 2), self.quantile((1 + confidence) / 2)

    def p_value(self, centre=0.0):
        """Twice the share of resamples whose median is on the other side of `centre`. Of a few pairs it is far too small (of two that
        agree it is 0), so that a verdict takes the larger of it and sign_p."""
        under = self.share(bisect.bisect_left(self.values, centre))
        return min(1.0, 2 * min(self.up_to(centre), 1 - under))

    def up_to(self, value):
        """The share of resamples whose median is at most `value`."""
        return self.share(bisect.bisect_right(self.values, value))

    def share(self, count):
        return median_below(self.draws, self.below[count - 1] if count else 0.0)


def noise_band(same_pairs, draws, confidence=0.95):
    """How far from 0 the median of `draws` pairs of a program with itself lies in all but 5 % of resamples.

    Which of two runs of one program is called the first is arbitrary, so each pair counts both ways (a randomisation test's
    null distribution: Efron and Tibshirani 1993, chapter 15)."""
    both = []
    for atoms in same_pairs:
        both.append([(value, weight / 2) for value, weight in atoms] + [(-value, weight / 2) for value, weight in atoms])
    return MedianBootstrap(both, draws).quantile((1 + confidence) / 2)


def difference_interval(first, second, confidence=0.95, steps=200):
    """Of the medians of two groups that are not paired: (low, high, p) of second - first, from `steps` quantiles of each."""
    grid = [(step + 0.5) / steps for step in range(steps)]
    lows, highs = ([MedianBootstrap(groups).quantile(q) for q in grid] for groups in (first, second))
    differences = sorted(b - a for a in lows for b in highs)
    count = len(differences)
    under, up_to = bisect.bisect_left(differences, 0.0), bisect.bisect_right(differences, 0.0)
    p = 2 * min(up_to + 1, count - under + 1) / (count + 1)
    return differences[int(count * (1 - confidence) / 2)], differences[min(count - 1, int(count * (1 + confidence) / 2))], min(1.0, p)
