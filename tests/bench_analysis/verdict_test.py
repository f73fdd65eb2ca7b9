# SPDX-License-Identifier: Apache-2.0
"""Verdicts, and the proof on simulated machines: an injected 5 % is caught, A against A is silent, in 95 of 100 runs."""
import os
import random
import unittest

import support  # noqa: F401  finds the modules under test
import noise_model
import runner
import shape
import verdict

SEED = int(os.environ.get("MILLRACE_SEED", "1000"))
RUNS = 120
MACHINES = {
    "as ours": {},
    "drifting": {"drift": 0.04, "pair_noise": 0.005},
    "two speeds": {"mode_share": 0.5, "mode_gap": 0.3},
    "heavy tails": {"tail_share": 0.3},
}


def simulate(seed, work_b, machine, plan=None):
    """One comparison as `bench.py compare` runs it, on a simulated machine."""
    simulated = noise_model.Machine(seed, **machine)
    sequences = runner.alternate(lambda name: {name: simulated.process()}, lambda name: {name: simulated.process(work_b)}, ["x"],
                                 plan or runner.Plan(seed=seed))
    return verdict.judge([verdict.compare_paired("x", "ns", sequences["x"])])[0]


class Proof(unittest.TestCase):
    def share(self, work_b, machine, wanted):
        found = [simulate(SEED + run, work_b, MACHINES[machine]).verdict for run in range(RUNS)]
        return sum(word in wanted for word in found) / RUNS, f"machine {machine!r}, seeds from {SEED}: {sorted(set(found))}"

    def test_a_against_a_is_silent(self):
        for machine in MACHINES:
            silent, words = self.share(1.0, machine, (verdict.NO_CHANGE, verdict.WITHIN_NOISE))
            with self.subTest(machine):
                self.assertGreaterEqual(silent, 0.95, words)

    def test_five_percent_more_work_is_caught(self):
        for machine in MACHINES:
            caught, words = self.share(1.05, machine, (verdict.SLOWER,))
            with self.subTest(machine):
                self.assertGreaterEqual(caught, 0.95, words)

    def test_five_percent_less_work_is_seen(self):
        seen, words = self.share(1 / 1.05, "as ours", (verdict.FASTER,))
        self.assertGreaterEqual(seen, 0.95, words)

    def test_many_benchmarks_together_are_silent(self):
        alarms = 0
        for run in range(40):
            compared = [simulate(SEED + 100 * run + number, 1.0, {}, runner.Plan(pairs_max=16)) for number in range(20)]
            alarms += any(found.verdict in (verdict.SLOWER, verdict.FASTER) for found in verdict.judge(compared))
        self.assertLessEqual(alarms, 2, f"seeds from {SEED}")

    def test_unpaired_times_on_a_drifting_machine_would_cry_wolf(self):
        """Why pairs: the same processes, each side by itself in sequence, and no band."""
        alarms = 0
        for run in range(40):
            machine = noise_model.Machine(SEED + run, **MACHINES["drifting"])
            a, b = ([machine.process() for _ in range(16)] for _ in range(2))
            found = verdict.compare_unpaired("x", "ns", a, b, threshold=0.01)
            alarms += found.p < verdict.SIGNIFICANCE
        self.assertGreater(alarms, 20)


