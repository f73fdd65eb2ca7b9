// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/metrics.h"

#include "millrace/base/clock.h"
#include "millrace/telemetry/exemplar.h"

namespace millrace::telemetry {
namespace detail {

void add_shared(std::byte* cells, std::uint64_t n) noexcept {
  if (const std::size_t offset = claim_slot(); offset != 0) return add_own(cells + offset, n);
  count_at(cells).fetch_add(n, std::memory_order_relaxed);
}

void observe_shared(std::byte* cells, std::size_t bucket, double value) noexcept {
  const std::size_t bucket_bytes = 8 + 8 * bucket;
  if (const std::size_t offset = claim_slot(); offset != 0) {
    add_own(cells + offset, value);
    return add_own(cells + offset + bucket_bytes, std::uint64_t{1});
  }
  sum_at(cells).fetch_add(value, std::memory_order_relaxed);
  count_at(cells + bucket_bytes).fetch_add(1, std::memory_order_relaxed);
}

}  // namespace detail

void Histogram::observe(double value, const TraceContext& trace) const noexcept {
  observe(value);
  if (trace.trace_id == TraceId{}) return;
  value = value > 0 ? value : 0;
  exemplars_[detail::bucket_of(bounds_, bounds_size_, value)].leave(trace.trace_id, value, Clock::system().now());
}

}  // namespace millrace::telemetry
