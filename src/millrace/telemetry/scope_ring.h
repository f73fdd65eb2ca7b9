// SPDX-License-Identifier: Apache-2.0
//
// The last scopes of one thread. One thread writes; any may read meanwhile, and gets whole records only.
//
// A slot's words are atomics whose stores release: on x86-64 that is a plain move. Who reads a word of a record also sees that it
// was begun, and so that the one before it in that slot is gone (a seqlock without a loop: what is overwritten is not waited for).
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace millrace::telemetry {

enum class ScopeKind : std::uint64_t {
  scope,  // begin and duration in ticks of ScopeRing::now()
  span,   // in nanoseconds of steady_clock
};

struct ScopeRecord {
  const char* name = nullptr;         // lives as long as the process
  const char* number_name = nullptr;  // the same; null when there is no number
  std::uint64_t number = 0;
  std::uint64_t begin = 0;
  std::uint64_t duration = 0;
  ScopeKind kind = ScopeKind::scope;
};

class ScopeRing {
 public:
  static constexpr std::size_t capacity = std::size_t{1} << 15;

  // `uses_tsc`: stamps are the CPU's time-stamp counter (x86-64), else steady_clock's nanoseconds.
  explicit ScopeRing(bool uses_tsc) : uses_tsc_(uses_tsc), slots_(std::make_unique<Slot[]>(capacity)) {}

  std::uint64_t now() const noexcept {
#if defined(__x86_64__)
    if (uses_tsc_) [[likely]] return __builtin_ia32_rdtsc();
#endif
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
  }

  void write(const ScopeRecord& record) noexcept {
    const std::uint64_t number = written_.load(std::memory_order_relaxed);
    begun_.store(number + 1, std::memory_order_relaxed);
    Slot& slot = slots_[number % capacity];
    slot.name.store(record.name, std::memory_order_release);
    slot.number_name.store(record.number_name, std::memory_order_release);
    slot.number.store(record.number, std::memory_order_release);
    slot.begin.store(record.begin, std::memory_order_release);
    slot.duration.store(record.duration, std::memory_order_release);
    slot.kind.store(record.kind, std::memory_order_release);
    written_.store(number + 1, std::memory_order_release);
  }

  // Calls sink(const ScopeRecord&) for each record that is there, in the order in which they ended. Gives the number of those that
  // were overwritten.
  template <typename Sink>
  std::uint64_t read(Sink sink) const {
    const std::uint64_t end = written_.load(std::memory_order_acquire);
    std::uint64_t found = 0;
    for (std::uint64_t number = end < capacity ? 0 : end - capacity; number < end; ++number) {
      const Slot& slot = slots_[number % capacity];
      const ScopeRecord record{slot.name.load(std::memory_order_acquire),     slot.number_name.load(std::memory_order_acquire),
                               slot.number.load(std::memory_order_acquire),   slot.begin.load(std::memory_order_acquire),
                               slot.duration.load(std::memory_order_acquire), slot.kind.load(std::memory_order_acquire)};
      if (begun_.load(std::memory_order_relaxed) > number + capacity) continue;  // overwritten meanwhile
      sink(record);
      ++found;
    }
    return end - found;
  }

  std::uint64_t written() const noexcept { return written_.load(std::memory_order_acquire); }

 private:
  struct Slot {
    std::atomic<const char*> name;
    std::atomic<const char*> number_name;
    std::atomic<std::uint64_t> number;
    std::atomic<std::uint64_t> begin;
    std::atomic<std::uint64_t> duration;
    std::atomic<ScopeKind> kind;
  };

  const bool uses_tsc_;
  const std::unique_ptr<Slot[]> slots_;
  std::atomic<std::uint64_t> begun_{0};
  std::atomic<std::uint64_t> written_{0};
};

}  // namespace millrace::telemetry
