// SPDX-License-Identifier: Apache-2.0
//
// How many bytes a second a RowReader reads of generated posts, for 0, 3 and 8 fields, beside what bounds it: simdjson's
// stage 1 by itself, the memory, and simdjson's On-Demand reading the same fields. `sum` is of what was found: the same for
// all rows of a kind.
//   row_bench --benchmark_enable_random_interleaving=true --benchmark_repetitions=5
#include <benchmark/benchmark.h>
#include <emmintrin.h>

#include <cstring>
#include <string>
#include <vector>

#include "decode/on_demand.h"
#include "millrace/base/assert.h"
#include "millrace/decode/row_reader.h"
#include "millrace/decode/splitter.h"
#include "millrace/decode/structure.h"
#include "millrace/source/post_generator.h"

namespace millrace::decode {
namespace {

constexpr std::size_t input_bytes = 64u << 20;

// The posts as one text with 64 bytes behind it, and as slices of half a MiB.
struct Posts {
  std::string text;
  std::vector<Slice> slices;
  std::size_t size = 0;

  Posts() {
    source::PostGenerator generator(1);
    while (text.size() < input_bytes) generator.append_next(text);
    size = text.size();
    text.append(64, '\0');
    static ChunkPool pool(512u << 10);
    Splitter splitter(Format::ndjson, {}, pool);
    for (std::size_t at = 0; !splitter.ended();) {
      while (std::optional<Slice> slice = splitter.next()) slices.push_back(std::move(*slice));
      const std::span<char> space = splitter.space();
      const std::size_t bytes = std::min(space.size(), size - at);
      text.copy(space.data(), bytes, at);
      at += bytes;
      splitter.filled(bytes);
    }
  }
  std::string_view view() const { return std::string_view(text).substr(0, size); }
};

const Posts& posts() {
  static const Posts made;
  return made;
}

template <typename Pass>
void measure(benchmark::State& state, Pass pass) {
  const std::size_t bytes = posts().size;
  std::uint64_t sum = 0;
  for (auto _ : state) sum = pass();
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes));
  state.counters["sum"] = static_cast<double>(sum);
}

std::vector<FieldPath> paths(std::int64_t fields) {
  if (fields == 0) return {};
  if (fields == 3) return {{"id"}, {"title"}, {"score"}};
  return {{"id"}, {"title"}, {"content"}, {"author"}, {"score"}, {"lang"}, {"tags"}, {"created_at"}};
}

std::uint64_t sum_of(const RowView& row) {
  std::uint64_t sum = row.slots.empty() ? 1 : 0;
  for (const Slot& slot : row.slots)
    sum += slot.kind == SlotKind::array ? 0 : static_cast<unsigned char>(*slot.text.data());
  return sum;
}

void read_rows(benchmark::State& state, RowReaderOptions options) {
  RowReader reader(Format::ndjson, paths(state.range(0)), options);
  FoundRow found;
  measure(state, [&] {
    std::uint64_t sum = 0;
    for (const Slice& slice : posts().slices) {
      reader.open(slice);
      while (reader.next(found)) {
        MILLRACE_ASSERT(!found.error);
        sum += sum_of(found.row);
      }
    }
    return sum;
  });
}

void on_demand(benchmark::State& state, bool decodes) {
  if (!bench::can_run_on_demand()) return state.SkipWithError("this processor is older than Haswell");
  const auto fields = static_cast<std::size_t>(state.range(0));
  measure(state, [&] { return bench::read_on_demand(posts().view(), fields, decodes); });
}

void stage_1(benchmark::State& state) {
  Structure structure;
  measure(state, [&] {
    std::uint64_t sum = 0;
    for (const Slice& slice : posts().slices) {
      MILLRACE_ASSERT(structure.find(slice.chunk.text()));
      sum += structure.positions()[0];
    }
    return sum;
  });
}

void memory_sum(benchmark::State& state) {
  measure(state, [] {
    const std::string_view text = posts().view();
    __m128i sums[4] = {};
    for (std::size_t at = 0; at + 64 <= text.size(); at += 64) {
      for (std::size_t i = 0; i < 4; ++i) {
        sums[i] = _mm_add_epi64(sums[i], _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at + 16 * i)));
      }
    }
    const __m128i sum = _mm_add_epi64(_mm_add_epi64(sums[0], sums[1]), _mm_add_epi64(sums[2], sums[3]));
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(sum));
  });
}

void memory_memchr(benchmark::State& state) {
  measure(state, [] { return std::uint64_t{std::memchr(posts().view().data(), '\1', posts().size) != nullptr}; });
}

BENCHMARK_CAPTURE(read_rows, structure, RowReaderOptions{})->Arg(0)->Arg(3)->Arg(8);
BENCHMARK_CAPTURE(read_rows, strict, RowReaderOptions{.strict = true})->Arg(3);
BENCHMARK_CAPTURE(on_demand, raw, false)->Arg(0)->Arg(3)->Arg(8);
BENCHMARK_CAPTURE(on_demand, decoded, true)->Arg(3)->Arg(8);
BENCHMARK(stage_1);
BENCHMARK(memory_sum);
BENCHMARK(memory_memchr);

}  // namespace
}  // namespace millrace::decode

BENCHMARK_MAIN();
