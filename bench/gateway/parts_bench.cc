// SPDX-License-Identifier: Apache-2.0
//
// What every request pays for before its record is looked at: the token, the request's id, the derived id.
//   parts_bench --benchmark_filter=token
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

#include "millrace/gateway/idempotency.h"
#include "millrace/gateway/rate_limit.h"
#include "millrace/gateway/request_context.h"
#include "millrace/gateway/sha256.h"
#include "millrace/gateway/tokens.h"

namespace millrace::gateway {
namespace {

Tokens make_tokens(std::int64_t count) {
  std::string text;
  for (std::int64_t i = 0; i < count; ++i) {
    text += fmt::format("t{} sha256:", i);
    for (const std::uint8_t byte : sha256({fmt::format("0123456789012345678901234567890123456789secret{}", i)})) text += fmt::format("{:02x}", byte);
    text += " all * 1000000000/s\n";
  }
  return *Tokens::parse(text, "tokens");
}

void token(benchmark::State& state) {
  const Tokens tokens = make_tokens(state.range(0));
  const std::string header = fmt::format("Bearer 0123456789012345678901234567890123456789secret{}", state.range(0) / 2);
  for (auto _ : state) benchmark::DoNotOptimize(tokens.find(header));
  state.SetLabel(tokens.find(header)->name);
}
BENCHMARK(token)->Arg(1)->Arg(10)->Arg(1000);

void rate(benchmark::State& state) {
  const Tokens tokens = make_tokens(10);
  RateLimits limits;
  RateLimits::Instant now{};
  for (auto _ : state) {
    now += std::chrono::microseconds(1);
    benchmark::DoNotOptimize(limits.wait(tokens.all()[5], now));
    limits.take(tokens.all()[5], 1, now);
  }
}
BENCHMARK(rate);

void derived(benchmark::State& state) {
  const IdempotencyKey key = *IdempotencyKey::parse("8e03978e-40d5-43dd-bc93-6894a57f9324");
  for (auto _ : state) benchmark::DoNotOptimize(derived_id("writer", "post", key.text()));
  state.SetLabel(to_string(derived_id("writer", "post", key.text())));
}
BENCHMARK(derived);

void context(benchmark::State& state) {
  const net::HttpHeader headers[] = {{"Host", "localhost"}, {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}};
  const net::HttpRequest request{"POST", "/v1/post", {headers, state.range(0) == 0 ? 1u : 2u}, {}};
  RequestIds ids;
  for (auto _ : state) benchmark::DoNotOptimize(RequestContext(request, ids));
}
BENCHMARK(context)->ArgName("traced")->Arg(0)->Arg(1);

}  // namespace
}  // namespace millrace::gateway

BENCHMARK_MAIN();
