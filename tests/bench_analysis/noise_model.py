# SPDX-License-Identifier: Apache-2.0
"""A machine worse than ours, simulated: the times of processes with drift, two modes, heavy tails and noisy repetitions."""
import math
import random


class Machine:
    def __init__(self, seed, pair_noise=0.01, repetition_noise=0.01, drift=0.02, mode_share=0.2, mode_gap=0.15, tail_share=0.05):
        self.random = random.Random(seed)
        self.pair_noise, self.repetition_noise, self.drift = pair_noise, repetition_noise, drift
        self.mode_share, self.mode_gap, self.tail_share = mode_share, mode_gap, tail_share
        self.level, self.is_slow = 0.0, False

    def process(self, work=1.0, repetitions=5):
        """The times of one process that does `work`; time goes on by one process."""
        draw = self.random
        self.level = 0.98 * self.level + draw.gauss(0, self.drift)  # a random walk that comes back: some 10 % either way
        if draw.random() < 0.1:  # a neighbour of the host comes or goes
            self.is_slow = draw.random() < self.mode_share
        base = self.level + draw.gauss(0, self.pair_noise) + (self.mode_gap if self.is_slow else 0.0)
        times = []
        for _ in range(repetitions):
            noise = abs(draw.gauss(0, self.repetition_noise))
            if draw.random() < self.tail_share:
                noise += draw.paretovariate(1.5) * 0.02
            times.append(1000.0 * work * math.exp(base + noise))
        return times
