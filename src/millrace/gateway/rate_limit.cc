// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace millrace::gateway {
namespace {

constexpr double seconds_most = 86'400;

double records_per_second(const Rate& rate) { return static_cast<double>(rate.records) / rate.seconds; }

}  // namespace

RateLimits::Bucket& RateLimits::filled_bucket(const Token& token, Instant now) {
  const double most = token.rate->records;
  auto found = buckets_.find(std::string_view(token.name));
  if (found == buckets_.end()) found = buckets_.emplace(token.name, Bucket{most, now}).first;
  Bucket& bucket = found->second;
  const std::chrono::duration<double> passed = std::max(now - bucket.filled, Instant::duration::zero());
  bucket.records = std::min(most, bucket.records + passed.count() * records_per_second(*token.rate));
  bucket.filled = std::max(now, bucket.filled);
  return bucket;
}

std::optional<std::chrono::seconds> RateLimits::wait(const Token& token, Instant now) {
  if (!token.rate) return std::nullopt;
  const double missing = 1 - filled_bucket(token, now).records;
  if (missing <= 1e-9) return std::nullopt;  // what adding up fractions loses
  const double seconds = std::ceil(missing / records_per_second(*token.rate));
  return std::chrono::seconds(static_cast<std::int64_t>(std::clamp(seconds, 1.0, seconds_most)));
}

void RateLimits::take(const Token& token, std::size_t records, Instant now) {
  if (token.rate) filled_bucket(token, now).records -= static_cast<double>(records);
}

void RateLimits::keep_only(const Tokens& tokens) {
  std::erase_if(buckets_, [&](const auto& bucket) {
    return std::ranges::none_of(tokens.all(), [&](const Token& token) { return token.rate && token.name == bucket.first; });
  });
}

}  // namespace millrace::gateway
