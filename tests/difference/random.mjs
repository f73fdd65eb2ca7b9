// SPDX-License-Identifier: Apache-2.0
//
// Random numbers by a seed: the same seed, the same queries. (mulberry32, public domain.)

export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }
  // From 0 to 1, which it is not.
  real() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
  below(n) {
    return Math.floor(this.real() * n);
  }
  chance(share) {
    return this.real() < share;
  }
  pick(list) {
    return list[this.below(list.length)];
  }
  list(most, make) {
    return Array.from({ length: this.below(most + 1) }, make);
  }
}
