// SPDX-License-Identifier: Apache-2.0
//
// One counter, incremented by one thread.
//   counter_peer prometheus|atomic|slot
// slot is a relaxed load and store of a number that one thread alone writes: the limit under any counter that is read by
// another thread.
#include <atomic>
#include <string_view>

#include "timing.h"
#ifdef MILLRACE_PEERS_PROMETHEUS
#include <prometheus/counter.h>
#endif

namespace {

constexpr int calls = 300'000;
constexpr int samples = 61;

// `count` reads the counter at the end: what was added must be there.
template <class Add, class Count>
int measure(Add add, Count count) {
  const double taken = peers::nanoseconds(samples, calls, add);
  peers::report(taken, count());
  return 0;
}

int measure_atomic() {
  std::atomic<std::uint64_t> total = 0;
  return measure(
      [&] {
        total.fetch_add(1, std::memory_order_relaxed);
        peers::keep(total);
      },
      [&] { return total.load(); });
}

int measure_slot() {
  std::atomic<std::uint64_t> slot = 0;
  return measure(
      [&] {
        slot.store(slot.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        peers::keep(slot);
      },
      [&] { return slot.load(); });
}

#ifdef MILLRACE_PEERS_PROMETHEUS
int measure_prometheus() {
  prometheus::Counter counter;
  return measure([&] { counter.Increment(); }, [&] { return static_cast<std::uint64_t>(counter.Value()); });
}
#endif

}  // namespace

int main(int argc, char** argv) {
  const std::string_view way = argc == 2 ? argv[1] : "";
  if (way == "atomic") return measure_atomic();
  if (way == "slot") return measure_slot();
#ifdef MILLRACE_PEERS_PROMETHEUS
  if (way == "prometheus") return measure_prometheus();
#endif
  std::fputs("usage: counter_peer prometheus|atomic|slot (prometheus where prometheus-cpp-dev was there at the build)\n",
             stderr);
  return 2;
}
