// SPDX-License-Identifier: Apache-2.0
//
// The last observation of a bucket that belonged to a trace. Nobody waits for it: a writer that finds another at work goes on
// without leaving one, and a scrape that does so a hundred times shows none.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "millrace/base/clock.h"
#include "millrace/telemetry/trace_context.h"

namespace millrace::telemetry::detail {

struct Exemplar {
  struct Seen {
    TraceId trace_id{};
    double value = 0;
    Timestamp time{};
  };

  void leave(const TraceId& trace_id, double value, Timestamp time) noexcept {
    if (busy.exchange(true, std::memory_order_acquire)) return;
    seen = {trace_id, value, time};
    busy.store(false, std::memory_order_release);
  }
  // Nothing when there is none.
  std::optional<Seen> read() noexcept {
    for (int attempt = 0; attempt < 100; ++attempt) {
      if (busy.exchange(true, std::memory_order_acquire)) {
        std::this_thread::yield();
        continue;
      }
      const Seen copy = seen;
      busy.store(false, std::memory_order_release);
      if (copy.time == Timestamp{}) return std::nullopt;
      return copy;
    }
    return std::nullopt;
  }

  std::atomic<bool> busy = false;
  Seen seen;  // guarded by busy
};

}  // namespace millrace::telemetry::detail
