// SPDX-License-Identifier: Apache-2.0
//
// Many shared turns at a time, or one exclusive turn: as a SurrealDB session is read by its queries and
// written by signin, use and reset. An exclusive turn waits for the turns that run, and those that come
// after it wait for its end. So a call can never run as somebody else than it was admitted as.
export class Turns {
  #running = 0;
  #closed = null; // resolves when the exclusive turn is over
  #on_idle = null;

  async shared(work) {
    while (this.#closed) await this.#closed;
    this.#running++;
    try {
      return await work();
    } finally {
      if (--this.#running === 0) this.#on_idle?.();
    }
  }

  async exclusive(work) {
    while (this.#closed) await this.#closed;
    let open;
    this.#closed = new Promise((resolve) => (open = resolve));
    try {
      if (this.#running > 0) await new Promise((resolve) => (this.#on_idle = resolve));
      return await work();
    } finally {
      this.#on_idle = null;
      this.#closed = null;
      open();
    }
  }
}
