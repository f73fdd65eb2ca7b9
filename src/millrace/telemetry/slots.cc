// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/slots.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>

#include "millrace/base/assert.h"

namespace millrace::telemetry::detail {

constinit thread_local std::size_t slot_offset = 0;

namespace {

static_assert(slot_count == 64, "free_slots is one word");
constexpr std::size_t segment_bytes = slot_count * slot_bytes;

// The mutex lets a slot's next owner see what the last one has counted.
constinit std::mutex slots_mutex;
constinit std::atomic<std::uint64_t> free_slots = ~std::uint64_t{1};  // written under slots_mutex
constinit std::atomic<std::size_t> used_slots = 1;                    // written under slots_mutex

constinit thread_local bool gave_back = false;

// Gives the slot back when its thread ends.
struct SlotGuard {
  ~SlotGuard() {
    gave_back = true;
    if (slot_offset == 0) return;
    const std::size_t slot = slot_offset / slot_bytes;
    slot_offset = 0;
    const std::lock_guard lock(slots_mutex);
    free_slots.store(free_slots.load(std::memory_order_relaxed) | std::uint64_t{1} << slot, std::memory_order_relaxed);
  }
  void arm() noexcept {}
};
thread_local SlotGuard slot_guard;

}  // namespace

std::size_t claim_slot() noexcept {
  if (slot_offset != 0) return slot_offset;
  if (gave_back || free_slots.load(std::memory_order_relaxed) == 0) return 0;
  slot_guard.arm();  // its destructor is registered here, once
  const std::lock_guard lock(slots_mutex);
  const std::uint64_t free = free_slots.load(std::memory_order_relaxed);
  if (free == 0) return 0;
  // The lowest: those that were used before come first, so that few pages become resident.
  const auto slot = static_cast<std::size_t>(std::countr_zero(free));
  free_slots.store(free & ~(std::uint64_t{1} << slot), std::memory_order_relaxed);
  if (slot >= used_slots.load(std::memory_order_relaxed)) used_slots.store(slot + 1, std::memory_order_release);
  return slot_offset = slot * slot_bytes;
}

std::size_t slots_used() noexcept { return used_slots.load(std::memory_order_acquire); }

std::uint64_t sum_counts(std::byte* cells) noexcept {
  std::uint64_t sum = 0;
  sum_counts(cells, std::span(&sum, 1));
  return sum;
}

void sum_counts(std::byte* cells, std::span<std::uint64_t> sums) noexcept {
  std::ranges::fill(sums, 0);
  for (std::size_t slot = 0, used = slots_used(); slot < used; ++slot) {
    std::byte* cell = cells + slot * slot_bytes;
    for (std::uint64_t& sum : sums) {
      sum += count_at(cell).load(std::memory_order_relaxed);
      cell += sizeof(Count);
    }
  }
}

double sum_sums(std::byte* cells) noexcept {
  double sum = 0;
  for (std::size_t slot = 0, used = slots_used(); slot < used; ++slot) {
    sum += sum_at(cells + slot * slot_bytes).load(std::memory_order_relaxed);
  }
  return sum;
}

SlotArena::~SlotArena() {
  for (std::byte* segment : segments_) ::munmap(segment, segment_bytes);
}

std::byte* SlotArena::allocate(std::size_t cells) {
  MILLRACE_ASSERT(cells >= 1 && cells <= cells_max);
  const std::lock_guard lock(mutex_);
  if (used_ + cells > cells_max) {
    void* memory =
        ::mmap(nullptr, segment_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MILLRACE_ASSERT(memory != MAP_FAILED);
    ::madvise(memory, segment_bytes, MADV_NOHUGEPAGE);  // a page of a slot is to be resident by itself
    segments_.push_back(static_cast<std::byte*>(memory));
    used_ = 0;
  }
  std::byte* first = segments_.back() + used_ * sizeof(std::uint64_t);
  used_ += cells;
  return first;
}

}  // namespace millrace::telemetry::detail
