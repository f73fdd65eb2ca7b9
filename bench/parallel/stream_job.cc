// SPDX-License-Identifier: Apache-2.0
//
// One streaming job over the lines of a file, for stream_memory_bench.py:  stream_job FILE|- [WORKERS]
// Keeps the posts in German, takes their titles, and writes them to nowhere. Prints one JSON object.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "millrace/parallel/stream.h"
#include "millrace/source/lines.h"
#include "parallel/peak.h"

namespace {

using millrace::describe;

bool is_german(std::string_view line) { return line.find("\"lang\":\"de\"") != std::string_view::npos; }

std::string_view title_of(std::string_view line) {
  constexpr std::string_view before = "\"title\":\"";
  const std::size_t begin = line.find(before);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = line.find('"', begin + before.size());
  return line.substr(begin + before.size(), end - begin - before.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("usage: stream_job FILE|- [WORKERS]\n", stderr), 2;
  auto lines = millrace::source::read_lines(argv[1]);
  if (!lines) return std::fprintf(stderr, "%s\n", describe(lines.error()).c_str()), 1;
  using namespace millrace::parallel;
  const std::size_t workers = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  std::uint64_t titles = 0, bytes = 0, hash = 0;
  const auto begin = std::chrono::steady_clock::now();
  const StreamDone done = stream(*lines, {.workers = workers}) | keep(is_german) | map(title_of) | to([&](auto some) {
                            for (const std::string_view title : some) {
                              ++titles;
                              bytes += title.size();
                              for (const char byte : title) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
                            }
                          });
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (!done) return std::fprintf(stderr, "%s\n", describe(*done.error).c_str()), 1;
  std::printf("{\"seconds\": %.3f, \"lines\": %lu, \"batches\": %lu, \"titles\": %lu, \"title_bytes\": %lu, \"hash\": \"%016lx\", \"peak_bytes\": %zu}\n",
              seconds.count(), done.elements, done.batches, titles, bytes, hash, peak::bytes_of("VmHWM"));
  return 0;
}
