// SPDX-License-Identifier: Apache-2.0
//
// One run of a data set, in a process of its own, for dataset_bench.py:  dataset_job exact|reserved|growing POINTS
// exact is process_large_dataset; growing and reserved are the loop with push_back, without and with reserve. Prints one JSON object:
// seconds, what was allocated at the peak (by malloc and mmap, counted here), what was resident at the peak beyond the input, a hash.
#include <malloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "millrace/parallel/large_dataset.h"
#include "parallel/peak.h"

namespace {

std::size_t held = 0;
std::size_t held_max = 0;

void hold(std::size_t bytes) {
  held += bytes;
  held_max = held > held_max ? held : held_max;
}

}  // namespace

// In place of glibc's: every call of the program comes here.
extern "C" {
void* __libc_malloc(std::size_t size);
void __libc_free(void* memory);
void* malloc(std::size_t size) {
  void* const memory = __libc_malloc(size);
  hold(malloc_usable_size(memory));
  return memory;
}
void free(void* memory) {
  held -= malloc_usable_size(memory);
  __libc_free(memory);
}
void* mmap(void* address, std::size_t size, int protection, int flags, int file, off_t offset) noexcept {
  void* const memory = reinterpret_cast<void*>(::syscall(SYS_mmap, address, size, protection, flags, file, offset));
  if (memory != MAP_FAILED) hold(size);
  return memory;
}
int munmap(void* memory, std::size_t size) noexcept {
  held -= size;
  return static_cast<int>(::syscall(SYS_munmap, memory, size));
}
}

namespace {

struct DataPoint {
  double x;
  double y;
};
struct Processed {
  double distance;
  double product;
};

Processed process_point(const DataPoint& point) { return {point.x * point.x + point.y * point.y, point.x * point.y}; }

std::uint64_t hash_of(const Processed* results, std::size_t size) {
  std::uint64_t hash = size;
  for (std::size_t i = 0; i < size; ++i) hash = (hash ^ std::bit_cast<std::uint64_t>(results[i].distance + results[i].product)) * 0x100000001b3;
  return hash;
}

template <class Process>
int run(std::size_t count, Process process) {
  std::vector<DataPoint> points(count);
  for (std::size_t i = 0; i < count; ++i) points[i] = {static_cast<double>(i), 0.5 * static_cast<double>(i % 1000)};
  const std::size_t resident_before = peak::bytes_of("VmRSS");
  const std::size_t held_before = held;
  held_max = held;
  const auto begin = std::chrono::steady_clock::now();
  const auto results = process(points);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const std::size_t allocated = held_max - held_before;
  const std::size_t resident = peak::bytes_of("VmHWM") - resident_before;
  std::printf("{\"seconds\": %.6f, \"allocated_bytes\": %zu, \"resident_bytes\": %zu, \"hash\": \"%016lx\"}\n", seconds.count(), allocated,
              resident, hash_of(results.data(), results.size()));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view kind = argc == 3 ? argv[1] : "";
  const std::size_t count = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 0;
  if (kind == "exact") return run(count, [](const auto& points) { return millrace::process_large_dataset(points, process_point); });
  if (kind == "growing" || kind == "reserved") {
    return run(count, [&](const auto& points) {
      std::vector<Processed> results;
      if (kind == "reserved") results.reserve(points.size());
      for (const DataPoint& point : points) results.push_back(process_point(point));
      return results;
    });
  }
  std::fputs("usage: dataset_job exact|reserved|growing POINTS\n", stderr);
  return 2;
}
