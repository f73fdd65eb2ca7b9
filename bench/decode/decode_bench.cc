// SPDX-License-Identifier: Apache-2.0
//
// How many bytes a second the splitter cuts and a reader decodes, on posts like those of `millrace generate posts`.
//   decode_bench --benchmark_filter=json
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "millrace/base/assert.h"
#include "millrace/decode/record_reader.h"
#include "millrace/decode/splitter.h"

namespace millrace::decode {
namespace {

constexpr std::size_t input_bytes = 32u << 20;

std::string make_text(Format format) {
  std::mt19937_64 random(1);
  const auto words = [&](std::size_t count) {
    static constexpr const char* vocabulary[] = {"the",  "mill",  "turns",  "slowly", "while", "water", "falls,",
                                                 "über", "grain", "日本語", "runs",   "down",  "again"};
    std::string text;
    for (; count != 0; --count) text += std::string(text.empty() ? "" : " ") + vocabulary[random() % 13];
    return text;
  };
  std::string text = format == Format::csv    ? "id,title,content,author,score,created_at\n"
                     : format == Format::json ? "["
                                              : "";
  for (std::size_t id = 0; text.size() < input_bytes; ++id) {
    const std::string number = std::to_string(id);
    if (format == Format::csv) {
      text += number + ",\"" + words(6) + "\",\"" + words(40) + "\",author" + number + "," +
              std::to_string(random() % 1000) + ",2024-01-01T00:00:00Z\n";
      continue;
    }
    if (format == Format::json && id != 0) text += ",\n";
    text += "{\"id\":" + number + ",\"title\":\"" + words(6) + "\",\"content\":\"" + words(40) + "\\n" + words(10) +
            "\",\"author\":\"author" + number + "\",\"score\":" + std::to_string(random() % 1000) +
            ",\"lang\":\"en\",\"tags\":[\"a\",\"b\"],\"created_at\":\"2024-01-01T00:00:00Z\"}";
    if (format != Format::json) text += '\n';
  }
  return format == Format::json ? text + "]" : text;
}

template <typename Take>
void split(Format format, const std::string& text, ChunkPool& pool, Take take) {
  Splitter splitter(format, {}, pool);
  for (std::size_t at = 0; !splitter.ended();) {
    while (std::optional<Slice> slice = splitter.next()) take(std::move(*slice));
    const std::span<char> space = splitter.space();
    const std::size_t size = std::min(space.size(), text.size() - at);
    text.copy(space.data(), size, at);
    at += size;
    splitter.filled(size);
  }
}

// With the copy into the chunk that a read would be.
void split_text(benchmark::State& state, Format format) {
  const std::string text = make_text(format);
  ChunkPool pool(1u << 20);
  for (auto _ : state) {
    split(format, text, pool, [&](Slice slice) { pool.give(std::move(slice.chunk)); });
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void read_records(benchmark::State& state, Format format, bool automatic_types = false) {
  const std::string text = make_text(format);
  ChunkPool pool(1u << 20);
  std::vector<Slice> slices;
  split(format, text, pool, [&](Slice slice) { slices.push_back(std::move(slice)); });
  RecordReader reader(format, {.automatic_types = automatic_types});
  Found found;
  std::size_t records = 0;
  for (auto _ : state) {
    for (const Slice& slice : slices) {
      reader.open(slice);
      while (reader.next(found)) {
        MILLRACE_ASSERT(!found.error);
        benchmark::DoNotOptimize(found.record.fields.data());
        ++records;
      }
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(records));
}

BENCHMARK_CAPTURE(split_text, ndjson, Format::ndjson);
BENCHMARK_CAPTURE(split_text, json, Format::json);
BENCHMARK_CAPTURE(split_text, csv, Format::csv);
BENCHMARK_CAPTURE(read_records, ndjson, Format::ndjson);
BENCHMARK_CAPTURE(read_records, json, Format::json);
BENCHMARK_CAPTURE(read_records, csv, Format::csv);
BENCHMARK_CAPTURE(read_records, csv_automatic_types, Format::csv, true);

}  // namespace
}  // namespace millrace::decode

BENCHMARK_MAIN();
