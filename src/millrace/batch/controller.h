// SPDX-License-Identifier: Apache-2.0
//
// A Controller finds the batch limits at which a store settles the most records a second, while it does real work, and
// follows the store when that changes.
//
//   Controller controller(controller_options(store.capabilities()));
//   for (;;) {
//     send a batch with controller.limits();                 // they may differ from batch to batch
//     when one has ended: controller.finished(sample, now);
//   }
//   log(controller.explain().text());
//
// How (docs/batching.md): a survey of a few batches per size, small first; the curve through what it measured; then trials
// of neighbouring settings in paired windows, as many as cost a few per cent. A rate that drifts starts a new survey.
//
// It has no thread and no clock, draws no random numbers, and allocates nothing per batch: the same samples give the same
// limits. Threads: calls from one thread.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "millrace/batch/batch_limits.h"

namespace millrace::batch {

using Instant = std::chrono::steady_clock::time_point;

struct ControllerOptions {
  // A place known to be good, which the survey passes through; its request_bytes_max is kept always.
  BatchLimits start;
  std::vector<store::StatementShape> shapes{store::StatementShape::insert};
  std::size_t in_flight_max = 1;
  std::size_t transactions_max = 64;
  // A request shall take no longer. Half a second is what a stop, a progress line or a caller of the gateway can wait for
  // without wondering, and enough to make an fsync of 15 ms a few per cent of a request.
  std::chrono::milliseconds latency_max{500};
  std::optional<std::size_t> rows_pinned;  // one transaction a request, of so many rows
  std::optional<std::size_t> in_flight_pinned;
};

ControllerOptions controller_options(const store::Capabilities& capabilities);

// Why a request failed that may be sent again.
enum class Brake : std::uint8_t { conflict, timeout, overload };

// A request that has ended, well or not.
struct Sample {
  BatchLimits limits;  // it was sent with
  std::size_t rows = 0;
  std::size_t rows_settled = 0;  // fewer when records have to be sent again
  std::size_t bytes = 0;
  std::size_t in_flight = 0;  // others, still under way when it ended
  Instant started{};
  Instant ended{};
  // False when it has fewer records than its limits allow because no more were at hand: then the source's rate is seen, not
  // the store's. What is sent again is never such a request.
  bool full = true;
  std::optional<Brake> brake;
};

enum class LimitedBy : std::uint8_t { latency, bytes, knee, conflicts, input, fixed };
std::string_view to_string(LimitedBy limit);
std::string_view to_string(store::StatementShape shape);  // "insert", "create"

// Why the limits are what they are.
struct Explanation {
  struct Fit {
    store::StatementShape shape;
    double request_seconds;
    double transaction_seconds;  // a
    double row_seconds;          // k
    double row_squared_seconds;  // q
  };
  std::vector<Fit> fits;  // with `limits.in_flight` requests in flight
  BatchLimits limits;     // the present choice, whatever is being tried beside it
  double rows_per_second_expected = 0;
  LimitedBy limited_by = LimitedBy::knee;

  std::string text() const;  // one line
};

class Controller {
 public:
  explicit Controller(ControllerOptions options);
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // For the next batch to be sent.
  const BatchLimits& limits() const;
  // To be called for every request, in the order of their ends, before the next one is sent.
  void finished(const Sample& sample, Instant now);
  Explanation explain() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace millrace::batch
