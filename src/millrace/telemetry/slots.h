// SPDX-License-Identifier: Apache-2.0
//
// Where counts are kept: a cell per thread, so that counting shares nothing. A thread owns one of `slot_count` slots while it
// lives; the cell of a metric in the thread's slot is at `cells + slot_offset`, and only the owner writes it: a load and a store,
// no locked instruction. What a metric has counted is the sum of its cells over all slots.
//
//   std::byte* cells = arena.allocate(1);       // a metric of one cell
//   if (slot_offset != 0) add_own(cells + slot_offset, 1);
//   sum_counts(cells);
//
// A slot is claimed at the first count of a thread, and given back when the thread ends, never zeroed: the next owner goes on from
// there, and sums never fall. Slot 0 is everybody's: threads beyond the slots, and threads that count after theirs was given
// back (in destructors of other thread_local objects), add there with a locked instruction.
//
// Threads: any; not in a signal handler, which could fall between the load and the store.
// Memory: a segment is 256 KiB of addresses for 512 cells; a page of it (4 KiB) becomes resident when its slot's owner counts.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace millrace::telemetry::detail {

inline constexpr std::size_t slot_bytes = 4096;
inline constexpr std::size_t slot_count = 64;
inline constexpr std::size_t cells_max = slot_bytes / sizeof(std::uint64_t);  // of one metric

using Count = std::atomic<std::uint64_t>;
using Sum = std::atomic<double>;
static_assert(Count::is_always_lock_free && sizeof(Count) == 8 && Sum::is_always_lock_free && sizeof(Sum) == 8);

// Bytes from a metric's cells to those of the calling thread; 0 while it has no slot. constinit spares the check for
// initialisation, initial-exec the call of __tls_get_addr in position-independent code.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local std::size_t slot_offset;

// The calling thread's offset, claimed now if one is free; 0 means that it has to share.
std::size_t claim_slot() noexcept;
// Slots that were ever claimed, slot 0 included: beyond them all cells are zero.
std::size_t slots_used() noexcept;

// A page of zeros is a page of atomics that are zero.
inline Count& count_at(std::byte* cell) noexcept { return *reinterpret_cast<Count*>(cell); }
inline Sum& sum_at(std::byte* cell) noexcept { return *reinterpret_cast<Sum*>(cell); }

inline void add_own(std::byte* cell, std::uint64_t n) noexcept {
  Count& count = count_at(cell);
  count.store(count.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}
inline void add_own(std::byte* cell, double value) noexcept {
  Sum& sum = sum_at(cell);
  sum.store(sum.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

// Over all slots. One after the other they never fall.
std::uint64_t sum_counts(std::byte* cells) noexcept;
// Of neighbouring cells, one for each of `sums`. Slot by slot: as slots are a page apart, their cells fall into the same few lines
// of the cache, and each is loaded once this way.
void sum_counts(std::byte* cells, std::span<std::uint64_t> sums) noexcept;
double sum_sums(std::byte* cells) noexcept;

// Hands out cells, in segments of slot_count pages. Nothing is taken back before the end.
class SlotArena {
 public:
  SlotArena() = default;
  SlotArena(const SlotArena&) = delete;
  SlotArena& operator=(const SlotArena&) = delete;
  ~SlotArena();
  // `cells` (at most cells_max) neighbours, in slot 0. Zero. Ends the process when there is no memory.
  std::byte* allocate(std::size_t cells);

 private:
  std::mutex mutex_;  // guards all below
  std::vector<std::byte*> segments_;
  std::size_t used_ = cells_max;  // of the last segment
};

}  // namespace millrace::telemetry::detail
