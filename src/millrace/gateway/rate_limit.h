// SPDX-License-Identifier: Apache-2.0
//
// How many records a token may still write, read or delete: a bucket for each token that has a rate, filled evenly, which holds at most
// the rate's records.
//
//   RateLimits limits;
//   if (const auto wait = limits.wait(*token, now)) return problem_response(too_many_requests(), id, *wait);   // 429
//   limits.take(*token, records, now);                                     // when it is known how many: one for a read
//
// A request is let in as soon as there is one record's worth, and then takes all that it has, also what is not there yet: so an array
// larger than the rate is not refused for ever, and a stream's length need not be known. Those that come after it wait for it.
// A reload keeps what a name has used up, also when its rate is another one then.
// Threads: one. Memory: one bucket for each name with a rate that was seen; keep_only() forgets those that are gone.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "millrace/gateway/tokens.h"

namespace millrace::gateway {

class RateLimits {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // Nothing when the token may go on; else how long it has to wait, in whole seconds, at least 1.
  std::optional<std::chrono::seconds> wait(const Token& token, Instant now);
  void take(const Token& token, std::size_t records, Instant now);
  void keep_only(const Tokens& tokens);

 private:
  struct Bucket {
    double records = 0;  // below 0: taken in advance
    Instant filled;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  Bucket& filled_bucket(const Token& token, Instant now);

  std::unordered_map<std::string, Bucket, Hash, std::equal_to<>> buckets_;
};

}  // namespace millrace::gateway
