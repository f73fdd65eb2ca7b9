// SPDX-License-Identifier: Apache-2.0
//
// Requests out of bytes, by the parser that a connection uses again and again; bytes a second are those of the requests.
//   MILLRACE_BENCH_COUNTS=1 http_bench        // allocs_per_iter: none, but for a body beyond 64 KiB
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "millrace/base/assert.h"
#include "millrace/net/http_parser.h"

namespace millrace::net {
namespace {

constexpr std::string_view head_begin =
    "POST /v1/post HTTP/1.1\r\nHost: gateway.example:8080\r\nUser-Agent: a client of some length/1.0\r\nAccept: */*\r\n"
    "Authorization: Bearer 0123456789abcdef0123456789abcdef\r\nContent-Type: application/json\r\n";

std::string of_length(std::size_t bytes) { return fmt::format("{}Content-Length: {}\r\n\r\n{}", head_begin, bytes, std::string(bytes, 'x')); }

std::string of_chunks(std::size_t bytes) {
  return fmt::format("{}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n", head_begin, bytes, std::string(bytes, 'x'));
}

void parse(benchmark::State& state, std::string (*make)(std::size_t)) {
  const std::string request = make(static_cast<std::size_t>(state.range(0)));
  HttpParser parser(8 << 10, 1 << 20);
  const auto once = [&] {
    std::string_view rest = request;
    MILLRACE_ASSERT(parser.put(rest) == HttpParser::Found::head);
    MILLRACE_ASSERT(parser.put(rest) == HttpParser::Found::request);
    benchmark::DoNotOptimize(parser.request().body.data());
    parser.restart();
  };
  once();
  for (auto _ : state) once();
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * request.size()));
}

BENCHMARK_CAPTURE(parse, length, of_length)->Arg(0)->Arg(300)->Arg(4096)->Arg(1 << 20);
BENCHMARK_CAPTURE(parse, chunks, of_chunks)->Arg(300)->Arg(4096);

}  // namespace
}  // namespace millrace::net

BENCHMARK_MAIN();
