// SPDX-License-Identifier: Apache-2.0
//
// Counts what a benchmark allocates, and brackets it for callgrind. Linked into our Google Benchmark programs; nothing happens
// unless MILLRACE_BENCH_COUNTS is set, as Google Benchmark then runs each benchmark once more for the counting.
//   MILLRACE_BENCH_COUNTS=1 decode_bench --benchmark_format=json      allocs_per_iter, total_allocated_bytes, max_bytes_used
// The bracket holds the whole function, its set-up included: bench/analysis/counts.py takes the difference of two runs.
// An allocation is a call of operator new; bytes are those asked for, at the peak those that malloc gave.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#if __has_include(<valgrind/callgrind.h>)
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name)
#endif

namespace {

std::atomic<bool> is_counting = false;
std::atomic<std::int64_t> allocations, bytes, held, held_max;

void count(std::size_t size, void* memory) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(static_cast<std::int64_t>(size), std::memory_order_relaxed);
  const std::int64_t given = static_cast<std::int64_t>(malloc_usable_size(memory));
  const std::int64_t now = held.fetch_add(given, std::memory_order_relaxed) + given;
  for (std::int64_t most = held_max.load(std::memory_order_relaxed); most < now && !held_max.compare_exchange_weak(most, now);) {
  }
}

void* allocate(std::size_t size, std::size_t alignment) {
  void* memory = alignment > alignof(std::max_align_t)
                     ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment)
                     : std::malloc(size != 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  if (is_counting.load(std::memory_order_relaxed)) count(size, memory);
  return memory;
}

void release(void* memory) noexcept {
  if (memory != nullptr && is_counting.load(std::memory_order_relaxed)) {
    held.fetch_sub(static_cast<std::int64_t>(malloc_usable_size(memory)), std::memory_order_relaxed);
  }
  std::free(memory);
}

class Counts final : public benchmark::MemoryManager {
 public:
  void Start() override {
    allocations = bytes = held = held_max = 0;
    is_counting = true;
    CALLGRIND_ZERO_STATS;
    CALLGRIND_START_INSTRUMENTATION;
  }
  void Stop(Result& result) override {
    CALLGRIND_STOP_INSTRUMENTATION;
    CALLGRIND_DUMP_STATS_AT("benchmark");
    is_counting = false;
    result.num_allocs = allocations;
    result.total_allocated_bytes = bytes;
    result.max_bytes_used = held_max;
  }
  void Stop(Result* result) override { Stop(*result); }
};

const bool is_registered = [] {
  static Counts counts;
  if (std::getenv("MILLRACE_BENCH_COUNTS") != nullptr) benchmark::RegisterMemoryManager(&counts);
  return true;
}();

}  // namespace

// The library's other forms of new and delete call these.
void* operator new(std::size_t size) { return allocate(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) { return allocate(size, static_cast<std::size_t>(alignment)); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
