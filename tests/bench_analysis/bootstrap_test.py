# SPDX-License-Identifier: Apache-2.0
"""The exact bootstrap against the one that draws, and against figures known by hand."""
import math
import random
import statistics
import unittest

import support  # noqa: F401  finds the modules under test
import bootstrap


class MedianBelow(unittest.TestCase):
    def test_is_a_binomial_probability(self):
        self.assertAlmostEqual(bootstrap.at_least(3, 2, 0.5), 0.5)
        self.assertAlmostEqual(bootstrap.at_least(5, 3, 0.2), 10 * 0.2**3 * 0.8**2 + 5 * 0.2**4 * 0.8 + 0.2**5)
        self.assertAlmostEqual(bootstrap.at_least(200, 150, 0.75), 1 - bootstrap.at_least(200, 51, 0.25), 12)

    def test_keeps_tiny_tails(self):
        self.assertAlmostEqual(bootstrap.at_least(100, 100, 0.5) / 0.5**100, 1, 9)
        self.assertEqual((bootstrap.at_least(9, 0, 0.3), bootstrap.at_least(9, 5, 0.0), bootstrap.at_least(9, 5, 1.0)), (1, 0, 1))

    def test_draw_for_median_is_its_inverse(self):
        for n in (1, 2, 5, 16, 121):
            for q in (0.025, 0.5, 0.975):
                self.assertAlmostEqual(bootstrap.median_below(n, bootstrap.draw_for_median(n, q)), q, 9)

    def test_weights_of_repetitions_are_those_of_efron(self):
        # n = 3: a sorted value is the median of three draws with 7/27, 13/27 and 7/27.
        for weight, expected in zip(bootstrap.repetition_weights(3), (7 / 27, 13 / 27, 7 / 27)):
            self.assertAlmostEqual(weight, expected)


class Hierarchy(unittest.TestCase):
    def pairs(self, seed, count, repetitions, effect=0.0):
        draw = random.Random(seed)
        process = lambda shift: [math.exp(shift + draw.gauss(0, 0.02)) for _ in range(repetitions)]  # noqa: E731
        return [(process(draw.gauss(0, 0.03)), process(effect + draw.gauss(0, 0.03))) for _ in range(count)]

    def drawn_medians(self, pairs, seed, samples=6000):
        draw = random.Random(seed)
        again = lambda values: statistics.median(draw.choices(values, k=len(values)))  # noqa: E731
        return [statistics.median(math.log(again(b) / again(a)) for a, b in draw.choices(pairs, k=len(pairs))) for _ in range(samples)]

    def test_agrees_with_a_bootstrap_that_draws(self):
        for count, repetitions in ((15, 5), (17, 3), (15, 1)):
            pairs = self.pairs(7, count, repetitions, effect=0.01)
            exact = bootstrap.MedianBootstrap([bootstrap.pair_atoms(a, b) for a, b in pairs])
            medians = self.drawn_medians(pairs, 8)
            for value in (*exact.interval(), 0.0, 0.01, 0.02):
                with self.subTest(pairs=count, repetitions=repetitions, value=value):
                    self.assertAlmostEqual(exact.up_to(value), sum(median <= value + 1e-12 for median in medians) / len(medians), delta=0.02)

    def test_interval_covers_the_truth(self):
        seed, effect, runs = 100, 0.02, 300
        covered = 0
        for run in range(runs):
            low, high = bootstrap.MedianBootstrap(
                [bootstrap.pair_atoms(a, b) for a, b in self.pairs(seed + run, 16, 5, effect)]).interval()
            covered += low <= effect <= high
        self.assertGreaterEqual(covered / runs, 0.92, f"seed {seed}")

    def test_sign_test_is_exact_whatever_the_bootstrap_says_of_a_few_pairs(self):
        two = bootstrap.MedianBootstrap([bootstrap.pair_atoms([1.0], [1.1])] * 2)
        self.assertEqual((two.p_value(), bootstrap.sign_p([0.1, 0.1])), (0, 0.5))
        self.assertAlmostEqual(bootstrap.sign_p([1, 2, 3, 4, -5, 0]), 2 * 6 / 32)
        self.assertEqual((bootstrap.sign_p([0, 0]), bootstrap.sign_p([1, -1])), (1, 1))

    def test_equal_pairs_have_no_effect(self):
        still = bootstrap.MedianBootstrap([bootstrap.pair_atoms([2.0], [2.0])] * 9)
        self.assertEqual((still.interval(), still.p_value()), ((0, 0), 1))

    def test_p_value_of_an_effect_in_every_pair_is_tiny(self):
        far = bootstrap.MedianBootstrap([bootstrap.pair_atoms([2.0], [3.0 + n / 100]) for n in range(40)])
        self.assertLess(far.p_value(), 1e-9)

    def test_band_counts_each_pair_both_ways(self):
        drifting = [bootstrap.pair_atoms([1.1], [1.0])] * 20  # always the second is faster: a drift, not a difference
        self.assertAlmostEqual(bootstrap.noise_band(drifting, 20), math.log(1.1))
        self.assertEqual(bootstrap.noise_band([bootstrap.pair_atoms([1.0], [1.0])] * 4, 8), 0)

    def test_difference_of_unpaired_groups(self):
        draw = random.Random(3)
        groups = [[bootstrap.process_atoms([math.exp(shift + draw.gauss(0, 0.01)) for _ in range(5)]) for _ in range(24)] for shift in (0, 0.1)]
        low, high, p = bootstrap.difference_interval(*groups)
        self.assertTrue(0.08 < low < 0.1 < high < 0.12, (low, high))
        self.assertLess(p, 0.001)
        self.assertGreater(bootstrap.difference_interval(groups[0], groups[0])[2], 0.5)


if __name__ == "__main__":
    unittest.main()
