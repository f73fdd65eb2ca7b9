// SPDX-License-Identifier: Apache-2.0
//
// What simdjson alone leaves to be won: posts as NDJSON in memory, those with a score of at least 50,000 written to memory
// as
// {"id","title","score"} with the title's ASCII letters in upper case. No files, no errors kept, fields in the generator's
// order.
//   ndjson_peer POSTS [THREADS] [SAMPLES]
// Prints the median seconds of a pass, records, bytes of input and output, and a CRC-32 of the output. A compiler option
// chooses simdjson's On-Demand implementation, so this file is built for Haswell; on another processor it says so and exits
// with 4.
#include <simdjson.h>
#include <zlib.h>

#include <charconv>
#include <cstring>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "timing.h"

namespace {

using simdjson::ondemand::document_reference;
using simdjson::ondemand::parser;

constexpr std::int64_t least_score = 50'000;
constexpr std::size_t batch_bytes = 1 << 20;

class Output {
 public:
  // No record is longer than the one it comes from.
  explicit Output(std::size_t capacity) : bytes_(new char[capacity]), end_(bytes_.get()) {}

  void clear() { end_ = bytes_.get(); }
  std::string_view view() const { return {bytes_.get(), static_cast<std::size_t>(end_ - bytes_.get())}; }

  void append(std::string_view text) {
    std::memcpy(end_, text.data(), text.size());
    end_ += text.size();
  }
  void append(std::int64_t number) { end_ = std::to_chars(end_, end_ + 20, number).ptr; }

  // As the inside of a JSON string.
  void append_escaped_upper(std::string_view text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || c == '"' || c == '\\') {
        append_escape(byte);
      } else {
        *end_++ = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      }
    }
  }

 private:
  void append_escape(unsigned char byte) {
    static constexpr std::string_view raw = "\"\\\b\f\n\r\t", named = "\"\\bfnrt", digits = "0123456789abcdef";
    *end_++ = '\\';
    if (const auto at = raw.find(static_cast<char>(byte)); at != raw.npos) {
      *end_++ = named[at];
      return;
    }
    append("u00");
    *end_++ = digits[byte >> 4];
    *end_++ = digits[byte & 15];
  }

  std::unique_ptr<char[]> bytes_;
  char* end_;
};

void write_if_kept(document_reference post, Output& out) {
  const std::string_view id = post.find_field("id").get_string();
  const std::string_view title = post.find_field("title").get_string();
  const std::int64_t score = post.find_field("score").get_int64();
  if (score < least_score) return;
  out.append("{\"id\":\"");
  out.append(id);
  out.append("\",\"title\":\"");
  out.append_escaped_upper(title);
  out.append("\",\"score\":");
  out.append(score);
  out.append("}\n");
}

// One thread's share of the input, and what it made of it.
struct Share {
  std::string_view input;
  Output output;
  parser parsing;
  std::size_t records = 0;

  explicit Share(std::string_view share) : input(share), output(share.size() + 64) {
#ifdef SIMDJSON_THREADS_ENABLED
    parsing.threaded = false;  // no hidden second thread: THREADS says how many there are
#endif
  }

  void run() {
    output.clear();
    records = 0;
    auto posts = parsing.iterate_many(input.data(), input.size(), batch_bytes).value();
    for (auto post : posts) {
      write_if_kept(post.value(), output);
      ++records;
    }
  }
};

std::vector<std::unique_ptr<Share>> split(std::string_view input, std::size_t threads) {
  std::vector<std::unique_ptr<Share>> shares;
  for (; threads > 0; --threads) {
    std::size_t size = input.size() / threads;
    if (threads > 1) size = input.find('\n', size) + 1;
    shares.push_back(std::make_unique<Share>(input.substr(0, size)));
    input.remove_prefix(size);
  }
  return shares;
}

void run_all(std::vector<std::unique_ptr<Share>>& shares) {
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < shares.size(); ++i) threads.emplace_back([&share = *shares[i]] { share.run(); });
  shares.front()->run();
}

int measure(const char* path, std::size_t threads, int samples) {
  const simdjson::padded_string posts = simdjson::padded_string::load(path);
  auto shares = split(std::string_view(posts), threads);
  run_all(shares);  // memory is there from the second pass on
  const double taken = peers::nanoseconds(samples, 1, [&] { run_all(shares); });
  std::size_t records = 0, written = 0;
  uLong crc = crc32(0, nullptr, 0);
  for (const auto& share : shares) {
    const std::string_view output = share->output.view();
    records += share->records;
    written += output.size();
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(output.data()), output.size());
  }
  std::printf(
      "{\"seconds\": %.6f, \"records\": %zu, \"bytes_read\": %zu, \"bytes_written\": %zu, \"result\": \"%08lx\", "
      "\"simdjson\": \"%s\"}\n",
      taken / 1e9, records, posts.size(), written, crc, SIMDJSON_STRINGIFY(SIMDJSON_BUILTIN_IMPLEMENTATION));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    std::fputs("usage: ndjson_peer POSTS [THREADS] [SAMPLES]\n", stderr);
    return 2;
  }
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2")) {
    std::fputs("ndjson_peer: this processor is older than Haswell\n", stderr);
    return 4;
  }
  try {
    return measure(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 2, argc > 3 ? std::atoi(argv[3]) : 5);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ndjson_peer: %s: %s\n", argv[1], error.what());
    return 1;
  }
}
