// SPDX-License-Identifier: Apache-2.0
//
// What shows of a batch from outside: its probes, and its time in flight in a trace. Private to `batch`.
#pragma once

#include <cstdint>

#include "millrace/batch/controller.h"
#include "millrace/telemetry/probe.h"
#include "millrace/telemetry/profile.h"

namespace millrace::batch {

inline void mark_sent([[maybe_unused]] std::uint64_t number, [[maybe_unused]] const Sample& sample, [[maybe_unused]] std::size_t in_flight) {
  MILLRACE_PROBE(batch_sent, number, sample.rows, in_flight);
}

inline void mark_answered([[maybe_unused]] std::uint64_t number, [[maybe_unused]] const Sample& sample, [[maybe_unused]] Instant at) {
  MILLRACE_PROFILE_SPAN("batch in flight", "rows", sample.rows, sample.started, at);
  MILLRACE_PROBE(batch_answered, number, sample.rows, (at - sample.started).count());
}

}  // namespace millrace::batch