class Judge(unittest.TestCase):
    def found(self, low, high, band=1.02, p=1e-6):
        return verdict.Comparison("x", "ns", (low * high) ** 0.5, low, high, band, p, 1, 1, 16)

    def verdict_of(self, *arguments, **named):
        return verdict.judge([self.found(*arguments, **named)])[0].verdict

    def test_needs_the_interval_outside_the_band(self):
        self.assertEqual(self.verdict_of(1.03, 1.07), "slower")
        self.assertEqual(self.verdict_of(0.90, 0.95), "faster")
        self.assertEqual(self.verdict_of(1.01, 1.07), "within noise")
        self.assertEqual(self.verdict_of(0.95, 0.99), "within noise")

    def test_needs_significance_over_all(self):
        self.assertEqual(self.verdict_of(1.03, 1.07, p=0.06), "no change")
        together = verdict.judge([self.found(1.03, 1.07, p=0.02) for _ in range(3)])
        self.assertEqual({found.verdict for found in together}, {"no change"})

    def test_needs_so_many_pairs_that_any_could_be_called(self):
        for benchmarks, pairs in ((1, 6), (6, 8), (40, 11)):
            self.assertEqual(verdict.pairs_needed(benchmarks), pairs)
            self.assertLess(benchmarks * 2 * 0.5**pairs, 0.05)
            self.assertGreaterEqual(benchmarks * 2 * 0.5**(pairs - 1), 0.05)

    def test_few_pairs_are_silent_on_a_noisy_machine(self):
        alarms = sum(simulate(SEED + run, 1.0, {}, runner.Plan(pairs_min=2, pairs_max=4)).verdict in (verdict.SLOWER, verdict.FASTER)
                     for run in range(RUNS))
        self.assertEqual(alarms, 0, f"seeds from {SEED}")

    def test_holm_steps_down(self):
        for got, expected in zip(verdict.holm([0.01, 0.04, 0.03, 0.005]), (0.03, 0.06, 0.06, 0.02)):
            self.assertAlmostEqual(got, expected)
        self.assertEqual(verdict.holm([0.9, 0.8]), [1.0, 1.0])

    def test_detectable_is_band_and_interval(self):
        self.assertAlmostEqual(self.found(0.98, 1 / 0.98, band=1.02).detectable, 1.02 * (1 / 0.98) ** (1 + 1.2816 / 1.96), 6)

    def test_pairs_come_from_fours(self):
        sequence = [("A", [1]), ("B", [2]), ("B", [3]), ("A", [4]), ("B", [5]), ("A", [6]), ("A", [7]), ("B", [8]), ("A", [9])]
        self.assertEqual(verdict.pairs_of(sequence), [([1], [2]), ([4], [3]), ([6], [5]), ([7], [8])])
        self.assertEqual(verdict.same_pairs_of(sequence), [([2], [3]), ([6], [7])])
        with self.assertRaises(ValueError):
            verdict.pairs_of([("A", [1]), ("A", [2]), ("B", [3]), ("B", [4])])


class Runner(unittest.TestCase):
    def test_alternates_and_stops_as_soon_as_it_sees_enough(self):
        still = {"A": lambda name: {name: [100.0]}, "B": lambda name: {name: [100.0]}}
        sequence = runner.alternate(still["A"], still["B"], ["x", "y"], runner.Plan(pairs_min=4))["y"]
        self.assertEqual("".join(side for side, _ in sequence), "ABBABAAB")

    def test_a_run_to_be_saved_stops_at_its_seconds(self):
        trouble = runner.Trouble()
        for seconds, processes in ((0, 4), (3600, 24)):
            sequences = runner.one_sided(lambda name: {name: [1.0]}, ["x"], runner.Plan(seconds_max=seconds), trouble)
            self.assertEqual((len(sequences["x"]), trouble.failures), (processes, []))

    def test_a_failing_benchmark_of_a_run_to_be_saved_is_named_and_left_out(self):
        trouble = runner.Trouble()
        sequences = runner.one_sided(lambda name: {name: [1.0]} if name == "x" else {}["broken"], ["x", "y"], runner.Plan(), trouble)
        self.assertEqual((list(sequences), trouble.failures), (["x"], ["y: KeyError('broken')"]))

    def test_stops_at_the_most_pairs_when_it_cannot_see(self):
        draw = random.Random(1)
        noisy = lambda name: {name: [draw.uniform(1, 9)]}  # noqa: E731
        plan = runner.Plan(pairs_max=24)
        sequences = runner.alternate(noisy, noisy, ["x"], plan)
        self.assertEqual(len(sequences["x"]), 48)
        self.assertGreater(verdict.compare_paired("x", "ns", sequences["x"]).detectable, 1.05)


class Shape(unittest.TestCase):
    def test_tukey_counts(self):
        values = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
        self.assertEqual(shape.outliers(values), (0, 0))
        self.assertEqual(shape.outliers(values + [27, 60]), (1, 1))
        self.assertEqual(shape.outliers(values + [2, -30]), (1, 1))

    def test_drift_and_modes_are_told(self):
        draw = random.Random(2)
        normal = [draw.gauss(100, 3) for _ in range(60)]
        self.assertLess(abs(shape.autocorrelation(normal)), 0.3)
        self.assertGreater(shape.autocorrelation(sorted(normal)), 0.9)
        self.assertFalse(shape.has_two_modes(normal))
        self.assertFalse(shape.has_two_modes([draw.uniform(90, 110) for _ in range(60)]))
        self.assertTrue(shape.has_two_modes(normal[:40] + [value + 40 for value in normal[40:]]))

    def test_two_modes_are_seldom_seen_where_there_are_none(self):
        draw = random.Random(3)
        wrong = sum(shape.has_two_modes([draw.gauss(100, 3) for _ in range(32)]) for _ in range(200))
        self.assertLessEqual(wrong, 4)

    def test_latency_quantiles(self):
        self.assertEqual(list(shape.latencies(range(1, 101))), ["p50", "p90", "p99"])
        self.assertEqual(shape.latencies(range(1001)), {"p50": 500, "p90": 900, "p99": 990, "p99.9": 999})


if __name__ == "__main__":
    unittest.main()
