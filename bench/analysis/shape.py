# SPDX-License-Identifier: Apache-2.0
"""What the numbers of a run look like: outliers, drift, two modes, tails. All of it is reported; nothing is ever dropped."""
import math
import statistics


def quantile(ordered, q):
    """Linear between neighbours (Hyndman and Fan 1996, type 7); `ordered` is sorted and not empty."""
    place = q * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def outliers(values):
    """(mild, severe) by Tukey's fences, 1.5 and 3 times the distance between the quartiles beyond them (Tukey 1977)."""
    ordered = sorted(values)
    low, high = quantile(ordered, 0.25), quantile(ordered, 0.75)
    reach = high - low
    severe = sum(value < low - 3 * reach or value > high + 3 * reach for value in ordered)
    beyond = sum(value < low - 1.5 * reach or value > high + 1.5 * reach for value in ordered)
    return beyond - severe, severe


def autocorrelation(values):
    """Of neighbours in time (lag 1), of ranks, so that one outlier does not decide it; 0 for fewer than 8 values."""
    if len(values) < 8:
        return 0.0
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    for rank, place in enumerate(order):
        ranks[place] = rank - (len(values) - 1) / 2
    return sum(a * b for a, b in zip(ranks, ranks[1:])) / sum(rank * rank for rank in ranks)


def has_two_modes(values):
    """Whether the best cut into two groups leaves almost all of the spread between them, not within (Otsu 1979).

    A normal sample keeps 64 % between the halves, a uniform one 75 %; two groups 4 deviations apart 80 % and more. Extremes
    are set aside first, and each group holds at least a tenth."""
    ordered = sorted(values)
    trimmed = ordered[len(ordered) // 40:len(ordered) - len(ordered) // 40]
    n = len(trimmed)
    total = statistics.pvariance(trimmed) if n >= 16 else 0.0
    if total <= (0.01 * statistics.median(trimmed)) ** 2:  # under 1 % of the value it is of no matter
        return False
    mean = statistics.fmean(trimmed)
    best, running = 0.0, 0.0
    for count, value in enumerate(trimmed[:-1], 1):
        running += value
        if count < n / 10 or n - count < n / 10:
            continue
        apart = (running / count - (n * mean - running) / (n - count)) ** 2
        best = max(best, count * (n - count) / n ** 2 * apart)
    return best / total > 0.85


LATENCY_QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999}


def latencies(samples):
    """The quantiles of one process's samples by name; those that the number of samples cannot show are left out."""
    ordered = sorted(samples)
    return {name: quantile(ordered, q) for name, q in LATENCY_QUANTILES.items() if len(ordered) * (1 - q) >= 0.999}
